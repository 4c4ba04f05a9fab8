//! Opening a file in the browser.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::cli::Failure;

/// The program that opens a file by its kind, with its first arguments.
const OPENER: (&str, &[&str]) = if cfg!(target_os = "macos") {
    ("open", &[])
} else if cfg!(windows) {
    ("cmd", &["/C", "start", ""])
} else {
    ("xdg-open", &[])
};

/// Opens a file, and does not wait until whoever shows it is closed.
///
/// # Errors
/// There is no such program, or it says that it cannot.
pub(super) fn open(file: &Path) -> Result<(), Failure> {
    let (program, arguments) = OPENER;
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let by_hand = format!("open `{}` by hand", file.display());
    let mut command = Command::new(program);
    command.args(arguments).arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status().map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            Failure::machine(format!("there is no `{program}` here that would open a browser ({by_hand})"))
        }
        _ => Failure::machine(format!("`{program}` cannot be started: {error} ({by_hand})")),
    })?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::machine(format!("`{program}` found no browser that opens it ({by_hand})")))
}
