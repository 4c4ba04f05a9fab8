//! How the program was started, for commands that start it again.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

/// By its own file, unless another program loads it, such as the interpreter of the Python wheel.
#[derive(Debug, Clone, Default)]
pub struct Launch {
    interpreter: Option<(PathBuf, Vec<OsString>)>,
}

impl Launch {
    /// By an interpreter, with what stands before the program's own arguments.
    #[must_use]
    pub fn by(interpreter: PathBuf, before: Vec<OsString>) -> Self {
        Self { interpreter: Some((interpreter, before)) }
    }

    /// What is started.
    pub(super) fn program(&self) -> io::Result<PathBuf> {
        self.interpreter.as_ref().map_or_else(std::env::current_exe, |(program, _)| Ok(program.clone()))
    }

    /// What stands before the program's own arguments.
    pub(super) fn before(&self) -> &[OsString] {
        self.interpreter.as_ref().map_or(&[], |(_, before)| before)
    }
}
