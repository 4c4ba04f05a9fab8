//! `docs/FORMATS.md` against the code: every column, type, reason, key and exit code is in it, and nothing else is.
//! `README.md` against the program's own help, and the other pages against the source tree and `Cargo.toml`.

#![expect(clippy::unwrap_used, reason = "what is not as expected ends the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use bytes::Bytes;
use coverledger::archive::{
    Archive, Attempt, AttemptEnd, Covered, Draft, ExportRecord, FactRecord, Holder, Lease, Repair, Retention,
    RowCounts, RunRecord, Stamp, State, TableBytes, TableName, Told, ToldBrief, Trouble, TroubleTopic, Unit,
};
use coverledger::cli::exit;
use coverledger::config::{
    self, Assignment, Decisions, Design, Experiment, Family, Guardrail, Guardrails, Market, Split, Topic, Value,
};
use coverledger::model::{
    Bar, BarFact, BarKey, Check, CheckScope, ClickEvent, Conventions, Count, CountSet, Counts, DayPart, Era, Eras,
    Event, Fact, FactKey, Figures, GroupFact, ImpressionBasis, MarketDay, MarketId, Parts, PlatformId, Reason,
    Reject, TurnFact, TurnNumber, TurnSpan, Turns, UniqueBasis, Unknown, Verdict, ViewerGroup,
};
use coverledger::notify;
use coverledger::report::{
    self, Evidence, MarketDayContext, Observed, Place, Standings, returning::CoverRevisits,
};
use coverledger::run::{Account, Disposition, Orphans, OtherConfiguration, RunReport, Unconfigured};
use coverledger::store::Store;
use coverledger::time::{Clock, DayRule, SlotTable, Zone};
use jiff::civil::{date, time};
use polars::prelude::{DataType, TimeUnit};

/// A table of the document: its header and its cells.
struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn column(&self, name: &str) -> Vec<String> {
        let index = self.header.iter().position(|cell| cell == name).expect("the table has that column");
        self.rows.iter().map(|row| row[index].replace('`', "")).collect()
    }

    fn cell(&self, key: &str, column: &str) -> String {
        let index = self.column("key").iter().position(|cell| cell == key).expect("the table has that key");
        self.column(column)[index].clone()
    }
}

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn document() -> String {
    fs::read_to_string(repository().join("docs/FORMATS.md")).expect("docs/FORMATS.md is there")
}

/// The first table below a heading, given without its `#`s.
fn table(heading: &str) -> Table {
    let document = document();
    let is_heading = |line: &&str| line.starts_with('#') && line.trim_start_matches('#').trim() == heading;
    let mut lines = document.lines().skip_while(|line| !is_heading(line)).skip(1);
    let mut cells = lines
        .by_ref()
        .take_while(|line| !line.starts_with('#'))
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>());
    let header = cells.next().unwrap_or_else(|| panic!("no table below the heading `{heading}`"));
    Table { header, rows: cells.skip(1).collect() }
}

/// Headings between one of the second level and the next.
fn headings_in(part: &str) -> BTreeSet<String> {
    let document = document();
    let lines = document.lines().skip_while(|line| *line != format!("## {part}")).skip(1);
    let lines = lines.take_while(|line| !line.starts_with("## "));
    lines.filter_map(|line| line.strip_prefix("### ")).map(str::to_owned).collect()
}

/// Name and type of every column, as the document writes them.
fn columns_of(parquet: Vec<u8>) -> Vec<(String, String)> {
    let frame = report::frame(&[Bytes::from(parquet)]).expect("what was rendered can be read");
    let columns = frame.schema().iter().map(|(name, of_type)| {
        let word = match of_type {
            DataType::String => "string".to_owned(),
            DataType::Int64 => "int64".to_owned(),
            DataType::Float64 => "float64".to_owned(),
            DataType::Boolean => "bool".to_owned(),
            DataType::Date => "date".to_owned(),
            DataType::Datetime(TimeUnit::Microseconds, None) => "timestamp[us]".to_owned(),
            DataType::Datetime(TimeUnit::Microseconds, Some(zone)) => format!("timestamp[us, {zone}]"),
            other => format!("{other:?}"),
        };
        (name.to_string(), word)
    });
    columns.collect()
}

fn documented_columns(of: TableName) -> Vec<(String, String)> {
    let table = table(of.as_str());
    table.column("column").into_iter().zip(table.column("type")).collect()
}

