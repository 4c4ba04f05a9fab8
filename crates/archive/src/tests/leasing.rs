//! Who works on what: races, sleepers, the dead, and stores in trouble.

use std::time::Duration;

use futures::future::join_all;
use jiff::SignedDuration;

use super::super::keys::LeaseAt;
use super::super::lease::{Holder, Lease};
use super::super::leases::Leases;
use super::super::*;
use super::*;
use coverledger_core::time::Clock;

const LENGTH: Duration = Duration::from_mins(1);

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
}

fn of(run_id: &str) -> Holder {
    Holder::this(run_id)
}

/// Of another host: nobody here can know whether it lives.
fn foreign(run_id: &str) -> Holder {
    Holder { host: "far#0".into(), ..of(run_id) }
}

fn leases(archive: &Archive, holder: Holder, now: i64) -> Leases {
    Leases::with_clock(archive, holder, LENGTH, Clock::Fixed(at(now)))
}

fn day(of_month: i8) -> MarketDay {
    MarketDay {
        platform: PlatformId::new("tiktok_shop_live"),
        market: MarketId::new("US"),
        local_date: date(2026, 11, of_month),
    }
}

/// Whose it was found to be; nobody's is one's own.
async fn take(leases: &Leases, day: &MarketDay) -> Option<String> {
    let mut theirs = leases.take(&day.platform, [day]).await;
    theirs.remove(day).map(|lease| lease.holder.run_id)
}

async fn keys(archive: &Archive) -> Vec<String> {
    archive.store().list("_leases").await.unwrap().into_iter().map(|object| object.key).collect()
}

async fn lie_there(archive: &Archive, number: u64) -> Lease {
    Lease::parse(&archive.store().get(&key(number)).await.unwrap().unwrap())
}

