//! Pictures of covers: bytes in; what is seen, or why nothing can be, out.
//!
//! An [`Eye`] looks at one picture at a time: it decodes within [`Limits`], measures ([`Looks`]), hashes and makes a
//! thumbnail. Nothing here reads a file, a store or a clock, and no picture makes it panic. Stands on `core`.

mod eye;
pub mod hash;
mod limits;
mod portrait;
mod refused;

pub use eye::{Eye, EyeError, TextModel};
pub use limits::Limits;
pub use portrait::{DominantColour, Note, Portrait};
pub use refused::{Format, Refused};

pub use coverledger_core::model::{Look, Looks, PictureHash, PictureHashes};
