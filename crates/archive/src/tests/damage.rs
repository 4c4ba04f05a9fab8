//! Receipts that cannot be read: what they cost, and what takes their place.

use polars::prelude::*;

use super::super::*;
use super::*;
use crate::receipt::Content as Says;

fn day(of: i8) -> Unit {
    Unit::MarketDay(MarketDay {
        platform: PlatformId::new("p"),
        market: MarketId::new("US"),
        local_date: date(2026, 11, of),
    })
}

fn parquet(number: u64) -> Bytes {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut df!("n" => [number, 7]).unwrap()).unwrap();
    bytes.into()
}

/// All tables that a market-day has to have.
async fn say(bench: &Bench, unit: &Unit, says: &str) {
    let render = |revision: u64| {
        let tables = [TableName::Funnel, TableName::SlotAudience, TableName::Capability].into_iter().zip(1..);
        let number = |at: u64| revision * 1_000 + at * 10 + says.len() as u64;
        Ok(tables.map(|(table, at)| TableBytes { table, bytes: parquet(number(at)), rows: 2 }).collect())
    };
    let stamp = stamp("run", "2026-11-22T03:30:00Z");
    bench.archive.publish(unit, &draft(says), render, &stamp).await.unwrap();
}

/// Changes what a receipt says, and makes its hash right again.
async fn tamper(bench: &Bench, unit: &Unit, change: impl Fn(&mut Says)) {
    let mut receipt = bench.archive.newest(unit).await.unwrap().unwrap();
    change(&mut receipt.content);
    let changed = Receipt::new(receipt.content, None, &stamp("run", "2026-11-22T03:30:00Z"), None);
    let key = Key::Receipt(unit, 1).path();
    bench.archive.store().put(&key, changed.to_bytes().into()).await.unwrap();
}

fn repair(bench: &Bench) -> impl Future<Output = Result<Verification, ArchiveError>> {
    bench.archive.verify(Repair::Yes)
}

/// Findings that the next look has again.
fn left(found: &Verification) -> usize {
    found.open().filter(|finding| !finding.quarantined).count()
}

#[tokio::test]
async fn one_damaged_receipt_costs_its_own_day() {
    for bench in Bench::both() {
        for of in 18..=20 {
            say(&bench, &day(of), "a").await;
        }
        let key = Key::Receipt(&day(18), 1).path();
        bench.overwrite(&key, "").await;
        let (platform, market) = (PlatformId::new("p"), MarketId::new("US"));
        let dates: BTreeSet<_> = (18..=20).map(|of| date(2026, 11, of)).collect();
        let newest = bench.archive.newest_of(&platform, &market, &dates).await.unwrap();
        assert_eq!(newest.receipts.into_keys().collect::<Vec<_>>(), [date(2026, 11, 19), date(2026, 11, 20)]);
        assert_eq!(newest.unreadable[&date(2026, 11, 18)].key, key);

        let revisions = dates.iter().map(|date| (*date, 1)).collect();
        let read =
            bench.archive.published_tables(&platform, &market, &revisions, TableName::Funnel).await.unwrap();
        assert_eq!(read.tables.len(), 2);
        assert!(read.unreadable[&date(2026, 11, 18)].contains(&key), "{:?}", read.unreadable);

        let snapshot = bench.archive.snapshot("2030-01-01T00:00:00Z".parse().unwrap()).await.unwrap();
        assert_eq!(snapshot.objects.len(), 6);
        assert!(snapshot.doubts.to_string().contains(&key), "{}", snapshot.doubts);
    }
}

