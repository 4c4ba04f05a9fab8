//! `coverledger completions`

use std::fmt;

use clap::CommandFactory as _;

use super::args::{Cli, Completions as Arguments};
use super::screen::{Lines, Screen};
use super::{Failure, exit};

/// Prints the script that completes commands and options in a shell.
pub fn run(args: &Arguments, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "coverledger", &mut text);
    out.page(&Script(String::from_utf8_lossy(&text).trim_end().to_owned()))?;
    Ok(exit::DONE)
}

/// A script for a shell. It is made only from the names and help texts in `args.rs`.
struct Script(String);

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Lines for Script {}
