//! Which revisions there are in a window, and their tables.

use jiff::civil::Date;

use super::*;
use crate::PublishedTable;

fn of(local_date: Date) -> Unit {
    let Unit::MarketDay(day) = unit() else { panic!("a market-day") };
    Unit::MarketDay(MarketDay { local_date, ..day })
}

/// Two revisions of the 20th and one of each of these days.
async fn published(days: &[Date]) -> Archive {
    let archive = Bench::in_memory().archive;
    for day in days {
        put(&archive, &of(*day), "a").await;
    }
    put(&archive, &of(date(2026, 11, 20)), "b").await;
    archive
}

async fn put(archive: &Archive, unit: &Unit, fingerprint: &str) {
    let render = |revision| Ok(tables(fingerprint, revision));
    archive.publish(unit, &draft(fingerprint), render, &stamp("run", "2026-11-22T03:30:00Z")).await.unwrap();
}

async fn window(archive: &Archive, days: u16, since: Date) -> Vec<(Date, u64)> {
    let (platform, market) = (PlatformId::new("tiktok_shop_live"), MarketId::new("US"));
    archive.newest_revisions(&platform, &market, days, since).await.unwrap().into_iter().collect()
}

#[tokio::test]
async fn the_window_ends_with_the_newest_date_wherever_the_listing_began() {
    let days = [date(2026, 11, 1), date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)];
    let archive = published(&days).await;
    let expected = [(date(2026, 11, 18), 1), (date(2026, 11, 19), 1), (date(2026, 11, 20), 2)];
    for since in [date(2026, 1, 1), date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 21), date(2027, 1, 1)] {
        assert_eq!(window(&archive, 3, since).await, expected, "{since}");
    }
    assert_eq!(window(&archive, 1, date(2026, 11, 1)).await, [(date(2026, 11, 20), 2)]);
    assert_eq!(window(&archive, 20, date(2026, 11, 19)).await.len(), 4);
}

#[tokio::test]
async fn a_market_without_anything_has_no_window() {
    assert_eq!(window(&Bench::in_memory().archive, 28, date(2026, 11, 1)).await, []);
}

#[tokio::test]
async fn tables_are_those_of_the_revisions_asked_for() {
    let archive = published(&[date(2026, 11, 19), date(2026, 11, 20)]).await;
    let (platform, market) = (PlatformId::new("tiktok_shop_live"), MarketId::new("US"));
    let asked = [(date(2026, 11, 19), 1), (date(2026, 11, 20), 1)].into();
    let read = archive.published_tables(&platform, &market, &asked, TableName::Funnel).await.unwrap();
    let found: Vec<(Date, State, Bytes)> = read
        .tables
        .into_iter()
        .map(|PublishedTable { local_date, state, bytes }| (local_date, state, bytes))
        .collect();
    let funnel = Bytes::from("funnel of a, revision 1");
    let expected = [date(2026, 11, 19), date(2026, 11, 20)].map(|day| (day, State::Provisional, funnel.clone()));
    assert_eq!(found, expected);
    assert!(
        archive.published_tables(&platform, &market, &asked, TableName::Turns).await.unwrap().tables.is_empty()
    );
}

#[tokio::test]
async fn of_tables_that_are_put_in_order_the_last_one_tells_of_all() {
    let bench = Bench::in_folder();
    let archive = &bench.archive;
    let (platform, market) = (PlatformId::new("p"), MarketId::new("US"));
    let decisions = Unit::Decisions { platform, market, as_of: date(2026, 11, 20) };
    let render = |revision| {
        let table =
            |table| TableBytes { table, bytes: Bytes::from(format!("{table}, revision {revision}")), rows: 1 };
        Ok(vec![table(TableName::SlotPlan), table(TableName::Cover), table(TableName::Mix)])
    };
    archive.publish(&decisions, &draft("a"), render, &stamp("run", "2026-11-22T03:30:00Z")).await.unwrap();
    let all_puts = [TableName::Cover, TableName::Mix, TableName::SlotPlan];
    let all_puts = all_puts.map(|table| Key::Current(table, &decisions).path());
    let whole = bench.bytes().await;
    let newest = archive.newest(&decisions).await.unwrap().unwrap();
    for reached in 0..all_puts.len() {
        for missing in &all_puts[reached..] {
            archive.store().delete(missing).await.unwrap();
        }
        assert_eq!(archive.mend_stale([&newest]).await.unwrap().mended, std::slice::from_ref(&decisions));
        assert_eq!(bench.bytes().await, whole, "killed after {reached} of them");
    }
    assert_eq!(archive.mend_stale([&newest]).await.unwrap(), Mended::default());
    assert_sound(archive).await;
}