#[tokio::test]
async fn a_receipt_with_an_impossible_content_is_one_that_cannot_be_read() {
    type Change = fn(&mut Says);
    let changes: [(&str, Change); 12] = [
        ("SHA-256", |says| says.tables[0].sha256 = "../../x".to_owned()),
        ("SHA-256", |says| says.tables[0].sha256 = says.tables[0].sha256.to_uppercase()),
        ("has the key", |says| says.tables[0].key = "../../../x".to_owned()),
        ("has the key", |says| says.tables[0].key = "/x".to_owned()),
        ("has the key", |says| says.tables[0].key = says.tables[1].key.clone()),
        ("twice", |says| says.tables[1] = says.tables[0].clone()),
        ("is none of", |says| says.tables[0].table = TableName::Cover),
        ("impossible", |says| says.tables[0].rows = u64::MAX),
        ("impossible", |says| says.exports[0].rows.counted = u64::MAX),
        ("impossible", |says| says.exports[0].size = u64::MAX),
        ("quarantined", |says| says.quarantined = vec![1]),
        ("retired", |says| says.retired = true),
    ];
    for (words, change) in changes {
        let bench = Bench::in_memory();
        say(&bench, &day(18), "a").await;
        tamper(&bench, &day(18), change).await;
        let error = bench.archive.newest(&day(18)).await.unwrap_err().to_string();
        assert!(error.contains("/2026-11-18/00000001.json` cannot be read: ") && error.contains(words), "{error}");
        let found = bench.archive.verify(Repair::No).await.unwrap();
        assert!(matches!(found.findings.as_slice(), [Finding { problem: Problem::Receipt(_), .. }]), "{found:?}");
    }
    let bench = Bench::in_memory();
    say(&bench, &day(18), "a").await;
    tamper(&bench, &day(18), |says| {
        let market_day = MarketDay {
            platform: PlatformId::new("../p"),
            market: MarketId::new("_rejects"),
            local_date: date(2026, 11, 1),
        };
        says.facts.push(FactRecord { market_day, revision: 0 });
    })
    .await;
    assert!(bench.archive.newest(&day(18)).await.unwrap_err().to_string().contains("which it stands on"));
}

#[tokio::test]
async fn no_more_of_a_receipt_is_read_than_one_can_have() {
    for bench in Bench::both() {
        say(&bench, &day(18), "a").await;
        let key = Key::Receipt(&day(18), 1).path();
        let vast = vec![b' '; usize::try_from(sound::MOST_BYTES).unwrap() + 1];
        bench.archive.store().put(&key, vast.into()).await.unwrap();
        let error = bench.archive.newest(&day(18)).await.unwrap_err().to_string();
        assert!(error.contains(&key) && error.contains("more than 16777216 are not read"), "{error}");
        assert_eq!(left(&repair(&bench).await.unwrap()), 0);
        assert_sound(&bench.archive).await;
    }
}

#[tokio::test]
async fn numbers_that_no_revision_can_have_are_no_receipts() {
    let bench = Bench::in_memory();
    say(&bench, &day(18), "a").await;
    let folder = Key::Receipts(&day(18)).path();
    for number in ["18446744073709551615", "100000000"] {
        bench.overwrite(&format!("{folder}/{number}.json"), "{}").await;
    }
    say(&bench, &day(18), "ab").await;
    assert_eq!(bench.archive.newest(&day(18)).await.unwrap().unwrap().content.revision, 2);
    let found = bench.archive.verify(Repair::No).await.unwrap();
    assert_eq!(found.findings.len(), 2, "{found:?}");
    // The last number there is: nothing can take its place.
    bench.overwrite(&format!("{folder}/99999999.json"), "{}").await;
    assert!(repair(&bench).await.unwrap().open().any(|finding| finding.key.ends_with("99999999.json")));
}

#[tokio::test]
async fn what_is_shown_and_proven_takes_the_place_of_a_damaged_receipt() {
    for bench in Bench::both() {
        say(&bench, &day(18), "a").await;
        say(&bench, &day(18), "ab").await;
        let published = bench.archive.newest(&day(18)).await.unwrap().unwrap();
        let key = Key::Receipt(&day(18), 2).path();
        bench.overwrite(&key, "torn").await;
        let before = bench.bytes().await;

        let found = repair(&bench).await.unwrap();
        assert_eq!(left(&found), 0, "{found:?}");
        assert!(found.findings.iter().any(|finding| finding.to_string().ends_with("(quarantined)")), "{found:?}");
        let newest = bench.archive.newest(&day(18)).await.unwrap().unwrap().content;
        assert_eq!((newest.revision, newest.quarantined.as_slice()), (3, [2].as_slice()));
        // By which schema they were written only the lost receipt said.
        let unsaid = |table: TableRecord| TableRecord { schema_version: None, ..table };
        assert_eq!(newest.tables, published.content.tables.iter().cloned().map(unsaid).collect::<Vec<_>>());
        assert!(newest.exports.is_empty() && newest.fingerprint != published.content.fingerprint);
        let after = bench.bytes().await;
        assert!(before.iter().all(|(key, bytes)| after.get(key) == Some(bytes)), "nothing was replaced");

        assert_sound(&bench.archive).await;
        assert_eq!(bench.archive.verify(Repair::Yes).await.unwrap().quarantined, 1);
        assert_eq!(bench.bytes().await, after, "once is enough");
        // The number after is next, and a receipt that is put back is in its place.
        say(&bench, &day(18), "abc").await;
        assert_eq!(bench.archive.newest(&day(18)).await.unwrap().unwrap().content.revision, 4);
        bench.archive.store().put(&key, published.to_bytes().into()).await.unwrap();
        assert_sound(&bench.archive).await;
    }
}

