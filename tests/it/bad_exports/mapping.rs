//! A compact builder of the mapping that these tests read with.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek, Write};

use coverledger::config::{
    ColumnName, Columns, Completeness, CoverRule, Dialect, EventColumns, Export, FoldPolicy, Format, GapPolicy,
    Header, InstantColumn, InstantFormat, MarketRule, Otherwise, PathPattern, Rows, TextRule, WallClock, ZoneRule,
};
use coverledger::export::{
    Cores, Excerpt, ExportError, Halt, PathValues, Reach, ReadReport, Reading, Signals, read, read_row_by_row,
};
use coverledger::model::{Event, MarketId};
use coverledger::time::Zone;

use super::outcome::{Outcome, Tape};

/// The header of [`Mapping::events`].
pub const HEADER: &str = "id,at,what,country,room,cover,viewer,who,dwell\n";
/// The header of [`Mapping::impressions`].
pub const FLAGS: &str = "at,room,cover,clicked,entered,ordered,dwell\n";

/// An export's definition and the markets around it.
#[derive(Clone)]
pub struct Mapping {
    pub export: Export,
    pub markets: BTreeMap<MarketId, Zone>,
    pub excerpt: Excerpt,
    pub cores: Cores,
}

impl Mapping {
    /// One event a row, in the columns of [`HEADER`]; markets `US` and `GB`.
    pub fn events() -> Self {
        let words = [
            ("show", Event::Impression),
            ("tap", Event::Click),
            ("enter", Event::Entry),
            ("leave", Event::Leave),
            ("paid", Event::Order),
            ("scroll", Event::Ignore),
        ];
        let values = words.map(|(word, event)| (word.to_owned(), event)).into();
        let each = EventColumns {
            event_id: Some(ColumnName::new("id")),
            occurred_at: InstantColumn {
                column: ColumnName::new("at"),
                time: None,
                format: InstantFormat::Rfc3339,
            },
            viewer_id: Some(ColumnName::new("viewer")),
            host_id: None,
            dwell_seconds: Some(ColumnName::new("dwell")),
        };
        let columns = Columns {
            market: MarketRule::Column {
                column: ColumnName::new("country"),
                values: [("840".to_owned(), MarketId::new("US"))].into(),
                otherwise: Otherwise::Reject,
            },
            broadcast_id: TextRule::Column(ColumnName::new("room")),
            cover_id: CoverRule::Row(TextRule::Column(ColumnName::new("cover"))),
            audience: vec![ColumnName::new("who")],
        };
        Self::of(Rows::Events { each, column: ColumnName::new("what"), values }, columns)
    }

    /// One impression a row, in the columns of [`FLAGS`], all of market `US`.
    pub fn impressions() -> Self {
        let column = |name: &str| Some(ColumnName::new(name));
        let each = EventColumns {
            event_id: None,
            occurred_at: InstantColumn {
                column: ColumnName::new("at"),
                time: None,
                format: InstantFormat::Rfc3339,
            },
            viewer_id: None,
            host_id: None,
            dwell_seconds: column("dwell"),
        };
        let rows = Rows::Impressions {
            each,
            clicked: column("clicked"),
            entered: column("entered"),
            ordered: column("ordered"),
        };
        let columns = Columns {
            market: MarketRule::Value(MarketId::new("US")),
            broadcast_id: TextRule::Column(ColumnName::new("room")),
            cover_id: CoverRule::Row(TextRule::Column(ColumnName::new("cover"))),
            audience: Vec::new(),
        };
        Self::of(rows, columns)
    }

    /// Columns of any table as audience and nothing else: every row is an impression at the instant in `at`.
    pub fn audience(at: InstantColumn, audience: &[&str]) -> Self {
        let each =
            EventColumns { event_id: None, occurred_at: at, viewer_id: None, host_id: None, dwell_seconds: None };
        let columns = Columns {
            market: MarketRule::Value(MarketId::new("US")),
            broadcast_id: TextRule::Value("r".to_owned()),
            cover_id: CoverRule::Row(TextRule::Value("c".to_owned())),
            audience: audience.iter().map(|column| ColumnName::new(*column)).collect(),
        };
        Self::of(Rows::Impressions { each, clicked: None, entered: None, ordered: None }, columns)
    }

