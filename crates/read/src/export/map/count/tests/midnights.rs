//! Sessions that all begin at midnight because their time of day is not mapped.

use super::*;
use coverledger_config::{FoldPolicy, GapPolicy, WallClock};

fn sessions(time: Option<ColumnName>) -> Mapping {
    let wall = Some(WallClock { zone: ZoneRule::Market, gap: GapPolicy::Reject, fold: FoldPolicy::Reject });
    let start = InstantColumn {
        column: name("start"),
        time,
        format: InstantFormat::Pattern { pattern: "%Y-%m-%d %H:%M".into(), wall },
    };
    Mapping::of([(Count::Impressions, stated("shown"))])
        .with(|rows| rows.period = Period::Span { start, end: PeriodEnd::Length(name("length")) })
}

#[test]
fn dates_alone_are_no_starts_of_sessions() {
    let rows = |starts: [&str; 2], length: &str| {
        let [one, other] = starts.map(|start| format!("{start};r1;{length};1000"));
        format!("start;room;length;shown\n{one}\n{other}\n")
    };
    let refusal = sessions(None).try_read(&rows(["46329", "46330"], "21600")).unwrap_err().to_string();
    assert!(refusal.starts_with("all of its 2 sessions begin at midnight: `start` holds dates"), "{refusal}");
    for sound in [
        rows(["46329", "46330.625"], "21600"),
        rows(["2026-11-03 00:00", "2026-11-04 00:00"], "21600"),
        // Whole days are days.
        rows(["46329", "46330"], "86400"),
    ] {
        assert_eq!(sessions(None).read(&sound).page.rows.len(), 2, "{sound}");
    }
    let apart = "start;room;length;shown;\n46329;r1;21600;1000;0.625\n46330;r1;21600;1000;0.75\n";
    let read = sessions(Some(ColumnName::at(5))).read(apart);
    // 15:00 in New York.
    let expected = "2026-11-03T20:00:00Z".parse::<Timestamp>().unwrap().as_microsecond();
    assert_eq!(read.page.rows[0].start_us, expected);
}
