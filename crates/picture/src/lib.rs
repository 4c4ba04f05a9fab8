//! Pictures of covers: bytes in; what is seen, or why nothing can be, out.
//!
//! An [`Eye`] looks at one picture at a time: it decodes within [`Limits`], measures ([`Looks`]), hashes and makes a
//! thumbnail. Nothing here reads a file, a store or a clock, and no picture makes it panic. Stands on `core`.

#[cfg(test)]
mod answers;
mod colours;
mod copies;
mod count;
mod decode;
mod drawing;
mod extent;
mod eye;
mod faces;
mod flat;
pub mod hash;
#[cfg(test)]
mod hostile;
mod joint_share;
mod limits;
mod measure;
mod memory;
mod portrait;
mod profile;
mod rectangle;
#[cfg(test)]
mod reference;
mod refused;
mod scaler;
mod smaller;
mod sniff;
mod text;
mod thumbnail;

pub use drawing::{DynamicImage, decoded_thumbnail};
pub use eye::{Eye, EyeError};
pub use limits::Limits;
pub use memory::memory_of_a_look;
pub use portrait::{DominantColour, Note, Portrait};
pub use refused::{Format, Refused, Unread};
pub use smaller::smaller_thumbnail;
pub use text::TextModel;

pub use coverledger_core::model::{Look, Looks, PictureHash, PictureHashes};