#[test]
fn every_column_is_documented_in_its_order_with_its_type() {
    let rule = DayRule::calendar(Zone::named("Asia/Tokyo").unwrap());
    let slots = vec![("day".to_owned(), time(0, 0, 0, 0)), ("evening".to_owned(), time(18, 0, 0, 0))];
    let market = Market {
        slots: SlotTable::new(rule.starts_at, slots).unwrap(),
        slots_name: "halves".to_owned(),
        day: rule.clone(),
    };
    let market_day =
        MarketDay { platform: PlatformId::new("p"), market: MarketId::new("JP"), local_date: date(2026, 11, 21) };
    let day = rule.day(market_day.local_date).unwrap();
    let eras = Eras::only(Conventions {
        impression: ImpressionBasis::Displays,
        click: ClickEvent::CoverTap,
        uniques: UniqueBasis::FirstTouch,
    });
    let fact = Fact {
        key: FactKey {
            era: Era(0),
            part: DayPart::Slot(1),
            audience: Arc::from("all"),
            broadcast_id: Arc::from("b"),
            cover_id: Arc::from("c"),
            contaminated: false,
        },
        figures: Figures::exact(Counts { impressions: 3, ..Counts::default() }, CountSet::ALL),
        parts: Parts::default(),
        orphan_clicks: None,
    };
    // What is not offered is null, of the same type; a day on which nothing happened has the same columns.
    for mapped in [CountSet::default(), CountSet::ALL] {
        for facts in [&[][..], std::slice::from_ref(&fact)] {
            let sheet = MarketDayContext {
                market_day: &market_day,
                market: &market,
                day: &day,
                eras: &eras,
                mapped,
                provisional: false,
                facts,
                booked: facts,
                by_turn: None,
                by_group: None,
                unknown: &[],
            };
            let tables = [TableName::Funnel, TableName::SlotAudience, TableName::Capability, TableName::Bridge];
            for (rendered, table) in report::market_day(&sheet, 1).unwrap().into_iter().zip(tables) {
                assert_eq!(columns_of(rendered.bytes), documented_columns(table));
            }
            let span = TurnSpan { starts_us: day.start.as_microsecond(), settles_us: 0, ends_us: i64::MAX };
            let turns = Turns::new([span]);
            let in_turn = |fact: &Fact| TurnFact { turn: TurnNumber(1), fact: fact.clone() };
            let by_turn: Vec<TurnFact> = facts.iter().map(in_turn).collect();
            let rendered =
                report::turns(&MarketDayContext { by_turn: Some((&turns, &by_turn)), ..sheet }, 1).unwrap();
            assert_eq!(columns_of(rendered.bytes), documented_columns(TableName::Turns));
            let in_group = |fact: &Fact| GroupFact { group: ViewerGroup::new(7), fact: fact.clone() };
            let by_group: Vec<GroupFact> = facts.iter().map(in_group).collect();
            let rendered =
                report::viewer_groups(&MarketDayContext { by_group: Some(("key", &by_group)), ..sheet }, 1)
                    .unwrap();
            assert_eq!(columns_of(rendered.bytes), documented_columns(TableName::ViewerGroups));
            let by_bar = |fact: &Fact| {
                let FactKey { era, broadcast_id, cover_id, .. } = fact.key.clone();
                let key = BarKey { era, broadcast_id, cover_id, bar: Bar::at(day.start.as_microsecond()) };
                BarFact { key, figures: fact.figures }
            };
            let bars: Vec<BarFact> = facts.iter().map(by_bar).collect();
            let rendered = report::broadcast_minutes(&sheet, &bars, 1).unwrap();
            assert_eq!(columns_of(rendered.bytes), documented_columns(TableName::BroadcastMinutes));
        }
    }
    let reject = Reject { record: 1, byte_offset: None, reason: Reason::BadTime, column: None, text: None };
    let rejects = report::rejects(&market_day.platform, None, &[("key", &reject)]).unwrap();
    assert_eq!(columns_of(rejects.bytes), documented_columns(TableName::Rejects));
    let check = Check {
        metric: "ctr".to_owned(),
        scope: CheckScope::Row,
        rows: 0,
        rows_off: 0,
        reported: None,
        recomputed: None,
        verdict: Verdict::CannotTell,
    };
    for checks in [&[][..], &[("key", &check)]] {
        let rendered = report::reconciliation(&market_day.platform, None, checks).unwrap();
        assert_eq!(columns_of(rendered.bytes), documented_columns(TableName::Reconciliation));
    }
}

#[test]
fn every_column_of_a_decision_is_documented_in_its_order_with_its_type() {
    let rule = DayRule::calendar(Zone::named("Asia/Tokyo").unwrap());
    let slots = vec![("day".to_owned(), time(0, 0, 0, 0)), ("evening".to_owned(), time(18, 0, 0, 0))];
    let market = Market {
        slots: SlotTable::new(rule.starts_at, slots).unwrap(),
        slots_name: "halves".to_owned(),
        day: rule,
    };
    let until = date(2026, 11, 21);
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let row = |known| Observed {
        local_date: until,
        slot: 1,
        audience: 0,
        broadcast: 0,
        cover: 0,
        contaminated: false,
        turn: None,
        group: None,
        figures: Figures::exact(Counts { impressions: 3, clicks: 1, ..Counts::default() }, known),
    };
    let rules = Decisions {
        families: BTreeMap::from([(
            "f".to_owned(),
            Family { shared: "s".to_owned(), localized: BTreeMap::from([(MarketId::new("JP"), "c".to_owned())]) },
        )]),
        ..Decisions::default()
    };
    let mut told = BTreeSet::new();
    // What is not offered is null, of the same type; a window in which nothing happened has the same columns.
    for rows in [vec![], vec![row(CountSet::default())], vec![row(CountSet::ALL)]] {
        let evidence = Evidence {
            platform: PlatformId::new("p"),
            market: MarketId::new("JP"),
            since: date(2026, 10, 25),
            until,
            conventions: Conventions {
                impression: ImpressionBasis::Displays,
                click: ClickEvent::CoverTap,
                uniques: UniqueBasis::FirstTouch,
            },
            convention_since: None,
            provisional: false,
            has_groups: false,
            slots: names(&["day", "evening"]),
            audiences: names(&["all"]),
            broadcasts: names(&["b"]),
            covers: names(&["c"]),
            rows,
            revisits: Vec::new(),
        };
        let split = Experiment {
            platforms: BTreeSet::from([PlatformId::new("p")]),
            markets: BTreeSet::from([MarketId::new("JP")]),
            covers: names(&["c", "d"]),
            control: 0,
            from: date(2026, 11, 9),
            to: until,
            stopped: None,
            level: 0.05,
            worth: 0.05,
            value: Value { orders: 1.0, retained_minutes: 0.0 },
            guardrails: Guardrails { stay: None, orders: None, conversion: None, revisits: None },
            imbalance: 0.001,
            design: Design::Split(Split { shares: vec![0.5, 0.5], broadcasts: 8, assignment: Assignment::Viewer }),
        };
        let place = Place { evidence: evidence.clone(), history: None };
        let places = [place.clone(), place];
        for (table, rendered) in Standings::of(&split, &places).tables("e", until, 1).unwrap() {
            assert_eq!(columns_of(rendered.bytes), documented_columns(table), "{table}");
            told.insert(table);
        }
        let home = Zone::named("Asia/Shanghai").unwrap();
        let revisits = CoverRevisits::default();
        let decided = report::decisions(&[evidence], 0, &rules, &market, &home, (until, 1), &revisits).unwrap();
        for (table, rendered) in decided {
            assert_eq!(columns_of(rendered.bytes), documented_columns(table), "{table}");
        }
    }
    assert_eq!(
        told,
        BTreeSet::from([TableName::Experiment, TableName::ExperimentBalance, TableName::ExperimentPooled])
    );
}

