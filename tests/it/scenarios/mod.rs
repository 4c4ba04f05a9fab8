//! Nights from beginning to end, through the real program: exports in, exit code, messages and tables out.

mod accounts;
mod agreement;
mod clocks;
mod commands;
mod counts;
mod crashes;
mod deciding;
mod deliveries;
mod experiments;
mod faketime;
mod front;
mod full_disk;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod heaps;
mod holding;
mod late;
mod moved;
mod names;
mod neighbours;
mod ordinary;
mod orphans;
mod paths;
mod reach;
mod records;
mod retiring;
mod revisions;
mod sameness;
mod schedule;
mod sharing;
mod stops;
mod story;
mod telling;
mod told;
mod twice;
mod unknown;
mod upgrading;
