//! Rows of counts from the file to the page.

mod blanks;
mod covers;
mod midnights;
mod rates;
mod rows;
mod totals;
mod twice;

use std::fs::File;
use std::io::{Seek, Write};

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::export::{Excerpt, ReadReport, read_page};
use coverledger_config::{
    ColumnName, Columns, Completeness, CoverRows, CoverRule, Export, Extent, Format, Header, InstantColumn,
    InstantFormat, MarketRule, Newest, NumberStyle, Order, Otherwise, PathPart, PathPattern, Period, PeriodEnd,
    RateColumn, Rows, TextRule, Totals, ZoneRule,
};
use coverledger_core::model::{Bounds, Check, CheckScope, CountSet, Verdict};

fn name(name: &str) -> ColumnName {
    ColumnName::new(name)
}

fn percent(column: &str) -> RateColumn {
    RateColumn { column: name(column), unit: RateUnit::Percent }
}

fn stated(column: &str) -> CountRule {
    CountRule::Column(name(column))
}

fn rate(rate: &str, column: &str, of: Count, among: Count) -> ReportedRate {
    ReportedRate { name: rate.to_owned(), column: percent(column), of, among }
}

/// An export of CSV whose rows are days in UTC of broadcasts.
struct Mapping {
    rows: CountRows,
    columns: Columns,
    entry_is_click: bool,
    max_rows: usize,
}

impl Mapping {
    fn of<const N: usize>(counts: [(Count, CountRule); N]) -> Self {
        Self {
            rows: CountRows {
                period: Period::Day {
                    date: name("day"),
                    pattern: "%Y-%m-%d".into(),
                    zone: ZoneRule::Named(Zone::utc()),
                    hour: None,
                },
                newest: Newest { by: Order::Name, per: Extent::Period },
                fallback_for: None,
                counts: BTreeMap::from(counts),
                stated: BTreeMap::new(),
                optional: CountSet::default(),
                rates: Vec::new(),
                totals: Totals::default(),
                numbers: NumberStyle::default(),
                skip: BTreeMap::new(),
                blank: BTreeMap::new(),
                may_exceed: CountSet::default(),
                one_is: BTreeMap::new(),
            },
            columns: Columns {
                market: MarketRule::Value(MarketId::new("US")),
                broadcast_id: TextRule::Column(name("room")),
                cover_id: CoverRule::Log,
                audience: Vec::new(),
            },
            entry_is_click: false,
            max_rows: 1_000,
        }
    }

    fn with(mut self, change: impl FnOnce(&mut CountRows)) -> Self {
        change(&mut self.rows);
        self
    }

    fn try_read(self, text: &str) -> Result<(ReadReport, CountTable), ExportError> {
        read_text(Rows::Counts(Box::new(self.rows)), self.columns, self.entry_is_click, self.max_rows, text)
    }

    fn read(self, text: &str) -> Read {
        let (report, page) = self.try_read(text).unwrap();
        assert_eq!(report.taken, page.rows.len() as u64);
        assert_eq!(report.rows_in, report.taken + report.ignored + report.rejected);
        Read { report, page }
    }
}

fn read_text(
    rows: Rows,
    columns: Columns,
    entry_is_click: bool,
    max_rows: usize,
    text: &str,
) -> Result<(ReadReport, CountTable), ExportError> {
    let export = Export {
        name: "days".into(),
        rows,
        path: PathPattern { text: "days.csv".into(), parts: vec![PathPart::Literal("days.csv".into())] },
        day_zone: Zone::utc(),
        early_days: 0,
        late_days: 0,
        format: Format::Delimited {
            dialect: coverledger_config::Dialect::by(b';'),
            encoding: None,
            header: Header::FIRST_LINE,
        },
        columns,
        completeness: Completeness::default(),
        members: Vec::new(),
    };
    let mut file: File = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.rewind().unwrap();
    let markets = BTreeMap::from([
        (MarketId::new("US"), Zone::named("America/New_York").unwrap()),
        (MarketId::new("DE"), Zone::named("Europe/Berlin").unwrap()),
    ]);
    let reading = Reading {
        export: &export,
        entry_is_click,
        path: &PathValues::default(),
        reach: &Reach::everything(),
        markets: &markets,
        stay_seconds: 60,
        excerpt: Excerpt { chars: 40, viewer_ids: false },
        halt: &crate::export::Halt::new(),
        cores: &crate::export::Cores::default(),
        most_prints: 1 << 16,
    };
    read_page(&reading, file, max_rows)
}

struct Read {
    report: ReadReport,
    page: CountTable,
}

impl Read {
    /// The bounds of a count in every row; `?` where it is not known, `~` behind it where it is derived.
    fn counts(&self, count: Count) -> Vec<String> {
        let of = |row: &CountRow| match row.figures.get(count) {
            None => "?".to_owned(),
            Some(Measure { low, value, high }) => {
                let tilde = if row.figures.derived.has(count) { "~" } else { "" };
                if low == high { format!("{value}{tilde}") } else { format!("{low} {value} {high}{tilde}") }
            }
        };
        self.page.rows.iter().map(of).collect()
    }

    fn rejects(&self) -> Vec<String> {
        let text = |reject: &coverledger_core::model::Reject| {
            format!("{} {} {}", reject.record, reject.reason.word(), reject.column.as_deref().unwrap_or("-"))
        };
        self.report.rejects.iter().map(text).collect()
    }

    /// Metric, rows, rows off, verdict.
    fn checks(&self) -> Vec<String> {
        let text = |check: &Check| {
            let Check { metric, rows, rows_off, .. } = check;
            format!("{} {metric} {rows} {rows_off}: {}", check.scope.word(), check.verdict.word())
        };
        self.report.checks.iter().map(text).collect()
    }
}

fn us(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_microsecond()
}
