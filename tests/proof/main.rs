//! What must hold when things go wrong, shown on the real program: a store of our own on loopback that misbehaves as
//! it is told, processes that are killed, stopped and raced, readers that look all the time.
//!
//! Nothing of the library is linked. Each proof comes with its planted bug: the guard is broken, and the same check
//! has to notice. More seeds and every point instead of a part of them: `COVERLEDGER_LONG=1`. Another program than
//! the one that was built beside them: `COVERLEDGER_PROGRAM=…`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests read their switches, let time pass and tell their figures"
)]
#![allow(clippy::format_push_string, reason = "what reads plainly is worth more here than one allocation")]

mod chance;
mod costs;
mod damage;
mod dead_store;
mod flips;
mod kills;
mod night;
mod odd_stores;
mod pictures;
mod race;
mod readers;
mod secrets;
mod slow;
mod stub;
mod trouble;
mod unknown;
mod worker;
