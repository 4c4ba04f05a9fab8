//! The client against a server that misbehaves on purpose (`fake.py`), and against real ones.
//!
//! ```text
//! COVERLEDGER_SPARK_PYTHON=venv/bin/python cargo test -p coverledger-spark --test server
//! COVERLEDGER_SPARK_URL=sc://127.0.0.1:15002 cargo test -p coverledger-spark --test server
//! ```
//!
//! The first wants a Python with grpcio, pyarrow and pyspark, and `openssl`; the second a server whose executors import
//! `spark_functions.py`. What is not asked for says that it is skipped.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod answers;
mod failures;
mod fake;
mod opening;
mod pickles;
mod proxy;
mod real;
mod watching;
