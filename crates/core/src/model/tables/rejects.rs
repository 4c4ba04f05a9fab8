//! Tables of a platform's exports of one date.

use super::column::{day, float, text, whole};
use super::groups::platform;
use super::shown::{falling, plain, short};
use super::{ColumnSpec, TableFamily, TableSpec};
use crate::model::columns as c;

/// Version of the numbers of these tables.
pub(super) const REJECTS: u32 = 4;

pub(super) const REJECTED: TableSpec = TableSpec {
    name: "rejects",
    family: TableFamily::Rejects,
    is_optional: true,
    question: "Which records of the exports were not counted, and why?",
    key: &[c::PLATFORM, c::EXPORT_DATE, c::OBJECT, c::RECORD],
    sorted_by: "object and record",
    shown: &[
        plain(c::EXPORT_DATE),
        plain(c::OBJECT),
        plain(c::RECORD),
        plain(c::BYTE_OFFSET),
        plain(c::REASON),
        plain(c::COLUMN),
        plain(c::TEXT),
    ],
    shown_by: &[falling(c::EXPORT_DATE)],
    columns: || {
        let mut columns = of_export();
        columns.extend([
            whole(c::RECORD, "", "which record of the object, from 1; a header is no record"),
            whole(c::BYTE_OFFSET, "bytes", "where the record begins in the decompressed bytes").null("Parquet"),
            text(c::REASON, "one of the words [below](#reasons)"),
            text(c::COLUMN, "the export's column that is to blame").null("no single one"),
            text(c::TEXT, "the record as it was, cut after `reject_text_chars` characters").null("see below"),
        ]);
        columns
    },
};

pub(super) const RECONCILIATION: TableSpec = TableSpec {
    name: "reconciliation",
    family: TableFamily::Rejects,
    is_optional: true,
    question: "Do the exports agree with the totals and rates that they report themselves?",
    key: &[c::PLATFORM, c::EXPORT_DATE, c::OBJECT, c::METRIC, c::SCOPE],
    sorted_by: "object, metric and scope",
    shown: &[
        plain(c::EXPORT_DATE),
        plain(c::OBJECT),
        plain(c::METRIC),
        plain(c::SCOPE),
        plain(c::ROWS),
        plain(c::ROWS_OFF),
        short(c::REPORTED),
        short(c::RECOMPUTED),
        short(c::DIFFERENCE),
        plain(c::VERDICT),
    ],
    shown_by: &[falling(c::EXPORT_DATE), falling(c::ROWS_OFF)],
    columns: || {
        let number =
            |name: String, about: &'static str| float(name, "as the metric", about).null("nothing to compare");
        let bounded = |name: &str, about: [&'static str; 3]| {
            let [value, low, high] = about;
            [number(name.to_owned(), value), number(c::low(name), low), number(c::high(name), high)]
        };
        let mut columns = of_export();
        columns.extend([
            text(c::METRIC, "a count, or the name of a rate in `rates`"),
            text(
                c::SCOPE,
                "`total` or `row`: a row of totals against the rows, or a rate against the counts of its row",
            ),
            whole(c::ROWS, "rows", "rows that were summed or compared"),
            whole(c::ROWS_OFF, "rows", "of those, rows that disagree; 0 or 1 for a total"),
        ]);
        columns.extend(bounded(
            c::REPORTED,
            [
                "as the export says; of a rate, in the row that disagrees most",
                "the least that its digits can mean",
                "the most that its digits can mean",
            ],
        ));
        columns.extend(bounded(
            c::RECOMPUTED,
            ["as its counts give it", "the least that they allow for", "the most that they allow for"],
        ));
        columns.push(number(c::DIFFERENCE.to_owned(), "`reported` − `recomputed`"));
        columns.push(text(c::VERDICT, "one of the words below"));
        columns
    },
};

/// Which export a row is of.
fn of_export() -> Vec<ColumnSpec> {
    vec![
        platform(),
        day(c::EXPORT_DATE, "the date in the export's path").null("the path has no date"),
        text(c::OBJECT, "the export's key, relative to the exports' store"),
    ]
}
