//! Rows of how views went, from the file to what is handed on.

use std::fs::File;
use std::io::{Seek, Write};

use super::*;
use crate::export::{Excerpt, Halt, PathValues, ReadReport, Reading, read_quality};
use coverledger_config::{
    ColumnName, Columns, Completeness, CoverRule, Export, FailedColumn, Format, Header, InstantColumn,
    InstantFormat, MarketRule, Otherwise, PathPart, PathPattern, QualityGrain, QualityRows, Rows, Scaled,
    TextRule, Watch,
};

#[derive(Default)]
struct Kept {
    places: Vec<(String, String, Option<String>)>,
    rungs: Vec<String>,
    rows: Vec<(u32, usize, VisitMeasures, Option<usize>)>,
}

impl QualitySignals for Kept {
    fn place(&mut self, market: &MarketId, broadcast_id: &str, host_id: Option<&str>) {
        self.places.push((market.to_string(), broadcast_id.to_owned(), host_id.map(str::to_owned)));
    }

    fn rung(&mut self, name: &str) {
        self.rungs.push(name.to_owned());
    }

    fn signal(&mut self, signal: &QualitySignal<'_>) {
        self.rows.push((signal.record, signal.place, signal.measures, signal.rung));
    }
}

fn name(name: &str) -> ColumnName {
    ColumnName::new(name)
}

#[expect(clippy::unnecessary_wraps, reason = "as it is mapped")]
fn scaled(column: &str, one_is: u32) -> Option<Scaled> {
    Some(Scaled { column: name(column), one_is })
}

fn views() -> QualityRows {
    QualityRows {
        grain: QualityGrain::View,
        view_id: Some(name("id")),
        occurred_at: InstantColumn { column: name("at"), time: None, format: InstantFormat::Rfc3339 },
        viewer_id: Some(name("viewer")),
        host_id: Some(name("host")),
        views: None,
        starts: None,
        good_starts: None,
        first_frame: scaled("ff", 1),
        stalls: Some(name("stalls")),
        stalled_views: None,
        stall: scaled("stall", 1_000),
        watch: scaled("watch", 1_000).map(|time| Watch { time, has_stalls: true }),
        offset: scaled("av", 1),
        failed: Some(FailedColumn {
            column: name("end"),
            values: BTreeMap::from([("error".to_owned(), true), ("ok".to_owned(), false)]),
        }),
        failures: None,
        bitrate: scaled("kbps", 1_000),
        rung: Some(name("rung")),
    }
}

fn read(rows: QualityRows, text: &str) -> (ReadReport, Kept) {
    let export = Export {
        name: "views".into(),
        rows: Rows::Quality(Box::new(rows)),
        path: PathPattern { text: "views.csv".into(), parts: vec![PathPart::Literal("views.csv".into())] },
        day_zone: Zone::utc(),
        early_days: 0,
        late_days: 0,
        format: Format::Delimited {
            dialect: coverledger_config::Dialect::by(b','),
            encoding: None,
            header: Header::FIRST_LINE,
        },
        columns: Columns {
            market: MarketRule::Column {
                column: name("country"),
                values: BTreeMap::new(),
                otherwise: Otherwise::Reject,
            },
            broadcast_id: TextRule::Column(name("room")),
            cover_id: CoverRule::Unsaid,
            audience: Vec::new(),
        },
        completeness: Completeness::default(),
        members: Vec::new(),
    };
    let mut file: File = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.rewind().unwrap();
    let markets = BTreeMap::from([(MarketId::new("US"), Zone::named("America/New_York").unwrap())]);
    let reading = Reading {
        export: &export,
        entry_is_click: false,
        path: &PathValues::default(),
        reach: &Reach::everything(),
        markets: &markets,
        stay_seconds: 60,
        excerpt: Excerpt { chars: 80, viewer_ids: false },
        halt: &Halt::new(),
        cores: &crate::export::Cores::default(),
        most_prints: 1 << 16,
    };
    let mut kept = Kept::default();
    let report = read_quality(&reading, file, &mut kept).unwrap();
    (report, kept)
}

const HEADER: &str = "id,at,country,room,host,viewer,ff,stall,stalls,watch,av,end,kbps,rung\n";

fn reject_of(line: &str) -> (String, Option<String>) {
    let (report, kept) = read(views(), &format!("{HEADER}{line}\n"));
    assert_eq!((report.rows_in, report.rejected, kept.rows.len()), (1, 1, 0), "{line}");
    (report.rejects[0].reason.word().to_owned(), report.rejects[0].column.clone())
}

#[test]
fn a_view_is_read_in_whole_units() {
    let text = format!(
        "{HEADER}a,2026-11-21T10:00:00Z,US,r1,h1,u1,412.6,1.2345,2,60.5,-80,ok,1500,720p\n\
         b,2026-11-21T10:00:00Z,US,r1,,,,,,,,error,,\n\
         c,2026-11-21T10:00:00Z,US,r1,h1,u2,600,0,0,10,-,ok,900.5,360p\n"
    );
    let (report, kept) = read(views(), &text);
    assert_eq!((report.rows_in, report.taken, report.rejected), (3, 3, 0));
    let place = |host: Option<&str>| ("US".to_owned(), "r1".to_owned(), host.map(str::to_owned));
    assert_eq!(kept.places, [place(Some("h1")), place(None)]);
    assert_eq!(kept.rungs, ["720p", "360p"]);
    let first = VisitMeasures {
        views: 1,
        starts: Some(1),
        good_starts: Some(1),
        failures: Some(0),
        stalls: Some(2),
        stalled_views: Some(1),
        stall_ms: Some(1_235),
        watch_ms: Some(60_500),
        first_frame_ms: Some(413),
        offset_ms: Some(80),
        bitrate_bps: Some(1_500_000),
    };
    let nothing = VisitMeasures {
        views: 1,
        starts: Some(0),
        good_starts: Some(0),
        failures: Some(1),
        ..VisitMeasures::default()
    };
    assert_eq!(kept.rows[0], (1, 0, first, Some(0)));
    assert_eq!(kept.rows[1], (2, 1, nothing, None));
    assert_eq!((kept.rows[2].2.offset_ms, kept.rows[2].2.bitrate_bps), (None, Some(900_500)));
    assert_eq!(report.stats.prints, None, "ids tell rows apart");
}

