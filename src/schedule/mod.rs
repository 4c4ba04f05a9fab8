//! Every job on its schedule until told to stop; health and metrics over HTTP.
//!
//! What is due comes from configuration, run records and the clock (`agenda`, pure), never from a tick. The loop around
//! it (`driver`) looks at every beat of the only file that knows tokio-cron-scheduler (`heartbeat`). Each run is a
//! process of its own (`child`), so that one that panics or hangs is a failed run and not a dead scheduler. Safety does
//! not rest on any of it: two schedulers on one archive cost work, and receipts stay right. Stands on `run`.

mod agenda;
mod child;
mod configuration;
mod course;
mod driver;
mod freshness;
mod health;
mod heartbeat;
mod http;
mod metrics;
mod process_runner;
mod reminders;
mod switches;

pub use agenda::{Agenda, Note, Order, Pass, Start, Verdict};
pub use child::Program;
pub use configuration::{Configuration, Found, Sound};
pub use course::Course;
pub use driver::{Asked, Driver, Environment, Handled, Stopped};
pub use freshness::{DayState, Freshness, Seen};
pub use health::{Ending, Event, Files, Health, JobHealth, RunEnd};
pub use heartbeat::beats;
pub use http::{Pages, serve};
pub use metrics::{CONTENT_TYPE, Metrics};
pub use process_runner::ProcessRunner;
pub use reminders::{DueSwitch, Reminders};
#[cfg(test)]
mod testing;