#[test]
fn every_table_is_documented() {
    let tables = TableName::ALL.map(|table| table.as_str().to_owned());
    assert_eq!(headings_in("Tables"), tables.into_iter().chain(["Reasons".to_owned()]).collect());
}

#[test]
fn every_reason_is_documented() {
    let words: Vec<&str> = Reason::ALL.iter().map(|reason| reason.word()).collect();
    assert_eq!(table("Reasons").column("reason"), words);
}

#[test]
fn every_verdict_is_documented() {
    let document = document();
    let lines = document.lines().skip_while(|line| *line != "| verdict | what it says |").skip(2);
    let words = lines.take_while(|line| line.starts_with('|')).filter_map(|line| line.split('`').nth(1));
    assert_eq!(words.collect::<Vec<_>>(), Verdict::ALL.map(Verdict::word));
}

#[test]
fn every_exit_code_is_documented() {
    let table = table("Exit codes");
    let documented: Vec<(String, String)> =
        table.column("constant").into_iter().zip(table.column("code")).collect();
    let source = fs::read_to_string(repository().join("src/cli/exit.rs")).unwrap();
    let in_source: Vec<(String, String)> = source
        .lines()
        .filter_map(|line| line.strip_prefix("pub const ")?.strip_suffix(';')?.split_once(": u8 = "))
        .map(|(name, code)| (name.to_owned(), code.to_owned()))
        .collect();
    assert_eq!(documented, in_source);
    let codes = [
        exit::DONE,
        exit::UNEXPECTED,
        exit::USAGE,
        exit::CONFIG,
        exit::EXPORTS,
        exit::CONFLICT,
        exit::SOME_FAILED,
        exit::RULE_BROKEN,
        exit::INTERRUPTED,
        exit::TERMINATED,
    ];
    assert_eq!(table.column("code"), codes.map(|code| code.to_string()));
}

/// Every section of the configuration: its heading in the document, the kind of rows it is for, and the place of an
/// unknown key in [`STRANGERS`].
const SECTIONS: &[(&str, Option<&str>, &str)] = &[
    ("archive.yaml", None, "archive.yaml stranger"),
    ("stores", None, "archive.yaml stores.stranger"),
    ("a store", None, "archive.yaml stores.exports.stranger"),
    ("a store", None, "archive.yaml stores.archive.stranger"),
    ("an engine", None, "archive.yaml engine.stranger"),
    ("a Spark server", None, "archive.yaml engine.spark.stranger"),
    ("viewer groups", None, "archive.yaml viewer_groups.stranger"),
    ("returning viewers", None, "archive.yaml returning.stranger"),
    ("markets.yaml", None, "markets.yaml stranger"),
    ("a market", None, "markets.yaml markets.JP.stranger"),
    ("decisions.yaml", None, "decisions.yaml stranger"),
    ("a family of covers", None, "decisions.yaml families.red.stranger"),
    ("library.yaml", None, "library.yaml stranger"),
    ("a store", None, "library.yaml pictures.stranger"),
    ("a model of text", None, "library.yaml text_model.stranger"),
    ("limits of pictures", None, "library.yaml limits.stranger"),
    ("families of pictures", None, "library.yaml families.stranger"),
    ("brief.yaml", None, "brief.yaml stranger"),
    ("names of the brief", None, "brief.yaml names.stranger"),
    ("a name of the brief", None, "brief.yaml names.markets.JP.stranger"),
    ("experiments", None, "hero.yaml stranger"),
    ("a window", None, "hero.yaml window.stranger"),
    ("a value", None, "hero.yaml value.stranger"),
    ("guardrails", None, "hero.yaml guardrails.stranger"),
    ("a rotation", None, "hero.yaml rotation.stranger"),
    ("a split", None, "lots.yaml split.stranger"),
    ("notifications.yaml", None, "notifications.yaml stranger"),
    ("a channel", None, "notifications.yaml channels.ops.stranger"),
    ("market_rules.yaml", None, "market_rules.yaml stranger"),
    ("a market rule", None, "market_rules.yaml rules.a.stranger"),
    ("bounds of a measure", None, "market_rules.yaml rules.a.look.stranger"),
    ("languages of a text", None, "market_rules.yaml rules.b.language.stranger"),
    ("a tag", None, "market_rules.yaml rules.c.tag.stranger"),
    ("words of a sheet", None, "market_rules.yaml rules.d.words.stranger"),
    ("a platform", None, "p.yaml stranger"),
    ("conventions", None, "p.yaml conventions.stranger"),
    ("counts", None, "p.yaml not_offered.stranger"),
    ("a change", None, "p.yaml changes[0].stranger"),
    ("counts", None, "p.yaml changes[0].redefined.stranger"),
    ("an export", Some("events"), "p.yaml exports[0].stranger"),
    ("an export", Some("impressions"), "p.yaml exports[1].stranger"),
    ("an export", Some("counts"), "p.yaml exports[2].stranger"),
    ("an export", Some("covers"), "p.yaml exports[3].stranger"),
    ("complete", None, "p.yaml exports[4].complete.stranger"),
    ("day", None, "p.yaml exports[0].day.stranger"),
    ("numbers", None, "p.yaml exports[2].numbers.stranger"),
    ("newest", None, "p.yaml exports[2].newest.stranger"),
    ("totals", None, "p.yaml exports[2].totals.stranger"),
    ("columns", Some("events"), "p.yaml exports[0].columns.stranger"),
    ("columns", Some("impressions"), "p.yaml exports[1].columns.stranger"),
    ("columns", Some("counts"), "p.yaml exports[2].columns.stranger"),
    ("columns", Some("covers"), "p.yaml exports[3].columns.stranger"),
    ("period", None, "p.yaml exports[2].columns.period.stranger"),
    ("counts", None, "p.yaml exports[2].columns.counts.stranger"),
    ("a count", None, "p.yaml exports[2].columns.counts.stays.stranger"),
    ("a column of rates", None, "p.yaml exports[2].columns.counts.stays.divided_by.stranger"),
    ("a rate", None, "p.yaml exports[2].columns.rates.enter.stranger"),
    ("event", None, "p.yaml exports[0].columns.event.stranger"),
    ("occurred_at", None, "p.yaml exports[0].columns.occurred_at.stranger"),
    ("market", None, "p.yaml exports[0].columns.market.stranger"),
    ("broadcast_id", None, "p.yaml exports[0].columns.broadcast_id.stranger"),
    ("cover_id", None, "p.yaml exports[0].columns.cover_id.stranger"),
    ("a platform", None, "q.yaml stranger"),
    ("an export", Some("quality"), "q.yaml exports[0].stranger"),
    ("columns", Some("quality"), "q.yaml exports[0].columns.stranger"),
    ("failed", None, "q.yaml exports[0].columns.failed.stranger"),
    ("a job", None, "j.yaml stranger"),
    ("schedule", None, "j.yaml schedule.stranger"),
];