#[test]
fn what_cannot_be_is_rejected_with_its_column() {
    let told = |reason: &str, column: &str| (reason.to_owned(), Some(column.to_owned()));
    for (line, reason, column) in [
        ("a,2026-11-21T10:00:00Z,US,r1,h1,u1,-1,0,0,10,0,ok,1,x", "bad_number", "ff"),
        ("a,2026-11-21T10:00:00Z,US,r1,h1,u1,600001,0,0,10,0,ok,1,x", "bad_number", "ff"),
        ("a,2026-11-21T10:00:00Z,US,r1,h1,u1,fast,0,0,10,0,ok,1,x", "bad_number", "ff"),
        ("a,2026-11-21T10:00:00Z,US,r1,h1,u1,1,0,1.5,10,0,ok,1,x", "bad_number", "stalls"),
        ("a,2026-11-21T10:00:00Z,US,r1,h1,u1,1,10.001,1,10,0,ok,1,x", "stall_exceeds_view", "stall"),
        ("a,2026-11-21T10:00:00Z,US,r1,h1,u1,1,0,1,10,60001,ok,1,x", "bad_number", "av"),
        ("a,2026-11-21T10:00:00Z,US,r1,h1,u1,1,0,1,10,0,oops,1,x", "bad_flag", "end"),
        ("a,2026-11-21T10:00:00Z,US,r1,h1,u1,1,0,1,10,0,ok,1000001,x", "bad_number", "kbps"),
        ("a,1999-11-21T10:00:00Z,US,r1,h1,u1,1,0,1,10,0,ok,1,x", "time_out_of_range", "at"),
        ("a,yesterday,US,r1,h1,u1,1,0,1,10,0,ok,1,x", "bad_time", "at"),
        ("a,2026-11-21T10:00:00Z,FR,r1,h1,u1,1,0,1,10,0,ok,1,x", "unknown_market", "country"),
        (",2026-11-21T10:00:00Z,US,r1,h1,u1,1,0,1,10,0,ok,1,x", "missing_value", "id"),
        ("a,2026-11-21T10:00:00Z,US,r1,7.65E+18,u1,1,0,1,10,0,ok,1,x", "mangled_id", "host"),
    ] {
        assert_eq!(reject_of(line), told(reason, column), "{line}");
    }
}

#[test]
fn a_reject_does_not_show_its_viewer() {
    let (report, _) = read(views(), &format!("{HEADER}a,bad,US,r1,h1,u-secret,1,0,1,10,0,ok,1,x\n"));
    let text = report.rejects[0].text.as_deref().unwrap();
    assert!(!text.contains("u-secret") && text.contains("‹viewer›"), "{text}");
}

#[test]
fn too_many_renditions_are_another_column() {
    let line = |number: usize| format!("{number},2026-11-21T10:00:00Z,US,r1,h1,u1,1,0,1,10,0,ok,1,rung{number}\n");
    let text: String = (0..300).map(line).collect();
    let (report, kept) = read(views(), &format!("{HEADER}{text}"));
    assert_eq!((kept.rungs.len(), report.rejected), (256, 44));
    assert_eq!(report.rejects[0].reason, Reason::BadValue);
}

#[test]
fn of_many_views_a_part_is_no_more_than_the_whole() {
    let rows = || QualityRows {
        grain: QualityGrain::Minute,
        view_id: None,
        viewer_id: None,
        host_id: None,
        views: Some(name("views")),
        starts: Some(name("starts")),
        good_starts: Some(name("fast")),
        first_frame: None,
        stalls: None,
        stalled_views: None,
        watch: None,
        offset: None,
        failed: None,
        failures: Some(name("failed")),
        bitrate: None,
        rung: None,
        ..views()
    };
    let header = "at,country,room,views,starts,fast,failed,stall\n";
    let text = format!(
        "{header}2026-11-21T10:00:00Z,US,r1,100,98,90,2,12.5\n2026-11-21T10:01:00Z,US,r1,100,98,99,2,0\n2026-11-21T10:02:00Z,US,r1,,98,90,2,0\n"
    );
    let (report, kept) = read(rows(), &text);
    let reasons: Vec<&str> = report.rejects.iter().map(|reject| reject.reason.word()).collect();
    assert_eq!(reasons, ["part_exceeds_whole", "missing_value"]);
    let expected = VisitMeasures {
        views: 100,
        starts: Some(98),
        good_starts: Some(90),
        failures: Some(2),
        stall_ms: Some(12_500),
        ..VisitMeasures::default()
    };
    assert_eq!(kept.rows, [(1, 0, expected, None)]);
    assert_eq!(report.stats.prints.unwrap().records(), 1, "without ids prints tell files apart");
}

#[test]
fn time_without_stalls_has_them_added() {
    let rows =
        QualityRows { watch: scaled("watch", 1_000).map(|time| Watch { time, has_stalls: false }), ..views() };
    let line = "a,2026-11-21T10:00:00Z,US,r1,h1,u1,1,12,1,10,0,ok,1,x";
    let (_, kept) = read(rows, &format!("{HEADER}{line}\n"));
    assert_eq!(kept.rows[0].2.watch_ms, Some(22_000));
}
