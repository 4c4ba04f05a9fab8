//! `coverledger covers show`

use super::Failure;
use crate::cli::args::{CoversShow, Global};
use crate::cli::screen::Screen;

/// Not built yet.
#[expect(clippy::unused_async, reason = "it will read the archive")]
pub(super) async fn run(_args: &CoversShow, _global: &Global, _out: &mut Screen<'_>) -> Result<u8, Failure> {
    Err(Failure::usage("not built yet"))
}
