//! One kind of store over folders and object stores: list, read, put, and put only if absent.
//!
//! What is put is put whole or not at all. Nothing is deleted by itself, except what a killed writer left half-written in
//! a folder ([`Store::lock_for_writing`]). Keys are relative to the folder or the prefix of the URL. Messages name
//! the store without anything secret; credentials come from the environment or the cloud's own chain.
//! Stands on nothing of this crate.

mod bucket;
mod checksum;
mod digest;
mod download;
mod error;
mod fetch;
mod folder;
mod hint;
mod lock;
mod objects;
mod open;
mod probe;
mod retry_budget;
mod subfolders;
mod throttle;
mod wire;

pub use digest::{hex, sha256_hex};
pub use error::{StoreError, StoreProblem};
pub use fetch::Fetched;
pub use lock::WriterLock;
pub use objects::{Listing, Object, PutNew, Store};
pub use open::{IfMissing, Limits};
pub use wire::Traffic;

#[cfg(any(test, feature = "testing"))]
pub mod faulty;
#[cfg(any(test, feature = "testing"))]
pub use folder::{Fault as DiskFault, Faults as DiskFaults};
