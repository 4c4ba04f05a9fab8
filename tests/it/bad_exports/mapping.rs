//! A compact builder of the mapping that these tests read with.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Seek, Write};

use coverledger::config::{
    Columns, Export, FoldPolicy, Format, GapPolicy, InstantColumn, InstantFormat, MarketRule, Otherwise,
    PathPattern, Rows, TextRule, WallClock,
};
use coverledger::export::{Excerpt, Reading, read};
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
    pub markets: BTreeSet<MarketId>,
    pub excerpt: Excerpt,
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
        let columns = Columns {
            event_id: Some("id".to_owned()),
            occurred_at: InstantColumn { column: "at".to_owned(), format: InstantFormat::Rfc3339 },
            market: MarketRule::Column {
                column: "country".to_owned(),
                values: [("840".to_owned(), MarketId::new("US"))].into(),
                otherwise: Otherwise::Reject,
            },
            broadcast_id: TextRule::Column("room".to_owned()),
            cover_id: TextRule::Column("cover".to_owned()),
            viewer_id: Some("viewer".to_owned()),
            audience: vec!["who".to_owned()],
            dwell_seconds: Some("dwell".to_owned()),
        };
        Self::of(Rows::Events { column: "what".to_owned(), values }, columns)
    }

    /// One impression a row, in the columns of [`FLAGS`], all of market `US`.
    pub fn impressions() -> Self {
        let column = |name: &str| Some(name.to_owned());
        let rows = Rows::Impressions {
            clicked: column("clicked"),
            entered: column("entered"),
            ordered: column("ordered"),
        };
        let columns = Columns {
            event_id: None,
            occurred_at: InstantColumn { column: "at".to_owned(), format: InstantFormat::Rfc3339 },
            market: MarketRule::Value(MarketId::new("US")),
            broadcast_id: TextRule::Column("room".to_owned()),
            cover_id: TextRule::Column("cover".to_owned()),
            viewer_id: None,
            audience: Vec::new(),
            dwell_seconds: column("dwell"),
        };
        Self::of(rows, columns)
    }

    /// Columns of any table as audience and nothing else: every row is an impression at the instant in `at`.
    pub fn audience(at: InstantColumn, audience: &[&str]) -> Self {
        let columns = Columns {
            event_id: None,
            occurred_at: at,
            market: MarketRule::Value(MarketId::new("US")),
            broadcast_id: TextRule::Value("r".to_owned()),
            cover_id: TextRule::Value("c".to_owned()),
            viewer_id: None,
            audience: audience.iter().map(|column| (*column).to_owned()).collect(),
            dwell_seconds: None,
        };
        Self::of(Rows::Impressions { clicked: None, entered: None, ordered: None }, columns)
    }

    fn of(rows: Rows, columns: Columns) -> Self {
        let export = Export {
            name: "events".to_owned(),
            rows,
            path: PathPattern { text: "*".to_owned(), parts: Vec::new() },
            day_zone: Zone::utc(),
            early_days: 0,
            late_days: 0,
            format: Format::Delimited { delimiter: b',' },
            columns,
        };
        let markets = ["US", "GB"].map(MarketId::new).into();
        Self { export, markets, excerpt: Excerpt { chars: 60, viewer_ids: false } }
    }

    pub fn tsv(mut self) -> Self {
        self.export.format = Format::Delimited { delimiter: b'\t' };
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

    /// How `at` is written.
    pub fn at(mut self, format: InstantFormat) -> Self {
        self.export.columns.occurred_at.format = format;
        self
    }

    /// `at` is a wall clock `2026-03-29 02:30:00`.
    pub fn wall(self, zone: &str, gap: GapPolicy, fold: FoldPolicy) -> Self {
        let wall = Some(WallClock { zone: Zone::named(zone).unwrap(), gap, fold });
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
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes.as_ref()).unwrap();
        file.rewind().unwrap();
        let mut outcome = self.read_file(file);
        bytes.as_ref().clone_into(&mut outcome.bytes);
        outcome
    }

    /// Reads this file as an export.
    pub fn read_file(&self, file: File) -> Outcome {
        let reading = Reading {
            export: &self.export,
            entry_is_click: false,
            markets: &self.markets,
            stay_seconds: 60,
            excerpt: self.excerpt,
        };
        let mut tape = Tape::default();
        let report = read(&reading, file, &mut tape);
        Outcome { report, tape, bytes: Vec::new() }
    }
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
