//! The fingerprint changes with what determines a market-day, and with nothing else.

use jiff::Timestamp;

use super::*;
use coverledger_config::{
    ColumnName, Columns, Completeness, CoverRows, CoverRule, Export, Extent, Format, Header, InstantColumn,
    InstantFormat, MarketRule, Newest, PathPart, PathPattern, TextRule,
};
use coverledger_core::model::{
    ClickEvent, Conventions, Eras, GroupKey, ImpressionBasis, MarketId, PlatformId, UniqueBasis,
};
use coverledger_core::time::Zone;
use coverledger_read::export::{Found, PathValues};
use coverledger_store::Object;

/// A platform whose only export is a cover log.
pub(in crate::plan) fn platform(by: Order) -> Platform {
    let value = |text: &str| TextRule::Value(text.to_owned());
    let export = Export {
        name: "log".into(),
        rows: Rows::Covers(Box::new(CoverRows {
            from: InstantColumn { column: ColumnName::new("from"), time: None, format: InstantFormat::Rfc3339 },
            until: None,
            newest: Newest { by, per: Extent::Broadcast },
        })),
        path: PathPattern { text: "log.csv".into(), parts: vec![PathPart::Literal("log.csv".into())] },
        day_zone: Zone::utc(),
        early_days: 0,
        late_days: 0,
        format: Format::Delimited {
            dialect: coverledger_config::Dialect::by(b','),
            encoding: None,
            header: Header::FIRST_LINE,
        },
        columns: Columns {
            market: MarketRule::Value(MarketId::new("US")),
            broadcast_id: value("r1"),
            cover_id: CoverRule::Row(value("c1")),
            audience: Vec::new(),
        },
        completeness: Completeness::default(),
        members: Vec::new(),
    };
    let first = Conventions {
        impression: ImpressionBasis::Displays,
        click: ClickEvent::CoverTap,
        uniques: UniqueBasis::FirstTouch,
    };
    let eras = Eras::only(first);
    Platform {
        eras,
        settle_seconds: 0,
        exports: vec![export],
        max_orphan_share: 1.0,
        of: None,
        max_slow_starts: None,
    }
}

fn object(modified: i64) -> PlannedExport {
    let object = Object {
        key: "log.csv".into(),
        etag: Some("e".into()),
        size: 7,
        last_modified: Timestamp::from_second(modified).unwrap(),
    };
    let found = Found { object, export_date: None, path: PathValues::default() };
    PlannedExport { platform: PlatformId::new("p"), export: 0, found }
}

#[test]
fn the_time_of_an_object_matters_only_where_it_says_which_is_newer() {
    let of = |by: Order, modified| {
        fingerprint("config", &platform(by), &[&object(modified)], std::iter::empty(), None, false)
    };
    assert_ne!(of(Order::Modified, 1), of(Order::Modified, 2), "the same bytes, put again, are the newer");
    for by in [Order::Name, Order::Path] {
        assert_eq!(of(by.clone(), 1), of(by, 2));
    }
}

#[test]
fn the_key_of_viewer_groups_matters_where_a_day_is_counted_by_them() {
    let of = |key_id: Option<&str>| {
        let groups = key_id.map(|id| ViewerGroups { key: GroupKey::new([0; 16]), key_id: id.to_owned() });
        fingerprint("config", &platform(Order::Name), &[&object(1)], std::iter::empty(), groups.as_ref(), false)
    };
    assert_ne!(of(None), of(Some("a")));
    assert_ne!(of(Some("b")), of(Some("a")));
    assert_eq!(of(Some("a")), of(Some("a")));
}

#[test]
fn bars_matter_where_a_day_is_counted_by_them() {
    let of = |bars| fingerprint("config", &platform(Order::Name), &[&object(1)], std::iter::empty(), None, bars);
    assert_ne!(of(true), of(false));
}

#[test]
fn turns_matter_where_they_reach_into_the_day_and_nowhere_else() {
    let of = |turns: &[(i64, Turn)]| {
        fingerprint("config", &platform(Order::Name), &[&object(1)], turns.iter().copied(), None, false)
    };
    let turn = |from_us, burn_in| (from_us, Turn { starts_us: 5, burn_in });
    assert_ne!(of(&[]), of(&[turn(5, false)]));
    assert_ne!(of(&[turn(5, true)]), of(&[turn(5, false)]));
    assert_ne!(of(&[turn(6, false)]), of(&[turn(5, false)]));
    assert_eq!(of(&[turn(5, true)]), of(&[turn(5, true)]));
}
