//! Exports that keep a reader busy: a limit or a stop ends it, wherever it is.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::rows::events;
use crate::scenario::{SHOP, Scenario};

/// A run that has not ended by then hangs.
const PATIENCE: Duration = Duration::from_mins(1);
/// Far more than is read until a limit of a second is over, be the machine ever so fast.
const MEMBERS: usize = 600;

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Gigabytes of sound rows in some megabytes: what is compressed once is repeated. They are of another day, so none of
/// them is kept. One in twenty has an id that does not compress, or it would be a bomb.
fn gigabytes() -> Vec<u8> {
    let mut rows = String::new();
    for number in 0..140_000_u64 {
        let id = if number % 20 == 0 { number.wrapping_mul(0x9e37_79b9_7f4a_7c15) } else { 7 };
        rows.push_str(&format!("e{id:x},2026-11-18T12:00:00Z,beat,GB,r1,c1,v1,f,25-34,\n"));
    }
    let mut bytes = gzip(&events(""));
    bytes.extend(gzip(&rows).repeat(MEMBERS));
    bytes
}

/// `busy`, which comes first, has the day that takes long, and `shop` a sound one.
fn one_slow() -> Scenario {
    let slow = SHOP.replace("shop/", "busy/").replace("*.csv", "*");
    Scenario::shop()
        .platform("busy", &slow)
        .job("busy, shop", "GB", 1)
        .at("2026-11-21T03:00:00Z")
        .export("busy/2026-11-19/a.csv", events(""))
        .export("busy/2026-11-20/a.csv.gz", gigabytes())
        .export("shop/2026-11-19/a.csv", events(""))
        .export("shop/2026-11-20/a.csv", events("e1 2026-11-20T12:00:00Z show GB r1 c1 v1 f 25-34 -"))
}

#[test]
fn an_export_that_takes_longer_than_its_limit_is_given_up_by_name() {
    let scenario = one_slow().setting("export_limit", "1s");
    let outcome = scenario.run().exits(6).says("1 published, 1 failed").says("busy/2026-11-20/a.csv.gz");
    outcome.says("longer than `export_limit` in `archive.yaml`, 1s, and was given up (the next run tries again");
    let archive = scenario.archive();
    assert!(archive.keys().any(|name| name.starts_with("funnel/platform=shop/")), "{:?}", archive.keys());
    assert!(!archive.keys().any(|name| name.contains("busy") && !name.starts_with('_')), "{:?}", archive.keys());
    assert!(!scenario.path("archive/_receipts/busy").exists());
    // What takes less is published by the next run.
    scenario
        .deliver("busy/2026-11-20/a.csv.gz", gzip(&events("e1 2026-11-20T12:00:00Z show GB r1 c1 v1 f 25-34 -")));
    scenario.run().exits(0).says("1 published");
}

#[test]
fn a_signal_ends_a_reader_in_the_middle_of_an_export() {
    let scenario = one_slow().job("busy", "GB", 1);
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let mut command = scenario.command(&["run", "nightly"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Its lease is there before it reads.
        let started = Instant::now();
        while !scenario.path("archive/_leases/busy/00000001.json").exists() {
            assert!(started.elapsed() < PATIENCE && child.try_wait().unwrap().is_none());
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(200));
        let asked = Instant::now();
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        while child.try_wait().unwrap().is_none() {
            if asked.elapsed() > PATIENCE {
                child.kill().unwrap();
                panic!("its reader goes on");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut told = String::new();
        child.stdout.take().unwrap().read_to_string(&mut told).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{told}");
        assert!(told.contains("1 stopped"), "{told}");
        assert!(scenario.archive().is_empty(), "nothing in part: {:?}", scenario.archive().keys());
        println!("ended {} ms after {signal}", asked.elapsed().as_millis());
    }
}