/// A configuration with an unknown key in every section, and no other problem.
const STRANGERS: &[(&str, &str)] = &[
    (
        "config/archive.yaml",
        "version: 1\nhome_timezone: UTC\nstranger: 1\nstores:\n  stranger: 1\n  exports: {url: exports, stranger: 1}\n  \
         archive: {url: archive, stranger: 1}\n\
         engine: {spark: {url: \"sc://h\", python: \"3.11\", stranger: 1}, stranger: 1}\nviewer_groups: {key_env: GROUPS, stranger: 1}\n\
         returning: {key_env: KEY, stranger: 1}\n",
    ),
    (
        "config/markets.yaml",
        "version: 1\nstranger: 1\nslots: {s: {day: \"00:00\"}}\nmarkets:\n  \
         JP: {timezone: Asia/Tokyo, slots: s, stranger: 1}\n  IN: {timezone: Asia/Kolkata, slots: s}\n",
    ),
    (
        "config/decisions.yaml",
        "version: 1\nstranger: 1\nfamilies:\n  red: {shared: a, localized: {JP: b}, stranger: 1}\n",
    ),
    (
        "config/library.yaml",
        "version: 1\nstranger: 1\npictures: {url: pictures, stranger: 1}\n\
         text_model: {path: a.onnx, sha256: \
         0000000000000000000000000000000000000000000000000000000000000000, stranger: 1}\n\
         limits: {file: 1MiB, stranger: 1}\nfamilies: {link: 20, stranger: 1}\n",
    ),
    (
        "config/brief.yaml",
        "version: 1\nstranger: 1\nnames: {markets: {JP: {en: Japan, stranger: 1}}, stranger: 1}\n",
    ),
    (
        "config/experiments/hero.yaml",
        "version: 1\nstranger: 1\ndesign: rotation\nplatforms: [p]\nmarkets: [JP]\ncovers: [a, b, c]\n\
         window: {from: 2026-11-09, to: 2026-11-22, stranger: 1}\nrotation: {turn: 30m, seed: 1, stranger: 1}\n\
         value: {orders: 1, stranger: 1}\nguardrails: {stay: 0.1, stranger: 1}\n",
    ),
    (
        "config/experiments/lots.yaml",
        "version: 1\ndesign: split\nplatforms: [p]\nmarkets: [IN]\ncovers: [a, b]\n\
         window: {from: 2026-11-09, to: 2026-11-22}\nsplit: {broadcasts: 8, stranger: 1}\n",
    ),
    (
        "config/notifications.yaml",
        "version: 1\nstranger: 1\nchannels:\n  ops: {kind: slack, url_env: OPS_URL, stranger: 1}\n",
    ),
    (
        "config/market_rules.yaml",
        "version: 1\nstranger: 1\nrules:\n  \
         a: {markets: all, severity: warns, look: {measure: faces, most: 1, stranger: 1}, en: a, zh: a, source: s, stranger: 1}\n  \
         b: {markets: all, severity: warns, language: {only: [ar], stranger: 1}, en: a, zh: a, source: s}\n  \
         c: {markets: all, severity: warns, tag: {name: t, stranger: 1}, en: a, zh: a, source: s}\n  \
         d: {markets: all, severity: warns, words: {columns: [c], none_of: [w], stranger: 1}, en: a, zh: a, source: s}\n",
    ),
    (
        "config/platforms/q.yaml",
        "version: 1\nstranger: 1\nof: p\nsettle: 48h\nexports:\n  - name: v\n    stranger: 1\n    rows: quality\n    \
         grain: view\n    path: v.csv\n    format: csv\n    columns:\n      stranger: 1\n      view_id: v\n      \
         occurred_at: t\n      market: {value: JP}\n      broadcast_id: b\n      failed: {column: f, stranger: 1}\n",
    ),
    (
        "config/platforms/p.yaml",
        "version: 1\nstranger: 1\nconventions: {impression: displays, click: cover_tap, stranger: 1}\n\
         not_offered: {orders: why, stranger: 1}\nchanges:\n  \
         - {since: 2026-08-24, redefined: {entries: what, stranger: 1}, stranger: 1}\nsettle: 48h\nexports:\n  \
         - name: e\n    stranger: 1\n    rows: events\n    path: e/{date:%F}.csv\n    day: {timezone: UTC, stranger: 1}\n    \
         format: csv\n    columns:\n      stranger: 1\n      occurred_at: {column: t, stranger: 1}\n      \
         event: {column: e, values: {show: impression}, stranger: 1}\n      market: {column: m, stranger: 1}\n      \
         broadcast_id: {value: b, stranger: 1}\n      cover_id: {value: c, stranger: 1}\n  \
         - name: i\n    stranger: 1\n    rows: impressions\n    path: i.csv\n    format: csv\n    columns:\n      stranger: 1\n      \
         occurred_at: t\n      market: {value: JP}\n      broadcast_id: b\n      cover_id: c\n  \
         - name: c\n    stranger: 1\n    rows: counts\n    path: c.csv\n    format: csv\n    \
         numbers: {decimal: \",\", stranger: 1}\n    newest: {by: name, per: period, stranger: 1}\n    \
         totals: {cap: 500, stranger: 1}\n    columns:\n      stranger: 1\n      \
         period: {date: d, timezone: UTC, stranger: 1}\n      market: {value: IN}\n      broadcast_id: b\n      \
         cover_id: log\n      counts:\n        stranger: 1\n        entries: e\n        \
         stays: {of: entries, divided_by: {column: r, unit: percent, stranger: 1}, stranger: 1}\n      \
         rates: {enter: {column: r, unit: percent, of: stays, among: entries, stranger: 1}}\n  \
         - name: l\n    stranger: 1\n    rows: covers\n    path: l.csv\n    format: csv\n    \
         newest: {by: name, per: period}\n    columns:\n      stranger: 1\n      from: f\n      market: {value: IN}\n      \
         broadcast_id: b\n      cover_id: c\n  \
         - name: j\n    rows: impressions\n    path: j.json\n    format: json\n    rows_at: \"[]\"\n    \
         complete: {next: n, stranger: 1}\n    columns:\n      occurred_at: t\n      market: {value: JP}\n      \
         broadcast_id: b\n      cover_id: c\n",
    ),
    (
        "jobs/j.yaml",
        "version: 1\nstranger: 1\nplatforms: [p]\nmarkets: [JP]\nlookback_days: 7\n\
         schedule: {cron: \"0 3 * * *\", timezone: UTC, stranger: 1}\n",
    ),
];