#[tokio::test]
async fn an_earlier_receipt_takes_the_place_where_nothing_shown_is_proven() {
    let bench = Bench::in_memory();
    say(&bench, &day(18), "a").await;
    let first = bench.archive.newest(&day(18)).await.unwrap().unwrap().content;
    say(&bench, &day(18), "ab").await;
    bench.overwrite(&Key::Receipt(&day(18), 2).path(), "torn").await;
    let current = Key::Current(TableName::Capability, &day(18)).path();
    bench.overwrite(&current, "torn as well").await;
    let found = repair(&bench).await.unwrap();
    assert_eq!(left(&found), 0, "{found:?}");
    let newest = bench.archive.newest(&day(18)).await.unwrap().unwrap().content;
    assert_eq!((newest.revision, &newest.tables), (3, &first.tables));
    assert_eq!((newest.fingerprint, newest.exports), (first.fingerprint, first.exports));
    assert_sound(&bench.archive).await;
}

#[tokio::test]
async fn a_day_of_which_nothing_is_proven_is_as_good_as_never_published() {
    let bench = Bench::in_memory();
    say(&bench, &day(18), "a").await;
    bench.overwrite(&Key::Receipt(&day(18), 1).path(), "torn").await;
    let current = Key::Current(TableName::Capability, &day(18)).path();
    bench.overwrite(&current, "the only copy").await;
    let found = repair(&bench).await.unwrap();
    assert_eq!(left(&found), 0, "{found:?}");
    let newest = bench.archive.newest(&day(18)).await.unwrap().unwrap().content;
    assert!(newest.retired && newest.revision == 2);
    let kept = bench.bytes().await;
    assert!(!kept.contains_key(&current));
    assert!(kept.values().any(|bytes| bytes == "the only copy"), "nothing goes without a copy");
    assert_sound(&bench.archive).await;
    say(&bench, &day(18), "ab").await;
    assert_sound(&bench.archive).await;
}

#[tokio::test]
async fn a_receipt_that_is_missing_or_damaged_between_others_is_passed_over() {
    let bench = Bench::in_memory();
    for says in ["a", "ab", "abc", "abcd"] {
        say(&bench, &day(18), says).await;
    }
    let newest = bench.archive.newest(&day(18)).await.unwrap().unwrap().content;
    bench.archive.store().delete(&Key::Receipt(&day(18), 1).path()).await.unwrap();
    bench.overwrite(&Key::Receipt(&day(18), 3).path(), "{").await;
    assert_eq!(bench.archive.verify(Repair::No).await.unwrap().open().count(), 2);
    let found = repair(&bench).await.unwrap();
    assert_eq!(left(&found), 0, "{found:?}");
    let after = bench.archive.newest(&day(18)).await.unwrap().unwrap().content;
    assert_eq!((after.revision, after.quarantined), (5, vec![1, 3]));
    assert_eq!((after.tables, after.exports), (newest.tables, newest.exports));
    assert_sound(&bench.archive).await;
}

