//! A client of Spark Connect that cannot take the end of a stream for an answer.
