//! `coverledger covers check`

use crate::cli::Failure;
use crate::cli::args::{CoversCheck, Global};
use crate::cli::screen::Screen;

/// Not built yet.
#[expect(clippy::unused_async, reason = "it will read the archive")]
pub(super) async fn run(_args: &CoversCheck, _global: &Global, _out: &mut Screen<'_>) -> Result<u8, Failure> {
    Err(Failure::usage("not built yet"))
}
