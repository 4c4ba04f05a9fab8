//! Logs of covers.

use super::*;

fn covers(text: &str) -> (ReadReport, CountTable) {
    let at = |column: &str| InstantColumn { column: name(column), time: None, format: InstantFormat::Rfc3339 };
    let rows = CoverRows {
        from: at("from"),
        until: Some(at("to")),
        newest: Newest { by: Order::Name, per: Extent::Broadcast },
    };
    let columns = Columns {
        market: MarketRule::Value(MarketId::new("US")),
        broadcast_id: TextRule::Column(name("room")),
        cover_id: CoverRule::Row(TextRule::Column(name("cover"))),
        audience: Vec::new(),
    };
    read_text(Rows::Covers(Box::new(rows)), columns, false, 10, text).unwrap()
}

#[test]
fn a_log_of_covers_says_what_was_on_air() {
    let (report, page) = covers(
        "room;cover;from;to\na;c1;2026-08-24T20:00:00Z;2026-08-24T21:00:00Z\na;c2;2026-08-24T21:00:00Z;\n\
         a;c3;2026-08-24T21:00:00Z;-\na;c4;2026-08-24T21:00:00Z;2026-08-24T21:00:00Z\na;;2026-08-24T21:00:00Z;\n",
    );
    assert_eq!((report.taken, report.ignored, report.rejected), (3, 0, 2));
    let on_air: Vec<_> =
        page.on_air.iter().map(|on| (on.record, on.cover_id.as_str(), on.from_us, on.until_us)).collect();
    let nine = us("2026-08-24T21:00:00Z");
    assert_eq!(
        on_air,
        [(1, "c1", us("2026-08-24T20:00:00Z"), Some(nine)), (2, "c2", nine, None), (3, "c3", nine, None)]
    );
    let reasons: Vec<Reason> = report.rejects.iter().map(|reject| reject.reason).collect();
    assert_eq!(reasons, [Reason::EmptyInterval, Reason::MissingValue]);
    assert!(report.checks.is_empty());
}
