//! Exit codes. They are a promise to whoever schedules the program; `tests/it` holds them to it.

/// Done, or nothing to do.
pub const DONE: u8 = 0;
/// Something that should not happen: exports or an archive that cannot be reached, a full disk, a bug.
pub const UNEXPECTED: u8 = 1;
/// The command line makes no sense: an unknown command, job, platform, market or date.
pub const USAGE: u8 = 2;
/// The configuration has problems; every one of them was printed.
pub const CONFIG: u8 = 3;
/// Exports are missing, or too many of their records were rejected, or they say less than before: market-days wait
/// or are held back. What was sound is published.
pub const EXPORTS: u8 = 4;
/// Another run published the same market-day or decided the same, or whether it was published is not known. Run again.
pub const CONFLICT: u8 = 5;
/// Some market-days failed because an export could not be read, or something could not be decided; what was sound is published.
pub const SOME_FAILED: u8 = 6;
/// SIGINT asked the run to stop before it had come to every market-day. What was published is whole; run again.
pub const INTERRUPTED: u8 = 130;
/// SIGTERM asked the run to stop before it had come to every market-day. What was published is whole; run again.
pub const TERMINATED: u8 = 143;
