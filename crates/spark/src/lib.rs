//! A client of Spark Connect that cannot take the end of a stream for an answer.
//!
//! A server ends a response stream when it likes (Spark after two minutes) and expects to be asked again for what is left.
//! Here only the server's own word that a result is complete ends a query; everything else is asked for again or is an error.
//!
//! [`Server`] is where it is, [`Session`] talks to it, [`plan`] says what to do, a [`Watch`] is told of it while it lasts and may
//! cancel it, an [`Answer`] is what came of it, and a [`SparkError`] says by name why nothing did. How long anything may take is
//! in [`patience`].

mod answer;
mod channel;
mod details;
mod error;
mod operation;
pub mod patience;
pub mod plan;
mod python;
mod run;
mod server;
mod session;
mod telling;
mod watch;

pub use answer::Answer;
pub use error::SparkError;
pub use patience::Patience;
pub use server::Server;
pub use session::Session;
pub use watch::{Progress, Stage, Unwatched, Watch};
