//! The program itself.

use std::ffi::OsString;
use std::path::PathBuf;

use pyo3::prelude::*;

use coverledger::cli::{self, Launch};

/// Executes a command line, without the program's name, and returns the exit code. `python` and `before` start this again.
#[pyfunction]
pub fn main(py: Python<'_>, python: PathBuf, before: Vec<OsString>, arguments: Vec<OsString>) -> u8 {
    let arguments = std::iter::once(OsString::from("coverledger")).chain(arguments);
    py.detach(|| cli::main_of(Launch::by(python, before), arguments))
}
