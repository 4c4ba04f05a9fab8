//! From a file to text: decompressed, decoded to UTF-8 and cut into lines, all in bounded memory.
//!
//! A large export is decompressed ahead of who reads it, where a core is left for that ([`ahead`]).
//!
//! Every layer is counted where no parser has a part in it, and refuses what only a bomb or a broken file needs.

mod ahead;
pub(in crate::export) mod bytes;
pub(in crate::export) mod compression;
pub(in crate::export) mod container;
pub(in crate::export) mod encoding;
pub(in crate::export) mod lines;
pub(in crate::export) mod member;