fn workspace(files: &[(&str, String)]) -> Result<config::Workspace, config::ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in files {
        let file = folder.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    config::load(&folder.path().join("config"), &folder.path().join("jobs"))
}

/// The keys that a section takes, from what the program says of one that it does not.
fn known_keys() -> BTreeMap<String, Vec<String>> {
    let files: Vec<_> = STRANGERS.iter().map(|(file, text)| (*file, (*text).to_owned())).collect();
    let error = workspace(&files).expect_err("the strangers are told");
    let problems = error.problems.iter().map(|problem| {
        let file = Path::new(&problem.file).file_name().unwrap().to_string_lossy();
        let known = problem.message.strip_prefix("unknown key `stranger` (known: ");
        let known = known.unwrap_or_else(|| panic!("another problem than expected: {problem}"));
        assert!(!known.contains('…'), "not every key is told: {known}");
        let keys = known.split_once(')').unwrap().0.split("; ").next().unwrap();
        let keys = keys.split(", ").map(|key| key.trim_matches('`').to_owned()).collect();
        (format!("{file} {}", problem.path), keys)
    });
    problems.collect()
}

#[test]
fn every_key_of_the_configuration_is_documented() {
    let known = known_keys();
    let places: BTreeSet<&str> = known.keys().map(String::as_str).collect();
    assert_eq!(places, SECTIONS.iter().map(|(_, _, place)| *place).collect(), "a section is not told of");
    for (heading, rows, place) in SECTIONS {
        let table = table(heading);
        let keys = table.column("key");
        let documented: Vec<String> = match rows {
            None => keys,
            Some(rows) => {
                let kinds = table.column("rows");
                keys.into_iter()
                    .zip(kinds)
                    .filter(|(_, kinds)| kinds == "all" || kinds.split(", ").any(|kind| kind == *rows))
                    .map(|pair| pair.0)
                    .collect()
            }
        };
        assert_eq!(documented, known[*place], "`{heading}`");
    }
    let headings: BTreeSet<String> = SECTIONS.iter().map(|(heading, ..)| (*heading).to_owned()).collect();
    assert_eq!(
        headings_in("Configuration"),
        headings,
        "a section of the document is no section of the configuration"
    );
}