    fn of(rows: Rows, columns: Columns) -> Self {
        let export = Export {
            name: "events".to_owned(),
            rows,
            path: PathPattern { text: "*".to_owned(), parts: Vec::new() },
            day_zone: Zone::utc(),
            early_days: 0,
            late_days: 0,
            format: delimited(b','),
            columns,
            completeness: Completeness::default(),
            members: Vec::new(),
        };
        let markets = ["US", "GB"].map(|name| (MarketId::new(name), Zone::utc())).into();
        Self { export, markets, excerpt: Excerpt { chars: 60, viewer_ids: false }, cores: Cores::default() }
    }

    pub fn tsv(mut self) -> Self {
        self.export.format = delimited(b'\t');
        self
    }

    pub fn ndjson(mut self) -> Self {
        self.export.format = Format::Ndjson;
        self
    }

    pub fn parquet(mut self) -> Self {
        self.export.format = Format::Parquet;
        self
    }

    pub fn format(mut self, format: Format) -> Self {
        self.export.format = format;
        self
    }

    /// Delimited text whose header is one of the first so many lines.
    pub fn header_within(self, within_lines: u16, description_lines: u16) -> Self {
        let header = Header::within(within_lines, description_lines);
        self.format(Format::Delimited { dialect: Dialect::by(b','), encoding: None, header })
    }

    /// Delimited text of this encoding.
    pub fn encoded(self, label: &str) -> Self {
        let encoding = Some(label.to_owned());
        self.format(Format::Delimited { dialect: Dialect::by(b','), encoding, header: Header::FIRST_LINE })
    }

    /// Sheets of these names, or all, with the header in one of their first 30 rows.
    pub fn xlsx(self, sheets: &[&str]) -> Self {
        let sheets = sheets.iter().map(|sheet| (*sheet).to_owned()).collect();
        self.format(Format::Xlsx { sheets, header: Header::within(30, 0) })
    }

    /// A JSON document with its rows there.
    pub fn json(self, rows_at: &[&str]) -> Self {
        self.format(Format::Json { rows_at: rows_at.iter().map(|step| (*step).to_owned()).collect() })
    }

    /// The cover is in the column of these names.
    pub fn cover(mut self, names: &[&str]) -> Self {
        let column = ColumnName::any_of(names.iter().map(|name| (*name).to_owned()).collect()).unwrap();
        self.export.columns.cover_id = CoverRule::Row(TextRule::Column(column));
        self
    }

    /// Records have no ids.
    pub fn without_event_ids(mut self) -> Self {
        if let Rows::Events { each, .. } = &mut self.export.rows {
            each.event_id = None;
        }
        self
    }

    /// On so many cores.
    pub fn on(mut self, cores: usize) -> Self {
        self.cores = Cores::new(cores);
        self
    }

    /// The files within a ZIP archive that hold rows.
    pub fn members(mut self, patterns: &[&str]) -> Self {
        self.export.members = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        self
    }

    /// Every column of [`HEADER`] goes by its number, and so many more.
    pub fn columns_by_number(mut self, more: u16) -> Self {
        let at = |number: u16| ColumnName::at(number + more);
        if let Rows::Events { each, column, .. } = &mut self.export.rows {
            each.event_id = Some(at(1));
            each.occurred_at.column = at(2);
            each.viewer_id = Some(at(7));
            each.dwell_seconds = Some(at(9));
            *column = at(3);
        }
        if let MarketRule::Column { column, .. } = &mut self.export.columns.market {
            *column = at(4);
        }
        self.export.columns.broadcast_id = TextRule::Column(at(5));
        self.export.columns.audience = vec![at(8)];
        self.cover_number(6 + more)
    }

    /// The cover is in the column of this number.
    pub fn cover_number(mut self, number: u16) -> Self {
        self.export.columns.cover_id = CoverRule::Row(TextRule::Column(ColumnName::at(number)));
        self
    }

