//! What is published and not configured, for people.

use std::io;

use super::screen::Screen;
use crate::run::Unconfigured;

/// Names each, and the command that takes it away.
///
/// # Errors
/// When standard output is gone.
pub fn print(found: &[Unconfigured], out: &mut Screen<'_>) -> io::Result<()> {
    for unconfigured in found {
        writeln!(out, "  not configured: {unconfigured}")?;
        writeln!(out, "    still published: `{}` takes it out of sight", unconfigured.remedy())?;
    }
    Ok(())
}
