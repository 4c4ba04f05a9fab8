//! What is sent to executors.