#[tokio::test]
async fn a_receipt_of_a_newer_program_is_left_alone() {
    let bench = Bench::in_memory();
    say(&bench, &day(18), "a").await;
    let key = Key::Receipt(&day(18), 1).path();
    let text = bench.archive.store().get(&key).await.unwrap().unwrap();
    let newer = String::from_utf8(text.to_vec()).unwrap().replacen("\"version\": 1", "\"version\": 2", 1);
    bench.overwrite(&key, &newer).await;
    let before = bench.bytes().await;
    assert_eq!(repair(&bench).await.unwrap().open().count(), 1);
    assert_eq!(bench.bytes().await, before);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_at_one_current_path_costs_that_table() {
    let bench = Bench::in_folder();
    for of in [18, 19] {
        say(&bench, &day(of), "a").await;
    }
    let root = bench.folder.as_ref().unwrap().path();
    let linked = Key::Current(TableName::Funnel, &day(18)).path();
    std::fs::remove_file(root.join(&linked)).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", root.join(&linked)).unwrap();
    let missing = root.join(Key::Current(TableName::Funnel, &day(19)).path());
    std::fs::remove_file(&missing).unwrap();

    let mut newest = Vec::new();
    for of in [18, 19] {
        newest.extend(bench.archive.newest(&day(of)).await.unwrap());
    }
    let mended = bench.archive.mend_stale(&newest).await.unwrap();
    assert_eq!(mended.mended, [day(19)]);
    assert_eq!(mended.blocked.len(), 1);
    assert!(mended.blocked[0].1.contains(&linked) && mended.blocked[0].1.contains("symbolic link"));

    let shown = bench.archive.table(TableName::Funnel, &["market=US".to_owned()]).await.unwrap();
    assert_eq!((shown.read.len(), shown.unreadable.len()), (1, 1));
    let found = bench.archive.verify(Repair::No).await.unwrap();
    let told: Vec<String> = found.open().map(ToString::to_string).collect();
    assert!(told.len() == 1 && told[0].contains(&linked) && told[0].contains("symbolic link"), "{told:?}");
    assert_eq!(left(&repair(&bench).await.unwrap()), 0);
    assert_sound(&bench.archive).await;
}

#[cfg(unix)]
#[tokio::test]
async fn receipts_behind_a_link_are_unknown_and_not_unpublished() {
    let bench = Bench::in_folder();
    for of in [18, 19] {
        say(&bench, &day(of), "a").await;
    }
    let root = bench.folder.as_ref().unwrap().path();
    let elsewhere = tempfile::tempdir().unwrap();
    let link = |key: &str| {
        let aside = elsewhere.path().join(key.replace('/', "-"));
        std::fs::rename(root.join(key), &aside).unwrap();
        std::os::unix::fs::symlink(&aside, root.join(key)).unwrap();
    };
    let (platform, market) = (PlatformId::new("p"), MarketId::new("US"));
    let dates: BTreeSet<_> = (18..=20).map(|of| date(2026, 11, of)).collect();
    let unreadable = async || {
        let newest = bench.archive.newest_of(&platform, &market, &dates).await.unwrap();
        newest.unreadable.into_keys().collect::<Vec<_>>()
    };
    link(&Key::Receipt(&day(18), 1).path());
    assert_eq!(unreadable().await, [date(2026, 11, 18)]);
    link("_receipts/p/US/2026-11-19");
    assert_eq!(unreadable().await, [date(2026, 11, 18), date(2026, 11, 19)]);
    for key in ["_receipts/p/US", "_receipts/p"] {
        link(key);
        let error = bench.archive.newest_of(&platform, &market, &dates).await.unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, ArchiveError::Receipt(_)) && text.contains("`_receipts/p"), "{text}");
        assert!(text.contains("symbolic link") && !text.contains("credentials"), "{text}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_single_receipt_that_is_a_link_is_quarantined() {
    for target in ["/etc/hostname", "nowhere", ".."] {
        let bench = Bench::in_folder();
        say(&bench, &day(18), "a").await;
        let key = Key::Receipt(&day(18), 1).path();
        let path = bench.folder.as_ref().unwrap().path().join(&key);
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(target, &path).unwrap();
        let error = bench.archive.newest(&day(18)).await.unwrap_err().to_string();
        assert!(error.contains(&key) && error.contains("symbolic link"), "{target}: {error}");
        assert_eq!(left(&repair(&bench).await.unwrap()), 0, "{target}");
        assert!(std::fs::symlink_metadata(&path).unwrap().is_symlink(), "it stays where it is");
        assert_sound(&bench.archive).await;
        assert_eq!(bench.archive.newest(&day(18)).await.unwrap().unwrap().content.revision, 2);
    }
}

#[tokio::test]
async fn a_receipt_that_says_it_was_published_at_no_time_is_named() {
    let cases = [
        ("9999-12-30T22:00:00Z", "yet to come"),
        ("-009998-01-01T00:00:00Z", "before there were receipts"),
        ("2026-09-01T00:00:00Z", "and the one before it"),
    ];
    for (at, says) in cases {
        let bench = Bench::in_memory();
        publish(&bench.archive, "a").await.unwrap();
        publish(&bench.archive, "b").await.unwrap();
        let now = "2026-11-23T00:00:00Z".parse().unwrap();
        assert!(bench.archive.snapshot(now).await.unwrap().doubts.is_empty());
        let key = Key::Receipt(&unit(), 2).path();
        let text = String::from_utf8(bench.bytes().await[&key].to_vec()).unwrap();
        let (head, tail) = text.split_once("\"published_at\": \"").unwrap();
        let tail = &tail[tail.find('"').unwrap()..];
        bench.overwrite(&key, &format!("{head}\"published_at\": \"{at}{tail}")).await;
        let found = bench.archive.verify(Repair::Yes).await.unwrap();
        let is_named = |finding: &Finding| finding.key == key && finding.to_string().contains(says);
        assert!(found.open().any(is_named), "{at}: {found:?}");
        let snapshot = bench.archive.snapshot(now).await.unwrap();
        let doubts = snapshot.doubts.to_string();
        assert!(doubts.contains(&key) && doubts.contains(says), "{at}: {doubts}");
        assert_eq!(snapshot.objects, [], "what was the truth cannot be told");
    }
}

#[tokio::test]
async fn no_more_is_read_of_a_table_than_its_receipt_states() {
    for bench in Bench::both() {
        publish(&bench.archive, "a").await.unwrap();
        let table = &tables("a", 1)[0];
        let revision = Key::Revision(table.table, &coverledger_store::sha256_hex(&table.bytes)).path();
        let current = Bench::current(table.table);
        let vast = format!("{} and more", String::from_utf8(table.bytes.to_vec()).unwrap());
        bench.overwrite(&current, &vast).await;
        let found = bench.archive.verify(Repair::Yes).await.unwrap();
        let [finding] = found.findings.as_slice() else { panic!("{found:?}") };
        assert!(
            finding.mended && finding.key == current && finding.to_string().contains("are not read"),
            "{finding}"
        );
        bench.overwrite(&revision, &vast).await;
        let found = bench.archive.verify(Repair::Yes).await.unwrap();
        let [finding] = found.findings.as_slice() else { panic!("{found:?}") };
        assert!(
            finding.mended && finding.key == revision && finding.to_string().contains("are not read"),
            "{finding}"
        );
        assert_sound(&bench.archive).await;
    }
}

#[tokio::test]
async fn a_folder_in_the_place_of_the_retention_is_seen_before_anything_is_put() {
    let bench = Bench::in_folder();
    publish(&bench.archive, "a").await.unwrap();
    publish(&bench.archive, "b").await.unwrap();
    std::fs::create_dir(bench.folder.as_ref().unwrap().path().join("_retention.json")).unwrap();
    let cutoff = "2100-01-01T00:00:00Z".parse().unwrap();
    for how in [Prune::DryRun, Prune::Remove] {
        let refused = bench.archive.prune(cutoff, how, &PruneLimits::default()).await.unwrap_err().to_string();
        assert!(refused.contains("`_retention.json`") && refused.contains("it is a folder"), "{refused}");
    }
    let found = bench.archive.verify(Repair::No).await.unwrap();
    assert!(found.open().any(|finding| finding.key == "_retention.json"), "{found:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_among_the_receipts_is_called_one() {
    let bench = Bench::in_folder();
    publish(&bench.archive, "a").await.unwrap();
    let pipe = bench.folder.as_ref().unwrap().path().join("_receipts/pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let cutoff = "2100-01-01T00:00:00Z".parse().unwrap();
    let refused =
        bench.archive.prune(cutoff, Prune::DryRun, &PruneLimits::default()).await.unwrap_err().to_string();
    assert!(refused.contains("`_receipts/pipe` is a pipe") && !refused.contains("link"), "{refused}");
    let found = bench.archive.verify(Repair::No).await.unwrap();
    assert!(found.open().any(|finding| finding.problem == Problem::ReceiptsNoFile), "{found:?}");
}

#[tokio::test]
async fn a_day_of_a_source_of_quality_is_proven_by_its_one_table() {
    let bench = Bench::in_memory();
    let render = |_| Ok(vec![TableBytes { table: TableName::Quality, bytes: parquet(1), rows: 2 }]);
    let stamp = stamp("run", "2026-11-22T03:30:00Z");
    bench.archive.publish(&day(18), &draft("a"), render, &stamp).await.unwrap();
    bench.overwrite(&Key::Receipt(&day(18), 1).path(), "torn").await;
    let found = repair(&bench).await.unwrap();
    assert_eq!(left(&found), 0, "{found:?}");
    let newest = bench.archive.newest(&day(18)).await.unwrap().unwrap().content;
    let tables: Vec<TableName> = newest.tables.iter().map(|written| written.table).collect();
    assert_eq!((newest.retired, tables), (false, vec![TableName::Quality]));
    assert_sound(&bench.archive).await;
}
