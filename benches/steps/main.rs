//! Each step of the job on one thread, beside the floor it is held against: `cargo bench --bench steps`.
//!
//! Throughput is in rows of the demo's exports, 300,000 events of a week.

mod count;
mod decode;
mod localize;
mod publish;
mod week;

use criterion::{criterion_group, criterion_main};

criterion_group!(steps, decode::bench, localize::bench, count::bench, publish::bench);
criterion_main!(steps);
