//! Names of the published columns. No column name is a string anywhere else.

/// Where the broadcast ran.
pub const PLATFORM: &str = "platform";
/// Whom it was aimed at.
pub const MARKET: &str = "market";
/// The market's day.
pub const LOCAL_DATE: &str = "local_date";
/// The day-part.
pub const SLOT: &str = "slot";
/// The segment of the viewer.
pub const AUDIENCE: &str = "audience";
/// The broadcast.
pub const BROADCAST_ID: &str = "broadcast_id";
/// The cover.
pub const COVER_ID: &str = "cover_id";

/// Whether rows in it span more than the cover's time on air.
pub const CONTAMINATED: &str = "contaminated";
/// For how much of the rows' time the cover was on air.
pub const COVER_SHARE: &str = "cover_share";

/// Times a cover was shown.
pub const IMPRESSIONS: &str = "impressions";
/// Viewers with an impression.
pub const UNIQUE_IMPRESSIONS: &str = "unique_impressions";
/// Clicks.
pub const CLICKS: &str = "clicks";
/// Viewers with a click.
pub const CLICKERS: &str = "clickers";
/// Room entries.
pub const ENTRIES: &str = "entries";
/// Viewers with an entry.
pub const ENTRANTS: &str = "entrants";
/// Entries that lasted.
pub const STAYS: &str = "stays";
/// Time in the room.
pub const DWELL_SECONDS: &str = "dwell_seconds";
/// Paid orders.
pub const ORDERS: &str = "orders";

/// Which counts were derived from a rate or read off a rounded number.
pub const DERIVED: &str = "derived";
/// Impressions out of rows that were split between slots or days.
pub const PRORATED_IMPRESSIONS: &str = "prorated_impressions";
/// Entries out of rows that were split between slots or days.
pub const PRORATED_ENTRIES: &str = "prorated_entries";
/// How much of the rows' time lies in the market's day.
pub const DAY_MATCH: &str = "day_match";

/// Clicks ÷ impressions.
pub const CTR: &str = "ctr";
/// Entrants ÷ impressions.
pub const EFFECTIVE_CTR: &str = "effective_ctr";
/// Orders ÷ entrants.
pub const CLICK_CONVERSION: &str = "click_conversion";
/// Clickers ÷ unique impressions.
pub const VIEWER_CTR: &str = "viewer_ctr";
/// Stays ÷ entries.
pub const STAY_RATE: &str = "stay_rate";
/// Dwell seconds ÷ entries.
pub const MEAN_DWELL_SECONDS: &str = "mean_dwell_seconds";

/// The slot's true length that day.
pub const SLOT_SECONDS: &str = "slot_seconds";
/// The slot's start on the market's clock.
pub const SLOT_START_LOCAL: &str = "slot_start_local";
/// The slot's first instant.
pub const SLOT_START_UTC: &str = "slot_start_utc";
/// What an impression is.
pub const IMPRESSION_BASIS: &str = "impression_basis";
/// What a click is.
pub const CLICK_EVENT: &str = "click_event";
/// Within what a viewer is counted once.
pub const UNIQUE_BASIS: &str = "unique_basis";
/// The platform's day since which its conventions are these.
pub const CONVENTION_SINCE: &str = "convention_since";
/// Whether late exports may still change the row.
pub const PROVISIONAL: &str = "provisional";
/// Which revision of the market-day the row belongs to.
pub const REVISION: &str = "revision";

/// Which count.
pub const COUNT: &str = "count";
/// Whether the platform offers it.
pub const OFFERED: &str = "offered";
/// What it was redefined to mean.
pub const DEFINITION: &str = "definition";

/// Which signal.
pub const SIGNAL: &str = "signal";
/// How often it happened.
pub const TIMES: &str = "times";
/// To how many viewers.
pub const PERSONS: &str = "persons";
/// Persons ÷ times.
pub const FACTOR: &str = "factor";

/// The date an export's path names.
pub const EXPORT_DATE: &str = "export_date";
/// The key of an export.
pub const OBJECT: &str = "object";
/// Which record of it.
pub const RECORD: &str = "record";
/// Where the record begins.
pub const BYTE_OFFSET: &str = "byte_offset";
/// Why it was rejected, or is not offered.
pub const REASON: &str = "reason";
/// Which column is to blame.
pub const COLUMN: &str = "column";
/// The record as it was.
pub const TEXT: &str = "text";

/// What is compared.
pub const METRIC: &str = "metric";
/// Against what.
pub const SCOPE: &str = "scope";
/// Rows that were compared.
pub const ROWS: &str = "rows";
/// Rows that disagree.
pub const ROWS_OFF: &str = "rows_off";
/// As the export says.
pub const REPORTED: &str = "reported";
/// As its counts give it.
pub const RECOMPUTED: &str = "recomputed";
/// Reported − recomputed.
pub const DIFFERENCE: &str = "difference";
/// What to make of it.
pub const VERDICT: &str = "verdict";

/// The last local date that a decision stands on.
pub const AS_OF: &str = "as_of";
/// The first local date that it stands on.
pub const SINCE: &str = "since";
/// The last local date under the conventions that it is made for.
pub const UNTIL: &str = "until";
/// Which experiment.
pub const EXPERIMENT: &str = "experiment";
/// A turn's first instant.
pub const TURN_START_UTC: &str = "turn_start_utc";
/// Whether the switch of covers before it may still have a say.
pub const BURN_IN: &str = "burn_in";

/// The name of a number's lower bound: of a count the least it can be, of a rate the lower 95 % bound.
#[must_use]
pub fn low(number: &str) -> String {
    format!("{number}_low")
}

/// The name of a number's upper bound.
#[must_use]
pub fn high(number: &str) -> String {
    format!("{number}_high")
}
