//! Rows that leave a count out.

use super::Count;

/// Rows of one export that should say a count and do not, on one market-day: its sum is known in part only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    /// Which count.
    pub count: Count,
    /// The key of the export.
    pub object: String,
    /// How many rows do not say it.
    pub rows: u64,
    /// Of how many of the export that count on the day.
    pub of: u64,
    /// The first of them, by their number in the export.
    pub records: Vec<u32>,
}

impl Unknown {
    /// How many of its records are named.
    pub const NAMED: usize = 3;
}

impl std::fmt::Display for Unknown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { count: _, object, rows, of, records } = self;
        let named: Vec<String> = records.iter().map(u32::to_string).collect();
        let more = if *rows > records.len() as u64 { " …" } else { "" };
        write!(f, "not in {rows} of {of} rows of `{object}` (record {}{more})", named.join(", "))
    }
}