#[test]
fn documented_defaults_are_those_of_the_program() {
    let sound: Vec<_> = STRANGERS
        .iter()
        .map(|(file, text)| {
            let kept = text.lines().filter(|line| line.trim() != "stranger: 1");
            (*file, kept.map(|line| line.replace(", stranger: 1", "")).collect::<Vec<_>>().join("\n"))
        })
        .collect();
    let workspace = workspace(&sound).unwrap_or_else(|error| panic!("{error}"));
    let (settings, decisions) = (workspace.settings, workspace.decisions.unwrap());
    let decided = |key| table("decisions.yaml").cell(key, "default");
    assert_eq!(decided("window_days"), decisions.window_days.to_string());
    assert_eq!(decided("period_days"), decisions.period_days.to_string());
    assert_eq!(decided("certainty"), decisions.certainty.to_string());
    let tested = |key| table("experiments").cell(key, "default");
    let lots = &workspace.experiments["lots"];
    assert_eq!(tested("level"), lots.level.to_string());
    assert_eq!(tested("worth"), lots.worth.to_string());
    assert_eq!(tested("imbalance"), lots.imbalance.to_string());
    let guarded = |key| table("guardrails").cell(key, "default").parse().ok();
    let tolerated = |rule: Option<Guardrail>| rule.map(|rule| rule.tolerated);
    assert_eq!(guarded("stay"), tolerated(lots.guardrails.stay));
    assert_eq!(guarded("conversion"), tolerated(lots.guardrails.conversion));
    let documented = |key| table("archive.yaml").cell(key, "default");
    assert_eq!(documented("stay_seconds"), settings.stay_seconds.to_string());
    assert_eq!(documented("max_reject_share"), settings.max_reject_share.to_string());
    assert_eq!(documented("max_shrink_share"), settings.max_shrink_share.to_string());
    assert_eq!(documented("memory"), format!("{}MiB", settings.memory_bytes >> 20));
    assert_eq!(documented("reject_text_chars"), settings.reject_text_chars.to_string());
    assert_eq!(documented("reject_viewer_ids"), settings.reject_viewer_ids.to_string());
    assert_eq!((settings.threads, settings.spill_dir), (None, None));
}

#[test]
fn every_word_for_an_event_and_a_convention_is_documented() {
    let events = table("event").cell("values", "what it is");
    for (word, _) in Event::WORDS {
        assert!(events.contains(word), "`{word}` is not among the events: {events}");
    }
    let conventions = table("conventions");
    let impressions = [ImpressionBasis::Displays, ImpressionBasis::Viewers].map(ImpressionBasis::word);
    assert_eq!(conventions.cell("impression", "type"), impressions.join(" or "));
    let uniques = conventions.cell("uniques", "type").replace(" or ", ", ");
    assert_eq!(
        uniques,
        coverledger::model::UniqueBasis::ALL.map(coverledger::model::UniqueBasis::word).join(", ")
    );
    assert_eq!(
        conventions.cell("click", "type"),
        [ClickEvent::CoverTap, ClickEvent::RoomEntry].map(ClickEvent::word).join(" or ")
    );
}

/// Every key of a JSON value by its path; `totals` holds names of columns and is not gone into.
fn paths(value: &serde_json::Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(map) if !at.ends_with("totals") => {
            for (key, value) in map {
                let path = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                found.insert(path.clone());
                paths(value, &path, found);
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| paths(item, &format!("{at}[]"), found)),
        _ => {}
    }
}

#[test]
fn every_key_of_a_receipt_is_documented() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(publish_one_of_each(folder.path()));
    let mut keys = BTreeSet::new();
    for file in [
        "p/JP/2026-11-21/00000001.json",
        "p/JP/2026-11-21/00000002.json",
        "p/_rejects/undated/00000001.json",
        "p/_decisions/JP/2026-11-21/00000001.json",
        "_experiments/e/2026-11-21/00000002.json",
        "_experiments/e/2026-11-21/00000003.json",
    ] {
        let receipt = fs::read_to_string(folder.path().join("_receipts").join(file)).unwrap();
        paths(&serde_json::from_str(&receipt).unwrap(), "", &mut keys);
    }
    assert_eq!(table("Receipts").column("key").into_iter().collect::<BTreeSet<_>>(), keys);
}

async fn publish_one_of_each(folder: &Path) {
    let inner = object_store::local::LocalFileSystem::new_with_prefix(folder).unwrap();
    let store = Store::over(Arc::new(inner), "", "test").unwrap();
    let archive = Archive::for_writing(store).await.unwrap().by_commit("c0ffee");
    let platform = PlatformId::new("p");
    let market_day =
        MarketDay { platform: platform.clone(), market: MarketId::new("JP"), local_date: date(2026, 11, 21) };
    let units = [
        (Unit::MarketDay(market_day.clone()), TableName::Funnel, vec![]),
        (Unit::Rejects { platform: platform.clone(), export_date: None }, TableName::Rejects, vec![]),
        (
            Unit::Decisions { platform, market: market_day.market.clone(), as_of: market_day.local_date },
            TableName::Cover,
            vec![FactRecord { market_day: market_day.clone(), revision: 1 }],
        ),
        (
            Unit::Experiment { experiment: "e".to_owned(), as_of: market_day.local_date },
            TableName::Experiment,
            vec![],
        ),
    ];
    for (unit, table, facts) in units {
        let export = ExportRecord {
            key: "e.csv".to_owned(),
            etag: None,
            size: 1,
            sha256: String::new(),
            rows: RowCounts::default(),
            modified: Some(jiff::Timestamp::UNIX_EPOCH),
        };
        let draft = Draft {
            state: State::Final,
            fingerprint: String::new(),
            exports: vec![export],
            facts,
            totals: BTreeMap::from([("impressions".to_owned(), 1)]),
            config_sha256: String::new(),
            program_version: String::new(),
            tz_release: String::new(),
            engine: String::new(),
            partly: Some(String::new()),
        };
        let render = |_| Ok(vec![TableBytes { table, bytes: Bytes::from_static(b"PAR1"), rows: 1 }]);
        let now = jiff::Timestamp::UNIX_EPOCH;
        let stamp = Stamp { run_id: String::new(), now, clock: Clock::Fixed(now) };
        archive.publish(&unit, &draft, render, &stamp).await.unwrap();
        if table == TableName::Funnel {
            // Another version counted it than renders what is derived from it.
            let mut counted = archive.newest(&unit).await.unwrap().unwrap();
            counted.content.numbers_version = Some(0);
            let other = |_| vec![TableBytes { table, bytes: Bytes::from_static(b"PAR2"), rows: 1 }];
            let render = |revision| std::future::ready(Ok(other(revision)));
            archive.publish_anew(&counted, "", render, &stamp).await.unwrap();
        }
        if table == TableName::Experiment {
            archive.retire(&unit, &stamp).await.unwrap();
            // The third takes the place of the first.
            let first = "_receipts/_experiments/e/2026-11-21/00000001.json";
            archive.store().put(first, Bytes::from_static(b"torn")).await.unwrap();
            archive.verify(Repair::Yes).await.unwrap();
        }
    }
}

