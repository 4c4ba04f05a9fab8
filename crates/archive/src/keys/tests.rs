//! Keys as the design has them, and back.

use jiff::civil::date;

use super::*;

fn day() -> Unit {
    Unit::MarketDay(MarketDay {
        platform: PlatformId::new("tiktok_shop_live"),
        market: MarketId::new("US"),
        local_date: date(2026, 11, 21),
    })
}

fn rejects(export_date: Option<Date>) -> Unit {
    Unit::Rejects { platform: PlatformId::new("youtube"), export_date }
}

fn decisions() -> Unit {
    Unit::Decisions {
        platform: PlatformId::new("youtube"),
        market: MarketId::new("JP"),
        as_of: date(2026, 11, 21),
    }
}

fn experiment() -> Unit {
    Unit::Experiment { experiment: "red_or_blue".to_owned(), as_of: date(2026, 11, 21) }
}

fn cover_month() -> Unit {
    Unit::CoverMonth {
        platform: PlatformId::new("youtube"),
        market: MarketId::new("JP"),
        month: date(2026, 11, 1),
    }
}

fn viewers() -> Unit {
    Unit::Viewers { platform: PlatformId::new("youtube"), market: MarketId::new("JP"), as_of: date(2026, 11, 21) }
}

fn library() -> Unit {
    Unit::Library { as_of: date(2026, 11, 21) }
}

fn brief() -> Unit {
    Unit::Brief { as_of: date(2026, 11, 21) }
}

#[test]
fn keys_are_those_of_the_design() {
    let cases = [
        (
            Key::Current(TableName::Funnel, &day()).path(),
            "funnel/platform=tiktok_shop_live/market=US/local_date=2026-11-21/part.parquet",
        ),
        (
            Key::Current(TableName::Rejects, &rejects(Some(date(2026, 11, 21)))).path(),
            "rejects/platform=youtube/export_date=2026-11-21/part.parquet",
        ),
        (
            Key::Current(TableName::Rejects, &rejects(None)).path(),
            "rejects/platform=youtube/export_date=__HIVE_DEFAULT_PARTITION__/part.parquet",
        ),
        (Key::Receipt(&day(), 3).path(), "_receipts/tiktok_shop_live/US/2026-11-21/00000003.json"),
        (Key::Receipt(&rejects(None), 1).path(), "_receipts/youtube/_rejects/undated/00000001.json"),
        (
            Key::Current(TableName::Cover, &decisions()).path(),
            "cover/platform=youtube/market=JP/as_of=2026-11-21/part.parquet",
        ),
        (Key::Receipt(&decisions(), 2).path(), "_receipts/youtube/_decisions/JP/2026-11-21/00000002.json"),
        (
            Key::Current(TableName::Experiment, &experiment()).path(),
            "experiment/experiment=red_or_blue/as_of=2026-11-21/part.parquet",
        ),
        (Key::Receipt(&experiment(), 1).path(), "_receipts/_experiments/red_or_blue/2026-11-21/00000001.json"),
        (Key::Current(TableName::Pictures, &Unit::Catalogue).path(), "pictures/part.parquet"),
        (Key::Receipt(&Unit::Catalogue, 4).path(), "_receipts/_library/catalogue/00000004.json"),
        (
            Key::Current(TableName::CoverMonths, &cover_month()).path(),
            "cover_months/platform=youtube/market=JP/month=2026-11-01/part.parquet",
        ),
        (Key::Receipt(&cover_month(), 2).path(), "_receipts/youtube/_covers/JP/2026-11-01/00000002.json"),
        (Key::Current(TableName::CoverHistory, &library()).path(), "cover_history/as_of=2026-11-21/part.parquet"),
        (Key::Receipt(&library(), 1).path(), "_receipts/_library/2026-11-21/00000001.json"),
        (
            Key::Current(TableName::Revisit, &viewers()).path(),
            "revisit/platform=youtube/market=JP/as_of=2026-11-21/part.parquet",
        ),
        (Key::Receipt(&viewers(), 2).path(), "_receipts/youtube/_viewers/JP/2026-11-21/00000002.json"),
        (Key::Current(TableName::Advice, &brief()).path(), "advice/as_of=2026-11-21/part.parquet"),
        (Key::Current(TableName::Brief, &brief()).path(), "brief/as_of=2026-11-21/index.html"),
        (Key::LatestBrief.path(), "brief/latest/index.html"),
        (Key::Receipt(&brief(), 2).path(), "_receipts/_brief/2026-11-21/00000002.json"),
        (Key::Revision(TableName::Funnel, "00ff").path(), "_revisions/00ff.parquet"),
        (Key::Revision(TableName::Brief, "00ff").path(), "_revisions/00ff.html"),
    ];
    for (made, expected) in cases {
        assert_eq!(made, expected);
    }
}

