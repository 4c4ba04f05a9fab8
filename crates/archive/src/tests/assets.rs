//! No kind of unit and no table is forgotten by those that look at all of them.

use std::future::{Ready, ready};

use super::super::*;
use super::*;

/// A unit of each family.
fn unit_of(family: TableFamily) -> Unit {
    let (platform, market) = (PlatformId::new("shop"), MarketId::new("GB"));
    let as_of = date(2026, 11, 21);
    match family {
        TableFamily::MarketDays => unit(),
        TableFamily::Rejects => Unit::Rejects { platform, export_date: Some(as_of) },
        TableFamily::Decisions => Unit::Decisions { platform, market, as_of },
        TableFamily::Experiments => Unit::Experiment { experiment: "red_or_blue".into(), as_of },
        TableFamily::Catalogue => Unit::Catalogue,
        TableFamily::CoverMonths => {
            let (platform, market) = (PlatformId::new("youtube"), MarketId::new("JP"));
            Unit::CoverMonth { platform, market, month: as_of.first_of_month() }
        }
        TableFamily::Library => Unit::Library { as_of },
        TableFamily::Viewers => Unit::Viewers { platform, market, as_of },
        TableFamily::Brief => Unit::Brief { as_of },
    }
}

#[tokio::test]
async fn damage_to_any_table_of_any_unit_is_found_at_both_its_places() {
    for table in TableName::ALL {
        let bench = Bench::in_memory();
        let unit = unit_of(table.family());
        assert_eq!(unit.family(), table.family());
        let render = |revision| {
            let bytes = Bytes::from(format!("{table}, revision {revision}"));
            Ok(vec![TableBytes { table, bytes, rows: 3 }])
        };
        bench.archive.publish(&unit, &draft("a"), render, &stamp("run", "2026-11-22T03:30:00Z")).await.unwrap();
        assert_sound(&bench.archive).await;
        let newest = bench.archive.newest(&unit).await.unwrap().unwrap();
        let record = newest.content.tables[0].clone();
        for key in [record.key.clone(), Key::Revision(table, &record.sha256).path()] {
            let sound = bench.archive.store().get(&key).await.unwrap().unwrap();
            bench.overwrite(&key, "rot").await;
            let found = bench.archive.verify(Repair::No).await.unwrap();
            let keys: Vec<&str> = found.findings.iter().map(|finding| finding.key.as_str()).collect();
            assert_eq!(keys, [key.as_str()], "{table}");
            bench.archive.store().put(&key, sound).await.unwrap();
        }
        if unit == Unit::Catalogue {
            // There is one.
            continue;
        }
        // The same table of a unit that was never published.
        let stray = record.key.replace("2026-11-", "2026-10-");
        bench.overwrite(&stray, "rot").await;
        let found = bench.archive.verify(Repair::No).await.unwrap();
        assert!(
            matches!(&found.findings[..], [one] if one.key == stray && one.problem == Problem::StrayTable),
            "{table}"
        );
    }
}

fn anew(fingerprint: &str, revision: u64) -> Ready<Result<Vec<TableBytes>, BoxError>> {
    ready(Ok(tables(fingerprint, revision)))
}

#[tokio::test]
async fn a_unit_is_rendered_anew_from_its_newest_revision_and_from_no_other() {
    for bench in Bench::both() {
        publish(&bench.archive, "a").await.unwrap();
        let first = bench.archive.newest(&unit()).await.unwrap().unwrap();
        let by = stamp("another", "2026-11-23T03:30:00Z");
        let before = bench.bytes().await;
        let same = |revision| anew("a", revision);
        assert_eq!(bench.archive.publish_anew(&first, "0.2.0", same, &by).await.unwrap(), Anew::Same);
        assert_eq!(bench.bytes().await, before, "nothing is put where no byte changes");

        let other = |revision| anew("another formula", revision);
        let Anew::Published(second) = bench.archive.publish_anew(&first, "0.2.0", other, &by).await.unwrap()
        else {
            panic!("its tables are others")
        };
        let (was, now) = (&first.content, &second.content);
        assert_eq!(now.revision, 2);
        assert_eq!((&now.exports, &now.fingerprint, &now.totals), (&was.exports, &was.fingerprint, &was.totals));
        assert_eq!(now.facts.iter().map(|fact| fact.revision).collect::<Vec<_>>(), [1]);
        assert_sound(&bench.archive).await;
        assert_eq!(bench.archive.newest(&unit()).await.unwrap(), Some(*second));

        // Others were faster than whoever still stands on the first.
        let late = |revision| anew("a third", revision);
        assert_eq!(bench.archive.publish_anew(&first, "0.2.0", late, &by).await.unwrap(), Anew::Overtaken);
        assert_eq!(bench.archive.newest(&unit()).await.unwrap().unwrap().content.revision, 2);
        assert_sound(&bench.archive).await;
    }
}