/// Where the platform's lease of a number lies.
fn key(number: u64) -> String {
    Key::Lease(&day(1).platform, number).path()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_takers_one_wins_each_market_day() {
    for bench in Bench::both() {
        let days: Vec<MarketDay> = (1..=10).map(day).collect();
        let takers: Vec<Leases> = (0..8).map(|n| leases(&bench.archive, of(&n.to_string()), 0)).collect();
        let race = takers.iter().map(|taker| taker.take(&days[0].platform, &days));
        let theirs = join_all(race).await;
        for day in &days {
            let losers = theirs.iter().filter(|theirs| theirs.contains_key(day)).count();
            assert_eq!(losers, 7, "{day}");
            let winner = theirs.iter().position(|theirs| !theirs.contains_key(day)).unwrap().to_string();
            let seen = theirs.iter().filter_map(|theirs| theirs.get(day)).map(|lease| &lease.holder.run_id);
            assert!(seen.into_iter().all(|seen| *seen == winner));
        }
        assert_eq!(keys(&bench.archive).await, [key(1)], "one lease of all of them");
        for taker in &takers {
            taker.release_all().await;
        }
        assert_eq!(keys(&bench.archive).await, <[&str; 0]>::default());
        if let Some(folder) = &bench.folder {
            assert!(!folder.path().join("_leases").exists(), "nor do empty folders pile up");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_takers_of_days_that_overlap_each_day_goes_to_one() {
    for bench in Bench::both() {
        let takers: Vec<Leases> = (0..8).map(|n| leases(&bench.archive, of(&n.to_string()), 0)).collect();
        let wanted: Vec<Vec<MarketDay>> = (0..8).map(|n| (n + 1..=n + 5).map(day).collect()).collect();
        let race = takers.iter().zip(&wanted).map(|(taker, days)| taker.take(&days[0].platform, days));
        let theirs = join_all(race).await;
        for of_month in 1..=12 {
            let wants =
                |n: &usize| wanted[*n].contains(&day(of_month)) && !theirs[*n].contains_key(&day(of_month));
            assert_eq!((0..8).filter(wants).count(), 1, "day {of_month}: {:?}", keys(&bench.archive).await);
        }
    }
}

#[tokio::test]
async fn runs_over_different_markets_of_a_platform_do_not_block_each_other() {
    for bench in Bench::both() {
        let us = day(1);
        let gb = MarketDay { market: MarketId::new("GB"), ..day(1) };
        let (first, second) =
            (leases(&bench.archive, foreign("first"), 0), leases(&bench.archive, of("second"), 0));
        assert_eq!(take(&first, &us).await, None);
        assert_eq!(take(&second, &gb).await, None);
        assert_eq!(second.take(&us.platform, [&us, &gb]).await.into_keys().collect::<Vec<_>>(), [us]);
        assert_eq!(keys(&bench.archive).await, [key(1), key(2)]);
    }
}

#[tokio::test]
async fn what_is_released_of_a_lease_is_free_and_the_rest_is_not() {
    for bench in Bench::both() {
        let (first, second) =
            (leases(&bench.archive, foreign("first"), 0), leases(&bench.archive, of("second"), 0));
        let days = [day(1), day(2), day(3)];
        assert!(first.take(&days[0].platform, &days).await.is_empty());
        first.release([&days[1]]).await;
        let theirs = second.take(&days[0].platform, &days).await;
        assert_eq!(theirs.into_keys().collect::<Vec<_>>(), [day(1), day(3)]);
        first.release([&days[0], &days[2]]).await;
        assert_eq!(keys(&bench.archive).await, [key(2)]);
    }
}

#[tokio::test]
async fn a_lease_of_an_earlier_release_is_heeded_while_it_lives_and_swept_when_it_is_dead() {
    for bench in Bench::both() {
        let old = Key::DayLease(&day(1), 1).path();
        let text = String::from_utf8(Lease::new(&foreign("old"), at(60)).to_bytes()).unwrap();
        bench.overwrite(&old, &text.replace("\"version\": 2", "\"version\": 1")).await;
        let mine = leases(&bench.archive, of("mine"), 0);
        assert_eq!(take(&mine, &day(1)).await, Some("old".into()));
        assert_eq!(take(&mine, &day(2)).await, None, "it is of its own day only");
        assert_eq!(mine.look([&day(1), &day(2)]).await.into_keys().collect::<Vec<_>>(), [day(1)]);
        mine.wake_at(at(60));
        mine.renew().await;
        assert_eq!(take(&mine, &day(1)).await, None);
        assert_eq!(keys(&bench.archive).await, [key(1), key(2)]);
    }
}

#[tokio::test]
async fn a_lease_is_taken_over_when_it_expired_and_not_before() {
    for bench in Bench::both() {
        let first = leases(&bench.archive, foreign("first"), 0);
        assert_eq!(take(&first, &day(1)).await, None);
        assert_eq!(take(&first, &day(1)).await, None, "it is one's own already");
        let second = leases(&bench.archive, of("second"), 59);
        assert_eq!(take(&second, &day(1)).await, Some("first".into()));
        second.wake_at(at(60));
        assert_eq!(take(&second, &day(1)).await, None);
        assert_eq!(keys(&bench.archive).await, [key(2)], "the dead one is swept");
    }
}

#[tokio::test]
async fn a_renewed_lease_is_not_taken_over() {
    for bench in Bench::both() {
        let first = leases(&bench.archive, foreign("first"), 0);
        take(&first, &day(1)).await;
        first.wake_at(at(50));
        first.renew().await;
        let second = leases(&bench.archive, of("second"), 60);
        assert_eq!(take(&second, &day(1)).await, Some("first".into()));
        assert_eq!(second.look([&day(1), &day(2)]).await.len(), 1);
        assert!(first.look([&day(1)]).await.is_empty(), "nobody waits for himself");
    }
}

#[tokio::test]
async fn what_a_lease_claims_is_believed_no_longer_than_one_can_be() {
    for bench in Bench::both() {
        let claims = |hours: i64| Lease::new(&foreign("wrong clock"), at(hours * 3600)).covering(&[day(1)]);
        let put = async |hours| {
            let text = String::from_utf8(claims(hours).to_bytes()).unwrap();
            bench.overwrite(&key(1), &text).await;
        };
        put(23).await;
        let mine = leases(&bench.archive, of("mine"), 0);
        assert_eq!(take(&mine, &day(1)).await, Some("wrong clock".into()));
        mine.wake_at(at(64));
        let seen = mine.look([&day(1)]).await;
        assert_eq!(seen[&day(1)].expires_at, at(65), "a minute and what clocks may differ by");
        // Whose clock is wrong may be at work all the same: he renews.
        put(24).await;
        assert_ne!(mine.look([&day(1)]).await, seen);
        mine.wake_at(at(64 + 64));
        assert_eq!(take(&mine, &day(1)).await, Some("wrong clock".into()));
        mine.wake_at(at(64 + 65));
        assert!(mine.look([&day(1)]).await.is_empty());
        assert_eq!(take(&mine, &day(1)).await, None);
        assert_eq!(mine.longest(), Duration::from_secs(65));
    }
}

#[tokio::test]
async fn what_is_no_lease_keeps_nobody_from_working() {
    let alive = Lease::new(&foreign("x"), at(60)).covering(&[day(1)]);
    let alive = String::from_utf8(alive.to_bytes()).unwrap();
    let huge = format!("{}{alive}", " ".repeat(1 << 20));
    for text in ["", "{", "\0\0\0", "[]", &alive.replace("\"version\": 2", "\"version\": 3"), &huge] {
        for number in [1, 7, u64::MAX] {
            for bench in Bench::both() {
                bench.overwrite(&key(number), text).await;
                bench.overwrite(&Key::DayLease(&day(1), number).path(), text).await;
                let mine = leases(&bench.archive, of("mine"), 0);
                assert_eq!(take(&mine, &day(1)).await, None, "{number} {}", text.escape_debug());
                mine.renew().await;
                assert!(mine.look([&day(1)]).await.is_empty());
                mine.release_all().await;
                bench.archive.sweep_leases().await;
                assert_eq!(keys(&bench.archive).await, <[&str; 0]>::default());
            }
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_no_file_in_the_place_of_a_lease_keeps_nobody_from_working() {
    let run = |program: &str, arguments: &[&std::path::Path]| {
        assert!(std::process::Command::new(program).args(arguments).status().unwrap().success());
    };
    for kind in
        ["pipe", "folder", "a link to nothing", "a link out of the archive", "a link to a file of the archive"]
    {
        let bench = Bench::in_folder();
        let folder = bench.folder.as_ref().unwrap().path();
        let place = folder.join(key(1));
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(folder.join("sound"), "x").unwrap();
        match kind {
            "pipe" => run("mkfifo", &[&place]),
            "folder" => std::fs::create_dir(&place).unwrap(),
            "a link to nothing" => std::os::unix::fs::symlink("nothing", &place).unwrap(),
            "a link out of the archive" => std::os::unix::fs::symlink("/etc/hostname", &place).unwrap(),
            _ => std::os::unix::fs::symlink("../../sound", &place).unwrap(),
        }
        let mine = leases(&bench.archive, of("mine"), 0);
        assert_eq!(take(&mine, &day(1)).await, None, "{kind}");
        mine.renew().await;
        mine.release_all().await;
        assert_eq!(std::fs::read(folder.join("sound")).unwrap(), b"x", "{kind}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_dead_process_of_this_host_is_not_waited_for() {
    let mut child = std::process::Command::new("true").spawn().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    for bench in Bench::both() {
        let dead = Holder { pid, nonce: "dead".into(), ..of("dead") };
        let killed = leases(&bench.archive, dead.clone(), 0);
        take(&killed, &day(1)).await;
        let next = leases(&bench.archive, of("next"), 1);
        assert_eq!(take(&next, &day(1)).await, None);
        let far = Holder { host: "far#0".into(), ..dead };
        let far = leases(&bench.archive, far, 0);
        take(&far, &day(2)).await;
        assert_eq!(take(&next, &day(2)).await, Some("dead".into()));
    }
}

#[tokio::test]
async fn a_sleeper_that_wakes_after_the_end_touches_nothing_of_others() {
    for bench in Bench::both() {
        let sleeper = leases(&bench.archive, foreign("sleeper"), 0);
        for of_month in [1, 2] {
            take(&sleeper, &day(of_month)).await;
        }
        let second = leases(&bench.archive, of("second"), 100);
        take(&second, &day(2)).await;
        assert_eq!(keys(&bench.archive).await, [key(3)], "both of the sleeper's are dead");
        // The number of the sleeper's first lease is another's by now.
        second.release([&day(2)]).await;
        let third = leases(&bench.archive, of("third"), 100);
        take(&third, &day(1)).await;
        take(&second, &day(2)).await;
        let before = bench.bytes().await;
        sleeper.wake_at(at(100));
        sleeper.renew().await;
        sleeper.release_all().await;
        assert_eq!(bench.bytes().await, before);
        assert_eq!(lie_there(&bench.archive, 1).await.holder.run_id, "third");
        assert_eq!(take(&sleeper, &day(2)).await, Some("second".into()));
    }
}

#[tokio::test]
async fn a_sleeper_whose_lease_lies_there_still_but_was_taken_over_lets_go_of_it() {
    let bench = Bench::in_memory();
    let sleeper = leases(&bench.archive, foreign("sleeper"), 0);
    take(&sleeper, &day(1)).await;
    // Of a run that could not delete the dead one.
    let text = Lease::new(&foreign("second"), at(160)).covering(&[day(1)]).to_bytes();
    bench.overwrite(&key(2), &String::from_utf8(text).unwrap()).await;
    let before = bench.bytes().await;
    sleeper.wake_at(at(100));
    sleeper.renew().await;
    assert_eq!(bench.bytes().await, before);
    // Who works on it hears of it, and nobody else.
    sleeper.lost(&[day(1), day(2)].into()).await;
    let other = tokio::time::timeout(Duration::from_millis(20), sleeper.lost(&[day(2)].into())).await;
    assert!(other.is_err(), "the other market-day was not lost");
    assert_eq!(take(&sleeper, &day(1)).await, Some("second".into()));
}

#[tokio::test]
async fn a_sleeper_that_nobody_replaced_goes_on() {
    let bench = Bench::in_memory();
    let sleeper = leases(&bench.archive, foreign("sleeper"), 0);
    take(&sleeper, &day(1)).await;
    sleeper.wake_at(at(500));
    sleeper.renew().await;
    assert_eq!(lie_there(&bench.archive, 1).await.expires_at, at(560));
}

#[tokio::test(flavor = "multi_thread")]
async fn leases_are_renewed_by_themselves_and_released_when_dropped() {
    for bench in Bench::both() {
        let leases = bench.archive.leases(of("run"), Duration::from_millis(90));
        take(&leases, &day(1)).await;
        let first = lie_there(&bench.archive, 1).await;
        while lie_there(&bench.archive, 1).await.expires_at == first.expires_at {
            tokio::task::yield_now().await;
        }
        drop(leases);
        while !keys(&bench.archive).await.is_empty() {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_store_in_trouble_keeps_nobody_from_working() {
    for fault in [Fault::Fail, Fault::LoseAnswer, Fault::FalseConflict, Fault::CrashBefore, Fault::CrashAfter] {
        for bench in Bench::both() {
            let leases = leases(&bench.failing(0, fault), of("run"), 0);
            assert_eq!(take(&leases, &day(1)).await, None, "{fault:?}");
            leases.renew().await;
            leases.release_all().await;
            if !matches!(fault, Fault::CrashAfter) {
                assert_eq!(keys(&bench.archive).await, <[&str; 0]>::default(), "{fault:?}");
            }
        }
    }
}

#[tokio::test]
async fn leases_and_records_are_no_strays_and_the_dead_ones_are_swept() {
    for bench in Bench::both() {
        publish(&bench.archive, "a").await.unwrap();
        let now = Clock::System.now().as_second();
        let alive = leases(&bench.archive, foreign("alive"), now);
        take(&alive, &day(2)).await;
        let dead = Lease::new(&foreign("dead"), at(60)).covering(&[day(1)]).to_bytes();
        bench.overwrite(&key(5), &String::from_utf8(dead).unwrap()).await;
        bench.overwrite(&key(7), "{").await;
        bench.overwrite(&Key::DayLease(&day(3), 1).path(), "{").await;
        bench.archive.put_run_record(&RunRecord::new("nightly", "run", at(0))).await.unwrap();
        assert_sound(&bench.archive).await;
        if bench.folder.is_some() {
            Archive::for_writing(bench.archive.store().clone()).await.unwrap();
        } else {
            bench.archive.sweep_leases().await;
        }
        assert_eq!(keys(&bench.archive).await, [key(1)]);
        assert_sound(&bench.archive).await;
    }
}

#[test]
fn leases_are_read_back_from_their_keys() {
    let lease_at = super::super::keys::lease_at;
    assert_eq!(key(3), "_leases/tiktok_shop_live/00000003.json");
    assert_eq!(lease_at(&key(3)), Some(LeaseAt::Platform(day(9).platform, 3)));
    let old = Key::DayLease(&day(9), 3).path();
    assert_eq!(old, "_leases/tiktok_shop_live/US/2026-11-09/00000003.json");
    assert_eq!(lease_at(&old), Some(LeaseAt::MarketDay(day(9), 3)));
    for stranger in [
        "_leases/p/US/2026-11-09/0.json",
        "_leases/p/US/00000001.json",
        "_leases/p/1.json",
        "_leases/00000001.json",
        "_leases/p/_rejects/2026-11-09/00000001.json",
    ] {
        assert_eq!(lease_at(stranger), None, "{stranger}");
    }
}