#[test]
fn receipts_are_read_back_from_their_keys() {
    for unit in [
        day(),
        rejects(Some(date(2026, 1, 2))),
        rejects(None),
        decisions(),
        experiment(),
        Unit::Catalogue,
        cover_month(),
        library(),
        viewers(),
        brief(),
    ] {
        let key = Key::Receipt(&unit, 12).path();
        assert_eq!(receipt_at(&key), Some((unit, 12)));
    }
    for stranger in [
        "_receipts/p/US/2026-11-21/3.json",
        "_receipts/p/US/2026-11-21/00000000.json",
        "_receipts/p/US/20261121/00000003.json",
        "_receipts/p/US/2026-11-21/00000003.json.bak",
        "_receipts/p/US/00000003.json",
        "funnel/p/US/2026-11-21/00000003.json",
        "_receipts/p/_decisions/2026-11-21/00000003.json",
        "_receipts/p/_covers/US/2026-11-21/00000003.json",
        "_receipts/_library/2026-11/00000003.json",
        "_receipts/_library/_covers/US/2026-11-01/00000003.json",
        "_receipts/_experiments/_decisions/US/2026-11-21/00000003.json",
    ] {
        assert_eq!(receipt_at(stranger), None, "{stranger}");
    }
}

#[test]
fn tables_and_pages_by_content_are_read_back_and_nothing_else_is_one() {
    let sha256 = "0".repeat(64);
    for table in TableName::ALL {
        assert_eq!(revision_at(&Key::Revision(table, &sha256).path()), Some(sha256.as_str()));
    }
    for stranger in [
        format!("_revisions/{sha256}"),
        format!("_revisions/{sha256}.parquet.html"),
        format!("_revisions/{sha256}.js"),
    ] {
        assert_eq!(revision_at(&stranger), None, "{stranger}");
    }
}

#[test]
fn what_is_private_is_read_back_from_its_keys_and_is_nothing_else() {
    let Unit::MarketDay(of) = day() else { unreachable!() };
    let key = Key::Visits(7, &of, 12, "00ff00ff00ff00ff").path();
    assert_eq!(key, "_returning/0007/tiktok_shop_live/US/2026-11-21/00000012-00ff00ff00ff00ff.parquet");
    let at = visits_at(&key).unwrap();
    assert_eq!((at.generation, at.market_day, at.revision, at.hash), (7, of, 12, "00ff00ff00ff00ff"));
    assert_eq!(returning_key_at(&Key::Generation(7).path()), Some(7));
    assert_eq!((current_at(&key), receipt_at(&key), revision_at(&key)), (None, None, None));
    for stranger in [
        "_returning/7/p/US/2026-11-21/00000012-00ff.parquet",
        "_returning/0007/p/US/2026-11-21/12-00ff.parquet",
        "_returning/0007/p/US/2026-11-21/00000012.parquet",
        "_returning/0007/p/_viewers/2026-11-21/00000012-00ff.parquet",
        "_returning/0007/key.json",
        "funnel/0007/p/US/2026-11-21/00000012-00ff.parquet",
    ] {
        assert_eq!(visits_at(stranger), None, "{stranger}");
    }
}

#[test]
fn all_dates_lie_side_by_side() {
    let unit = day();
    let cases = [
        (Key::Receipt(&unit, 1), "_receipts/tiktok_shop_live/US"),
        (Key::Current(TableName::Funnel, &unit), "funnel/platform=tiktok_shop_live/market=US"),
        (Key::Receipt(&decisions(), 1), "_receipts/youtube/_decisions/JP"),
        (Key::Current(TableName::Cover, &decisions()), "cover/platform=youtube/market=JP"),
    ];
    for (key, folder) in cases {
        assert_eq!(folder_of_dates(&key.path()), folder);
    }
}

#[test]
#[should_panic(expected = "no path segment")]
fn an_id_cannot_leave_its_folder() {
    let _ = Key::ReceiptsOfRejects(&PlatformId::new("../x")).path();
}

#[test]
fn current_paths_are_read_back_and_nothing_else_is_one() {
    let units = [
        day(),
        rejects(Some(date(2026, 1, 2))),
        rejects(None),
        decisions(),
        experiment(),
        Unit::Catalogue,
        cover_month(),
        library(),
        viewers(),
        brief(),
    ];
    for unit in units {
        for table in TableName::ALL.into_iter().filter(|table| table.family() == unit.family()) {
            assert_eq!(current_at(&Key::Current(table, &unit).path()), Some((table, unit.clone())));
        }
    }
    for stranger in [
        "funnel/part.parquet",
        "funnel/platform=p/market=US/part.parquet",
        "funnel/market=US/platform=p/local_date=2026-11-21/part.parquet",
        "funnel/platform=p/market=US/local_date=2026-11-21/part.parquet.bak",
        "funnel/platform=p/market=US/local_date=20261121/part.parquet",
        "cover/platform=p/market=US/local_date=2026-11-21/part.parquet",
        "elsewhere/platform=p/market=US/local_date=2026-11-21/part.parquet",
        "rejects/platform=p/part.parquet",
        "brief/as_of=2026-11-21/part.parquet",
        "brief/latest/index.html",
        "advice/as_of=2026-11-21/index.html",
    ] {
        assert_eq!(current_at(stranger), None, "{stranger}");
    }
}
