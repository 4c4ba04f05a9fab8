//! `coverledger man`

use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use super::args::{Cli, Man as Arguments};
use super::screen::Screen;
use super::{Failure, exit};

/// Writes one manual page for the program and one for each command.
pub fn run(args: &Arguments, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let dir = args.dir.display();
    let pages = write(&args.dir)
        .map_err(|error| Failure::machine(format!("cannot write manual pages to `{dir}`: {error}")))?;
    writeln!(out, "{pages} manual pages are in {dir}; read one with `man {dir}/coverledger-run.1`")?;
    Ok(exit::DONE)
}

/// Writes the pages and returns their number.
fn write(dir: &Path) -> std::io::Result<usize> {
    fs::create_dir_all(dir)?;
    // The command `help` needs no page: these pages are the help.
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let commands: Vec<Command> = program.get_subcommands().cloned().collect();
    let pages = commands.len() + 1;
    for page in [program].into_iter().chain(commands) {
        Man::new(page).manual("coverledger").generate_to(dir)?;
    }
    Ok(pages)
}
