//! What an executor says of an object that it read.
