//! Logs of covers.

use super::super::{Sample, draft, is_cover_log};
use super::*;

const LOG: &str = "
    market | broadcast | cover | from (market time) | until (market time) | note
    US | 7388120045001234567 | red | 2026-11-20 19:00 | 2026-11-20 20:30 | first
    US | 7388120045001234567 | blue | 2026-11-20 20:30 | |
    JP | r2 | red | 2026-11-20 21:00 | 2026-11-20 22:00 |";
const COUNTS: &str = "
    market | room_id | cover | start_time | end_time | impressions | clicks
    US | r1 | red | 2026-11-20T19:00:00Z | 2026-11-20T20:00:00Z | 1000 | 30
    US | r1 | blue | 2026-11-20T20:00:00Z | 2026-11-20T21:00:00Z | 900 | 20";

fn drafted(first: &Peek, other: &Peek) -> super::super::Drafted {
    let (one, two) = (look(first), look(other));
    let others = [Sample { file: "b", peek: other, finding: &two }];
    draft("new", Sample { file: "a", peek: first, finding: &one }, &others)
}

#[test]
fn a_cover_a_broadcast_and_a_time_without_counts_are_a_log() {
    let chinese = LOG.replace("market | broadcast | cover", "市场 | 场次 | 封面").replace(
        "from (market time) | until (market time) | note",
        "上线时间（北京时间） | 下线时间（北京时间） | 备注",
    );
    for (lines, clock) in [
        (LOG.to_owned(), "the header says: that of each row's market"),
        (chinese, "Asia/Shanghai: the file says it"),
        (
            LOG.replace(" (market time)", ""),
            "nothing says whose; name the columns `from (market time)`, or `from (Asia/Shanghai)`",
        ),
        (
            LOG.replace(" (market time)", "").replace(":00 |", ":00:00Z |").replace(":30 |", ":30:00Z |"),
            "every time says its own offset, or is UTC",
        ),
    ] {
        let peek = text(&lines);
        assert!(is_cover_log(&look(&peek)), "{lines}");
        assert!(said(&peek, "is")[0].starts_with("a log of covers"), "{lines}");
        assert_eq!(said(&peek, "clock"), [clock], "{lines}");
        assert!(said(&peek, "cover's rate").is_empty(), "nothing is counted in it");
    }
}

#[test]
fn what_counts_or_names_no_cover_or_no_time_is_no_log() {
    let without = |column: &str| LOG.replace(column, "remark");
    for lines in [COUNTS.to_owned(), without("cover"), without("broadcast"), without("from (market time)")] {
        assert!(!is_cover_log(&look(&text(&lines))), "{lines}");
    }
}

#[test]
fn a_log_is_drafted_beside_the_table_in_whichever_order_they_are_named() {
    let table = COUNTS.replace(" cover |", " remark |");
    for (first, other) in [(table.as_str(), LOG), (LOG, table.as_str())] {
        let drafted = drafted(&text(first), &text(other));
        assert!(drafted.to_decide.is_empty(), "{:?}", drafted.to_decide);
        assert_eq!((drafted.export, drafted.log.map(|log| log.export)), ("counts", Some("cover_log")));
        for line in [
            "cover_id: log   # the log of covers below says it",
            "- name: cover_log",
            "rows: covers",
            "from: {column: \"from (market time)\", format: \"%Y-%m-%d %H:%M\", timezone: market}",
            "until: {column: \"until (market time)\", format: \"%Y-%m-%d %H:%M\", timezone: market}",
            "broadcast_id: \"broadcast\"",
        ] {
            assert!(drafted.text.contains(line), "`{line}` is not in\n{}", drafted.text);
        }
    }
}

#[test]
fn a_table_that_names_its_covers_keeps_them() {
    let drafted = drafted(&text(COUNTS), &text(LOG));
    assert!(drafted.text.contains("cover_id: \"cover\""), "{}", drafted.text);
    assert!(!drafted.text.contains("rows: covers") && drafted.log.is_none(), "{}", drafted.text);
    assert!(
        drafted.text.contains("`b` is a log of covers; nothing here leaves its cover to one"),
        "{}",
        drafted.text
    );
}
