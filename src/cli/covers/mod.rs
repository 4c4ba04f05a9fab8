//! `coverledger covers`

mod check;
mod collection;
mod line;
mod list;
mod log;
mod picture;
mod picture_file;
mod places;
mod share;
mod show;
mod similar;
mod wanted;

use super::Failure;
use super::args::{Covers, CoversCommand, Global};
use super::screen::Screen;

/// Does what is asked about covers.
pub async fn run(args: &Covers, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    match &args.command {
        CoversCommand::Check(args) => check::run(args, global, out).await,
        CoversCommand::List(args) => list::run(args, global, out).await,
        CoversCommand::Log(args) => log::run(args, global, out),
        CoversCommand::Show(args) => show::run(args, global, out).await,
        CoversCommand::Similar(args) => similar::run(args, global, out).await,
    }
}
