//! Exit codes. Schedulers rely on them; `tests/it` compares them with the documentation.

/// Done, or nothing to do.
pub const DONE: u8 = 0;
/// Something unexpected: exports or an archive that cannot be reached, a full disk, a bug.
pub const UNEXPECTED: u8 = 1;
/// The command line makes no sense: an unknown command, job, platform, market or date.
pub const USAGE: u8 = 2;
/// The configuration has problems; every one of them was printed.
pub const CONFIG: u8 = 3;
/// Exports are missing, or too many of their records were rejected, or their totals fell: market-days wait or are held
/// back. Everything else is published.
pub const EXPORTS: u8 = 4;
/// Another run published the same market-day or decision, or it is unknown whether it was published. Run again.
pub const CONFLICT: u8 = 5;
/// Some market-days failed because an export could not be read, or a decision could not be made; everything else is published.
pub const SOME_FAILED: u8 = 6;
/// `covers check`: a cover breaks a rule of a market, or a picture cannot be measured. Nothing is wrong with the program.
pub const RULE_BROKEN: u8 = 7;
/// SIGINT asked the run to stop before all market-days were processed. What was published is complete; run again.
pub const INTERRUPTED: u8 = 130;
/// SIGTERM asked the run to stop before all market-days were processed. What was published is complete; run again.
pub const TERMINATED: u8 = 143;