#[test]
fn every_key_of_an_attempt_is_documented() {
    let attempt = Attempt::new("f", AttemptEnd::Held, "why".to_owned());
    let mut keys = BTreeSet::new();
    paths(&serde_json::to_value(attempt).unwrap(), "", &mut keys);
    assert_eq!(table("Attempts").column("key").into_iter().collect::<BTreeSet<_>>(), keys);
}

#[test]
fn every_key_of_an_account_is_documented() {
    let day =
        MarketDay { platform: PlatformId::new("p"), market: MarketId::new("JP"), local_date: date(2026, 11, 21) };
    let unknown = Unknown { count: Count::Clicks, object: "e.csv".to_owned(), rows: 1, of: 2, records: vec![2] };
    let report = RunReport {
        days: vec![(
            day.clone(),
            Disposition::Published { revision: 1, state: State::Final, notes: vec![String::new()] },
        )],
        unknown: vec![(day.clone(), vec![unknown])],
        orphans: vec![(day.clone(), Orphans { orphans: 1, clicks: 2 })],
        ends: BTreeMap::from([(day, jiff::Timestamp::UNIX_EPOCH)]),
        decisions: vec![("p/JP/decisions/2026-11-21".to_owned(), Disposition::Stopped)],
        library: vec![(
            "catalogue".to_owned(),
            Disposition::Published {
                revision: 1,
                state: State::Final,
                notes: vec!["40 pictures, 1 new".to_owned()],
            },
        )],
        brief: vec![(
            "brief/2026-11-21".to_owned(),
            Disposition::Published { revision: 1, state: State::Final, notes: vec!["left out: cover".to_owned()] },
        )],
        unconfigured: vec![Unconfigured {
            platform: PlatformId::new("p"),
            market: None,
            shown: None,
            why: "it was dropped".to_owned(),
        }],
        other_configuration: Some(OtherConfiguration {
            days: 1,
            from: date(2026, 11, 20),
            to: date(2026, 11, 20),
            command: "coverledger backfill nightly --from 2026-11-20 --to 2026-11-20".to_owned(),
        }),
        ..RunReport::default()
    };
    let mut keys = BTreeSet::new();
    let told = notify::Delivery { channel: "ops".to_owned(), topic: Topic::Late, result: Ok(()) };
    let account = Account::of(&report, &[told], jiff::Timestamp::UNIX_EPOCH, 0);
    paths(&serde_json::to_value(account).unwrap(), "", &mut keys);
    assert_eq!(table("Account").column("key").into_iter().collect::<BTreeSet<_>>(), keys);
}

#[test]
fn every_key_of_leases_run_records_and_retention_is_documented() {
    let now: jiff::Timestamp = "2026-11-22T03:30:00Z".parse().unwrap();
    let covers = vec![Covered { market: MarketId::new("JP"), from: date(2026, 11, 20), to: date(2026, 11, 21) }];
    let lease = Lease { version: 2, holder: Holder::this("run"), expires_at: now, covers };
    let market_day =
        MarketDay { platform: PlatformId::new("p"), market: MarketId::new("JP"), local_date: date(2026, 11, 21) };
    let mut record = RunRecord::new("nightly", "run", now);
    let (market_day, topic) = (Some(market_day), TroubleTopic::Late);
    record.troubles = vec![Trouble { market_day: market_day.clone(), topic, reason: "why".to_owned() }];
    record.follow("30 3 * * *", "UTC", now);
    record.told = BTreeMap::from([("CHANNEL".to_owned(), vec![Told { market_day, topic }])]);
    let brief = ToldBrief { as_of: date(2026, 11, 21), revision: 1, sha256: "0".repeat(64) };
    record.briefs = BTreeMap::from([("CHANNEL".to_owned(), brief)]);
    record.untold_card = Some("what it says".into());
    let retention = Retention { version: 1, pruned_before: now };
    for (heading, value) in [
        ("Leases", serde_json::to_value(lease).unwrap()),
        ("Run records", serde_json::to_value(record).unwrap()),
        ("Retention", serde_json::to_value(retention).unwrap()),
    ] {
        let mut keys = BTreeSet::new();
        paths(&value, "", &mut keys);
        let documented = table(heading).column("key");
        let documented: BTreeSet<String> =
            documented.iter().flat_map(|keys| keys.split(", ")).map(str::to_owned).collect();
        assert_eq!(documented, keys, "{heading}");
    }
}

/// What the program says of itself.
fn help(arguments: &[&str]) -> String {
    let answer = Command::new(env!("CARGO_BIN_EXE_coverledger")).args(arguments).output().unwrap();
    String::from_utf8(answer.stdout).unwrap()
}