    /// `at` has the date alone, and the time of day stands in another column, which is no dwell then.
    pub fn at_apart(mut self, pattern: &str, wall: WallClock, time: &str) -> Self {
        if let Rows::Events { each, .. } = &mut self.export.rows {
            each.dwell_seconds = None;
            each.occurred_at.time = Some(ColumnName::new(time));
            each.occurred_at.format = InstantFormat::Pattern { pattern: pattern.to_owned(), wall: Some(wall) };
        }
        self
    }

    /// How `at` is written.
    pub fn at(mut self, format: InstantFormat) -> Self {
        match &mut self.export.rows {
            Rows::Events { each, .. } | Rows::Impressions { each, .. } => each.occurred_at.format = format,
            Rows::Quality(quality) => quality.occurred_at.format = format,
            Rows::Counts(_) | Rows::Covers(_) => panic!("counts have no instant"),
        }
        self
    }

    /// `at` is a wall clock `2026-03-29 02:30:00`.
    pub fn wall(self, zone: &str, gap: GapPolicy, fold: FoldPolicy) -> Self {
        let wall = Some(WallClock { zone: ZoneRule::Named(Zone::named(zone).unwrap()), gap, fold });
        self.at(InstantFormat::Pattern { pattern: "%Y-%m-%d %H:%M:%S".to_owned(), wall })
    }

    /// What becomes of a market nobody knows.
    pub fn otherwise(mut self, policy: Otherwise) -> Self {
        if let MarketRule::Column { otherwise, .. } = &mut self.export.columns.market {
            *otherwise = policy;
        }
        self
    }

    /// Reads these bytes as an export.
    pub fn read(&self, bytes: impl AsRef<[u8]>) -> Outcome {
        let mut outcome = self.read_file(file_of(bytes.as_ref()));
        bytes.as_ref().clone_into(&mut outcome.bytes);
        outcome
    }

    /// Reads these bytes as an export, a record at a time.
    pub fn read_row_by_row(&self, bytes: impl AsRef<[u8]>) -> Outcome {
        let mut tape = Tape::default();
        let (halt, path, reach) = (Halt::new(), PathValues::default(), Reach::everything());
        let report = read_row_by_row(&self.reading(&halt, &path, &reach), file_of(bytes.as_ref()), &mut tape);
        Outcome { report, tape, bytes: bytes.as_ref().to_owned() }
    }

    /// Reads this file as an export.
    pub fn read_file(&self, file: File) -> Outcome {
        let mut tape = Tape::default();
        let report = self.read_until(&Halt::new(), file, &mut tape);
        Outcome { report, tape, bytes: Vec::new() }
    }

    /// Reads this file as an export until it is stopped.
    pub fn read_until(
        &self,
        halt: &Halt,
        file: File,
        signals: &mut impl Signals,
    ) -> Result<ReadReport, ExportError> {
        read(&self.reading(halt, &PathValues::default(), &Reach::everything()), file, signals)
    }

    fn reading<'a>(&'a self, halt: &'a Halt, path: &'a PathValues, reach: &'a Reach) -> Reading<'a> {
        Reading {
            export: &self.export,
            entry_is_click: false,
            path,
            reach,
            markets: &self.markets,
            stay_seconds: 60,
            excerpt: self.excerpt,
            halt,
            cores: &self.cores,
            most_prints: 1 << 16,
        }
    }
}

fn file_of(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

/// Text with a header in its first line.
pub fn delimited(delimiter: u8) -> Format {
    Format::Delimited { dialect: Dialect::by(delimiter), encoding: None, header: Header::FIRST_LINE }
}

/// A sound line of [`HEADER`] with this event id.
pub fn good(id: &str) -> String {
    format!("{id},2026-11-21T10:00:00Z,show,US,r1,c1,v1,f,\n")
}

/// A sound object for [`Mapping::events`] with this event id.
pub fn good_json(id: &str) -> String {
    format!(
        "{{\"id\":\"{id}\",\"at\":\"2026-11-21T10:00:00Z\",\"what\":\"show\",\"country\":\"US\",\"room\":\"r1\",\
         \"cover\":\"c1\",\"viewer\":\"v1\",\"who\":\"f\"}}\n"
    )
}
