//! Errors that make a whole export unusable. A bad record is a reject, not an error.

use thiserror::Error;

use super::missing::MissingColumns;

/// Why an export cannot be counted.
#[derive(Debug, Error)]
pub enum ExportError {
    /// Nothing in it.
    #[error("it is empty (0 bytes): the platform delivered nothing, or the upload broke off")]
    Empty,
    /// A compressed stream that ends too early or is damaged.
    #[error(
        "its {compression} stream is damaged or truncated after {decompressed_bytes} decompressed bytes ({detail})"
    )]
    Compression {
        /// How it is compressed: `gzip`, `zstd`.
        compression: &'static str,
        /// How far it could be read.
        decompressed_bytes: u64,
        /// What the decompressor said.
        detail: String,
    },
    /// Text in an encoding that is neither UTF-8 nor declared.
    #[error("it is {0}; expected UTF-8, or what `encoding` says")]
    Encoding(&'static str),
    /// A declared encoding that is unknown.
    #[error(
        "its encoding is declared as `{0}`, which is none (expected a label such as `utf-16le`, `gb18030`, `windows-1252`)"
    )]
    UnknownEncoding(String),
    /// Columns that the mapping needs.
    #[error(transparent)]
    MissingColumns(#[from] MissingColumns),
    /// Rows with an id of their broadcast beside rows for which one had to be made.
    #[error(
        "some of its rows have an id of their broadcast and others none, for which `broadcast_id.columns` would make one: the same broadcast could count under both (fill the blank ids, or take `column` away from `broadcast_id`)"
    )]
    MixedIds,
    /// None of the columns that the mapping needs. The first line may be data instead, so no part of it is shown.
    #[error("none of the mapped columns is {0}")]
    NoMappedColumn(
        /// Where they were looked for, and what to ask oneself.
        &'static str,
    ),
    /// Several columns that one mapped column could be.
    #[error("its columns {} could all be `{column}`; map the one that is meant by its exact name", list(.candidates))]
    AmbiguousColumn {
        /// What the mapping calls it.
        column: String,
        /// The columns.
        candidates: Vec<String>,
    },
    /// Two columns of one name.
    #[error("its header names `{0}` twice")]
    DuplicateHeader(String),
    /// As many names as are given for a table without a header, and another number of columns.
    #[error("its first rows have {columns} columns, and `header` gives the names of {given}")]
    GivenNames {
        /// Names that are given.
        given: usize,
        /// Columns that are there.
        columns: usize,
    },
    /// A header that is no CSV.
    #[error("its header cannot be read ({0})")]
    Header(&'static str),
    /// A Parquet column whose type cannot carry what the mapping reads from it.
    #[error("its column `{column}` is of type {found}; {expected}")]
    ColumnType {
        /// The column.
        column: String,
        /// Its type.
        found: String,
        /// What would do.
        expected: &'static str,
    },
    /// A document that is not JSON, or not clearly so.
    #[error("it is not sound JSON ({0})")]
    Json(String),
    /// A document that is larger than one is read.
    #[error("it is a JSON document of more than {0} bytes; have it exported as one object a line (`ndjson`)")]
    DocumentTooLarge(usize),
    /// A way to the rows of a document that leads nowhere.
    #[error("its rows are not at `{way}`: {why}")]
    RowsAt {
        /// The way.
        way: String,
        /// How far it got, and what is there instead.
        why: String,
    },
    /// A document that says that something went wrong.
    #[error("it is the answer of an error, not of a day: {0}")]
    ErrorAnswer(String),
    /// A document that does not say how much of an answer it is.
    #[error("its `{way}`, by which `complete` tells a page from the whole, {why}")]
    PageClaim {
        /// The way.
        way: String,
        /// What is there instead.
        why: String,
    },
    /// Damaged XLSX.
    #[error("it is not sound XLSX ({0})")]
    Xlsx(String),
    /// Something that is no text.
    #[error("it is {0}")]
    Container(&'static str),
    /// A ZIP archive that cannot be read.
    #[error("it is a ZIP archive, and {0}")]
    Zip(String),
    /// A file within an archive that cannot be counted.
    #[error("in its member `{member}`: {error}")]
    Member {
        /// The file's name within the archive.
        member: String,
        /// Why.
        error: Box<Self>,
    },
    /// Another kind of file than declared.
    #[error("it is {0}; expected XLSX (`inspect` tells what a file is)")]
    OtherFormat(&'static str),
    /// Formulas without saved values.
    #[error(
        "its column `{column}` holds {cells} formulas without saved values, the first in cell `{first}`: a spreadsheet computes and saves them (open it in one and save it, or have the program write values)"
    )]
    Formulas {
        /// The column.
        column: String,
        /// How many.
        cells: u64,
        /// The first.
        first: String,
    },
    /// A sheet that the mapping names.
    #[error("it has no sheet `{sheet}` (it has: {})", list(.sheets))]
    MissingSheet {
        /// The sheet.
        sheet: String,
        /// What is there.
        sheets: Vec<String>,
    },
    /// Damaged Parquet.
    #[error("it is not sound Parquet ({0})")]
    Parquet(String),
    /// A record that does not end.
    #[error("the record at byte {offset} is longer than {limit} bytes")]
    RecordTooLong {
        /// Where it begins.
        offset: u64,
        /// The limit.
        limit: usize,
    },
    /// Data that expands beyond reason.
    #[error(
        "it expands from {compressed_bytes} to more than {decompressed_bytes} bytes: refused as a decompression bomb"
    )]
    Bomb {
        /// Its size.
        compressed_bytes: u64,
        /// How far it was followed.
        decompressed_bytes: u64,
    },
    /// More records than can be numbered.
    #[error("it has more than {} records", u32::MAX)]
    TooManyRecords,
    /// More distinct combinations of market, broadcast, cover and audience than the memory bound allows.
    #[error(
        "it has more than {0} distinct combinations of market, broadcast, cover and audience: is an id mapped as a cover or an audience?"
    )]
    TooManyCells(usize),
    /// More rows of counts, or of covers, than may be kept.
    #[error("it has more than {0} rows, which is more than `memory` allows for")]
    TooManyRows(usize),
    /// A row that can only be a total, and says so by no known word.
    #[error(
        "its record {0} is the sum of other rows: counted, it would count them twice (name its word in `totals.words`)"
    )]
    UnnamedTotal(u32),
    /// A row that says that it is a total, stands beside others, and is the sum of no group of them.
    #[error(
        "its record {record} says `{text}`, as a total does, and is the sum of no group of the others: counted, it might count them twice (if it is a total, name it in `totals.words`; if it is none, name the column that tells totals in `totals.column`)"
    )]
    DoubtfulTotal {
        /// The record.
        record: u32,
        /// What it says.
        text: String,
    },
    /// A total of more rows than there are.
    #[error("it says `{said}`, and has {rows} rows: {missing} are missing (did its download break off?)", missing = .stated.saturating_sub(*.rows))]
    FewerRows {
        /// The text that says it.
        said: String,
        /// How many there should be.
        stated: u64,
        /// How many there are.
        rows: u64,
    },
    /// A header among the rows that is not the first one's.
    #[error(
        "its record {0} is a header of other columns, or of these in another order: two exports are in one file, and the rows below it would be read wrong (deliver them apart)"
    )]
    SecondHeader(u32),
    /// More of a part than of the whole, over all rows.
    #[error(
        "it counts {part_sum} `{part}` of {whole_sum} `{whole}`, which cannot be (is a rate in percent read as a fraction, or are two columns exchanged? where the platform counts them so, write `may_exceed: [{part}]`)"
    )]
    PartExceedsWhole {
        /// The part.
        part: &'static str,
        /// What it is a part of.
        whole: &'static str,
        /// The least of the part.
        part_sum: u128,
        /// The most of the whole.
        whole_sum: u128,
    },
    /// Ids that a spreadsheet rounded.
    #[error(
        "a spreadsheet rounded its ids, such as `{0}`: several of them end in noughts (deliver the file as it was written, or with ids as text)"
    )]
    RoundedIds(String),
    /// A sheet that people do not see, beside others.
    #[error(
        "its sheet `{0}` is hidden, and has the columns too: is it a copy? (name the sheets to read in `sheets`)"
    )]
    HiddenSheet(String),
    /// Two sheets with the same rows.
    #[error(
        "its sheets `{other}` and `{sheet}` hold {rows} rows that are the same: counted, they would count twice (name the sheets to read in `sheets`)"
    )]
    CopiedSheet {
        /// The later one.
        sheet: String,
        /// The earlier one.
        other: String,
        /// How many rows.
        rows: u64,
    },
    /// Two rows of one broadcast whose intervals overlap.
    #[error(
        "its records {one} and {other} are both of broadcast `{broadcast}`, over intervals that overlap, as snapshots of one session are: counted, they would count it twice (deliver each snapshot as an object of its own, of which `newest` counts the last, or leave the older rows out with `skip`)"
    )]
    OverlappingRows {
        /// The record of the one.
        one: u32,
        /// The record of the other.
        other: u32,
        /// Their broadcast.
        broadcast: String,
    },
    /// Rows that repeat the counts of their session.
    #[error(
        "its records {one} and {other} are of one broadcast, cover, audience and interval and say the same {counts}, and so do all such rows: they repeat what their session counts beside something that is not mapped, and would count it several times (deliver it with one row a session, keep one of them with `skip`, or map the column that tells them apart if each has counts of its own)"
    )]
    RepeatedCounts {
        /// The record of the one.
        one: u32,
        /// The record of the other.
        other: u32,
        /// What they have in common.
        counts: String,
    },
    /// Sessions without their time of day.
    #[error(
        "all of its {rows} sessions begin at midnight: `{column}` holds dates and no time of day (map the column that has it too, such as `start: {{column: {column}, time: …}}`; one without a name goes by its number)"
    )]
    NoTimeOfDay {
        /// The column of the start.
        column: String,
        /// How many rows.
        rows: u64,
    },
    /// Rows that were counted do not add up to rows that are there.
    #[error("its rows do not balance: {physical} are there, {accounted} are accounted for")]
    Unbalanced {
        /// Counted without the parser.
        physical: u64,
        /// Taken, ignored and rejected.
        accounted: u64,
    },
    /// The decoder gave up in a way it should not have.
    #[error("the decoder failed on it ({0})")]
    Panicked(String),
    /// Somebody asked to stop.
    #[error("reading it was asked to stop")]
    Stopped,
    /// The bytes could not be read.
    #[error("failed to read it")]
    Io(#[from] std::io::Error),
}

pub(in crate::export) fn list(names: &[String]) -> String {
    const SHOWN: usize = 30;
    const CHARS: usize = 64;
    let cut = |name: &String| match name.char_indices().nth(CHARS) {
        Some((end, _)) => format!("`{}…`", &name[..end]),
        None => format!("`{name}`"),
    };
    let mut text = names.iter().take(SHOWN).map(cut).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(", …");
    }
    text
}
