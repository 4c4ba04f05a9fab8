//! Nothing but features. `cargo test -p coverledger-report` asks for fewer features of shared dependencies than a build of the
//! whole workspace, and would build polars and Arrow a second time for that. Every crate has this one among its development
//! dependencies, so that the features are the same whichever crate is chosen. No release depends on it.
//! `tests/it/features.rs` tells when a feature is missing.
