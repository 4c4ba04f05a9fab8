//! Published market-days that are no longer configured.

use std::io;

use super::screen::Screen;
use crate::run::Unconfigured;

/// Prints each, and the command that retires it.
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