/// The words behind a heading of the help, one at the front of each line.
fn words_below(help: &str, heading: &str) -> BTreeSet<String> {
    let lines = help.lines().skip_while(|line| *line != heading).skip(1).take_while(|line| !line.is_empty());
    // Further lines of a description are indented further.
    let lines = lines.filter(|line| !line.starts_with("   "));
    lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

fn long_options(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_lowercase() || c == '-';
    let words = text.split(|c: char| !is_part(c)).filter(|word| word.starts_with("--") && word.len() > 2);
    words.map(str::to_owned).collect()
}

#[test]
fn every_command_and_option_is_in_the_readme() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let part = readme.split("\n## ").find(|part| part.starts_with("Commands\n")).expect("a part on commands");
    let rows = part.lines().filter_map(|line| line.strip_prefix("| `"));
    let command = |row: &str| {
        let is_word =
            |word: &&str| !word.starts_with('-') && word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        row.split('`').next().unwrap_or_default().split(' ').take_while(is_word).collect::<Vec<_>>().join(" ")
    };
    let documented: BTreeMap<String, BTreeSet<String>> =
        rows.map(|row| (command(row), long_options(row))).collect();
    let common = long_options(part.split("\nAll take").nth(1).expect("the options of all commands"));
    let mut commands = words_below(&help(&["-h"]), "Commands:");
    assert!(commands.remove("help"), "the help lists its commands");
    // A command of commands is documented by these.
    let commands: BTreeSet<String> = (commands.into_iter())
        .flat_map(|command| {
            let mut within = words_below(&help(&[&command, "-h"]), "Commands:");
            within.remove("help");
            let is_one = within.is_empty().then(|| command.clone());
            is_one
                .into_iter()
                .chain(within.into_iter().map(move |one| format!("{command} {one}")))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(documented.keys().cloned().collect::<BTreeSet<_>>(), commands);
    for (command, options) in documented {
        let arguments: Vec<&str> = command.split(' ').chain(["-h"]).collect();
        let mut of_program = long_options(&help(&arguments));
        of_program.retain(|option| !["--help", "--version"].contains(&option.as_str()));
        let shared = ["--config", "--jobs", "--log", "--quiet", "--verbose"];
        of_program.retain(|option| !shared.contains(&option.as_str()));
        assert_eq!(options, of_program, "`{command}`");
    }
    assert!(["--config", "--jobs", "--log"].iter().all(|option| common.contains(*option)), "{common:?}");
}

/// What stands between the backticks of a page and in them, in turn, without its blocks of code.
fn by_backticks(page: &str) -> Vec<String> {
    let text = fs::read_to_string(repository().join(page)).unwrap();
    let prose: String = text.split("```").step_by(2).collect();
    prose.split('`').map(str::to_owned).collect()
}

fn is_source(word: &str) -> bool {
    word.starts_with("src/") || word.starts_with("crates/")
}

#[test]
fn every_file_and_function_on_the_pages_is_there() {
    let mut functions = 0;
    for page in ["docs/ARCHITECTURE.md", "docs/DESIGN.md", "docs/FORMATS.md", "README.md", "CONTRIBUTING.md"] {
        let pieces = by_backticks(page);
        for file in pieces.iter().skip(1).step_by(2).filter(|word| is_source(word)) {
            assert!(repository().join(file).exists(), "{page} speaks of `{file}`");
        }
        // `Window::of` (`src/plan/window.rs`)
        for words in pieces[1..].windows(3).step_by(2) {
            let [name, between, file] = words else { continue };
            let is_place = is_source(file) && between.trim() == "(";
            if let Some((_, function)) = name.rsplit_once("::").filter(|_| is_place) {
                functions += 1;
                let source = fs::read_to_string(repository().join(file)).unwrap();
                assert!(source.contains(&format!("fn {function}")), "{page} seeks `{name}` in `{file}`");
            }
        }
    }
    assert!(functions > 10, "the pages name only {functions} functions with their files");
}

/// Folders and files at the top of the repository.
const AT_THE_TOP: [&str; 10] =
    ["src", "crates", "tests", "docs", "config", "jobs", "templates", "deploy", "benches", ".cargo"];

/// Whether a word in backticks is a path of the repository. A part in capitals stands for a name of one's choice.
fn is_path(word: &str) -> bool {
    let has_placeholder = word.split(['/', '.']).any(|part| part == "NAME");
    let top = word.split('/').next().unwrap_or_default();
    let is_file_at_top = !word.contains('/') && [".md", ".toml"].iter().any(|end| word.ends_with(end));
    !word.contains([' ', '…']) && !has_placeholder && (AT_THE_TOP.contains(&top) || is_file_at_top)
}

#[test]
fn every_path_for_those_who_change_the_program_is_there() {
    let pieces = by_backticks("CONTRIBUTING.md");
    let paths: BTreeSet<&String> = pieces.iter().skip(1).step_by(2).filter(|word| is_path(word)).collect();
    assert!(paths.len() > 40, "only {} paths were found", paths.len());
    for path in paths {
        assert!(repository().join(path).exists(), "CONTRIBUTING.md speaks of `{path}`");
    }
    assert!(is_path("src/gone.rs") && !is_path("config/platforms/NAME.yaml") && !is_path("cargo fmt"));
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let lines = manifest
        .lines()
        .skip_while(|line| *line != "[workspace.dependencies]")
        .take_while(|line| *line != "[package]");
    let named = lines.filter_map(|line| Some(line.split_once(" = ")?.0).filter(|name| !name.starts_with('#')));
    let named: BTreeSet<&str> =
        named.filter(|name| !name.starts_with("coverledger-") && *name != "workspace-hack").collect();
    let design = fs::read_to_string(repository().join("docs/DESIGN.md")).unwrap();
    let table = design.split("\n## Dependencies").nth(1).unwrap().split("\n### ").next().unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    let rows = rows.filter(|row| !row.starts_with("---") && *row != "crate");
    let documented: BTreeSet<&str> =
        rows.flat_map(|row| row.split(", ")).map(|name| name.split(' ').next().unwrap()).collect();
    assert_eq!(documented, named);
}
