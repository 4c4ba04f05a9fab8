//! `archive.yaml`: stores, and the settings that all jobs share.

use std::num::NonZeroUsize;
use std::path::Path;

use super::definition::{EngineChoice, Settings, StoreLocation};
use super::location::{self, lies_within};
use super::place::Place;
use super::quantity::{duration_seconds, size_bytes};
use super::section::{Section, file_section};
use coverledger_core::time::Zone;

const KEYS: [&str; 17] = [
    "home_timezone",
    "stores",
    "stay_seconds",
    "max_reject_share",
    "max_shrink_share",
    "memory",
    "threads",
    "reject_text_chars",
    "reject_viewer_ids",
    "spill_dir",
    "requests",
    "bandwidth",
    "open_files",
    "export_limit",
    "lease",
    "late_after",
    "engine",
];
const LEAST_MEMORY_BYTES: u64 = 64 << 20;
const LEAST_BANDWIDTH_BYTES: u64 = 64 << 10;
const MOST_OPEN_FILES: i64 = 1 << 16;

/// Reads the file; `base` is the folder that relative folders start from.
pub(super) fn read(start: &Place<'_>, base: &Path) -> Option<Settings> {
    let file = file_section(start, "the archive's settings", &KEYS)?;
    let home_timezone =
        file.required("home_timezone", "an IANA time zone such as `Asia/Shanghai`").and_then(|at| zone(&at));
    let stores = read_stores(&file, base);
    let stay_seconds = file.or("stay_seconds", 60, |at| at.whole("a count of seconds", 1..=86_400));
    let max_reject_share = file.or("max_reject_share", 0.01, |at| at.share());
    let max_shrink_share = file.or("max_shrink_share", 0.1, |at| at.share());
    let memory = file.or("memory", 128 << 20, |at| size_bytes(&at, LEAST_MEMORY_BYTES, "at least 64MiB"));
    let threads = file.maybe("threads", |at| at.whole::<usize>("a count of threads", 1..=1024));
    let reject_text = file.or("reject_text_chars", 200, |at| at.whole("a count of characters", 0..=10_000));
    let reject_viewer_ids = file.or("reject_viewer_ids", false, |at| at.truth());
    let spill_dir = file.maybe("spill_dir", |at| match location::read(&at, base)? {
        StoreLocation::Folder(folder) => Some(folder),
        StoreLocation::Url(_) => at.refuse("counting spills to a folder of this machine, not to a bucket"),
    });
    let limits = read_limits(&file);
    let lease_seconds = file.or("lease", 60, |at| {
        let seconds = duration_seconds(&at, 2..=3600, "2s to 1h")?;
        u32::try_from(seconds).ok()
    });
    let late_after_seconds =
        file.or("late_after", 36 * 3600, |at| duration_seconds(&at, 3600..=90 * 86_400, "1h to 90d"));
    let engine = file.or("engine", EngineChoice::Local, |at| at.word("an engine", &EngineChoice::WORDS));
    let (exports, archive) = stores?;
    let Limits { requests, bandwidth_bytes, open_files, export_limit_seconds } = limits?;
    Some(Settings {
        home_timezone: home_timezone?,
        exports,
        archive,
        stay_seconds: stay_seconds?,
        max_reject_share: max_reject_share?,
        max_shrink_share: max_shrink_share?,
        memory_bytes: memory?,
        threads: threads?.and_then(NonZeroUsize::new),
        reject_text_chars: reject_text?,
        reject_viewer_ids: reject_viewer_ids?,
        spill_dir: spill_dir?,
        requests,
        bandwidth_bytes,
        open_files,
        export_limit_seconds,
        lease_seconds: lease_seconds?,
        late_after_seconds: late_after_seconds?,
        engine: engine?,
    })
}

/// How much of the machine and of the stores a run may take.
struct Limits {
    requests: usize,
    bandwidth_bytes: Option<u64>,
    open_files: usize,
    export_limit_seconds: u64,
}

fn read_limits(file: &Section<'_>) -> Option<Limits> {
    let requests = file.or("requests", 16, |at| at.whole("a count of requests", 1..=256));
    let bandwidth =
        file.maybe("bandwidth", |at| size_bytes(&at, LEAST_BANDWIDTH_BYTES, "at least 64KiB a second"));
    let open_files = file.or("open_files", 512, |at| at.whole("a count of files", 64..=MOST_OPEN_FILES));
    let export_limit = file.or("export_limit", 30 * 60, |at| {
        let seconds = duration_seconds(&at, 1..=86_400, "1s to 1d")?;
        u64::try_from(seconds).ok()
    });
    Some(Limits {
        requests: requests?,
        bandwidth_bytes: bandwidth?,
        open_files: open_files?,
        export_limit_seconds: export_limit?,
    })
}

fn read_stores(file: &Section<'_>, base: &Path) -> Option<(StoreLocation, StoreLocation)> {
    let expected = "where exports are delivered and where the archive is published";
    let stores = section(
        &file.required("stores", expected)?,
        "`{exports: {url: …}, archive: {url: …}}`",
        &["exports", "archive"],
    )?;
    let read_store = |key: &str| {
        let store = section(&stores.required(key, "`{url: …}`")?, "`{url: …}`", &["url"])?;
        location::read(&store.required("url", "`s3://bucket/prefix` or a folder")?, base)
    };
    let (exports, archive) = (read_store("exports"), read_store("archive"));
    let (exports, archive) = (exports?, archive?);
    if lies_within(&archive, &exports) {
        let place = stores.required("archive", "")?;
        return place.refuse("the archive lies in the exports' store; give it a place of its own, so that neither can touch the other");
    }
    Some((exports, archive))
}

/// A section where a person may have written a URL straight away, which can hold a secret: it is not repeated.
fn section<'s>(at: &Place<'s>, expected: &str, keys: &[&str]) -> Option<Section<'s>> {
    if at.is_text() {
        return at.refuse(format!("a text stands where a section is wanted (expected {expected})"));
    }
    at.section("a store", keys)
}

/// An IANA time zone.
pub(super) fn zone(at: &Place<'_>) -> Option<Zone> {
    let name = at.text("a time zone", "an IANA name such as `Asia/Shanghai`")?;
    let zone = Zone::named(name).map_err(|unknown| at.problem(unknown.to_string())).ok()?;
    if let Some(caution) = zone.caution() {
        at.warn(caution);
    }
    Some(zone)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{expect_problems, read, warnings_of};
    use super::*;

    const WHOLE: &str = r#"
version: 1
home_timezone: Asia/Shanghai
stores:
  exports: {url: "s3://team-exports/live"}
  archive: {url: "s3://team-archive/covers"}     # or a folder: file:///var/lib/coverledger, or a relative path
stay_seconds: 60
max_reject_share: 0.01
"#;

    fn settings(text: &str) -> (Option<Settings>, Vec<String>) {
        read(text, |at| super::read(at, Path::new("team")))
    }

    #[test]
    fn the_design_example_is_read_with_its_defaults() {
        let (settings, problems) = settings(WHOLE);
        assert_eq!(problems, <[&str; 0]>::default());
        let settings = settings.unwrap();
        assert_eq!(settings.home_timezone.name(), "Asia/Shanghai");
        assert_eq!((settings.stay_seconds, settings.max_reject_share), (60, 0.01));
        assert_eq!((settings.max_shrink_share, settings.memory_bytes), (0.1, 128 << 20));
        assert_eq!((settings.threads, settings.reject_text_chars, settings.spill_dir), (None, 200, None));
        assert_eq!((settings.requests, settings.bandwidth_bytes, settings.open_files), (16, None, 512));
        assert_eq!((settings.export_limit_seconds, settings.lease_seconds), (1800, 60));
        assert_eq!(settings.late_after_seconds, 36 * 3600);
        assert!(matches!(settings.exports, StoreLocation::Url(url) if url.as_str() == "s3://team-exports/live"));
    }

    #[test]
    fn every_setting_can_be_written() {
        let text = "version: 1\nhome_timezone: UTC\nstores: {exports: {url: exports}, archive: {url: archive}}\n\
                    max_shrink_share: 0\nmemory: 2GiB\nthreads: 4\nreject_text_chars: 0\nspill_dir: spill\n\
                    requests: 256\nbandwidth: 50MiB\nopen_files: 64\nexport_limit: 1d\nlease: 2s\nlate_after: 90d\nengine: local\n";
        let settings = settings(text).0.unwrap();
        assert_eq!(settings.archive, StoreLocation::Folder("team/archive".into()));
        assert_eq!((settings.memory_bytes, settings.threads), (2 << 30, NonZeroUsize::new(4)));
        assert_eq!((settings.reject_text_chars, settings.spill_dir), (0, Some("team/spill".into())));
        assert_eq!((settings.requests, settings.bandwidth_bytes, settings.open_files), (256, Some(50 << 20), 64));
        assert_eq!((settings.export_limit_seconds, settings.lease_seconds), (86_400, 2));
        assert_eq!(settings.late_after_seconds, 90 * 86_400);
        assert_eq!(settings.engine, EngineChoice::Local);
    }

    #[test]
    fn a_zone_that_is_not_what_it_says_is_sound_and_warned_of() {
        let reader = |at: &Place<'_>| zone(&at.section("x", &["zone"])?.required("zone", "x")?);
        for (name, offset) in [("Etc/GMT+8", "UTC-08:00"), ("EST", "UTC-05:00")] {
            let text = format!("zone: {name}");
            assert_eq!(read(&text, reader).1, [""; 0]);
            let warnings = warnings_of(&text, reader);
            assert!(warnings[0].starts_with(&format!("line 1, `zone`: `{name}` is {offset}")), "{warnings:?}");
        }
        assert_eq!(warnings_of("zone: Asia/Shanghai", reader), [""; 0]);
    }

    #[test]
    fn a_url_in_the_wrong_place_is_not_repeated() {
        for stores in ["s3://AKIA:hunter2@b", "{exports: 's3://AKIA:hunter2@b', archive: {url: archive}}"] {
            let (_, problems) = settings(&format!("version: 1\nhome_timezone: UTC\nstores: {stores}\n"));
            assert!(problems.concat().contains("a text stands where a section is wanted"), "{problems:?}");
            assert!(!problems.concat().contains("hunter2"), "{problems:?}");
        }
    }

    #[test]
    fn problems_are_all_told() {
        let reader = |at: &Place<'_>| super::read(at, Path::new(""));
        expect_problems(
            &[
                (
                    "version: 1\nhome_timezone: Asia/Shangai\nstay_seconds: 0\nmax_reject_share: 1.5\nmemory: 5MiB\n\
                     threads: 0\nstores: {exports: {url: 's3://a/b'}, archive: {url: 's3://a/b/c'}}\nstay_secs: 3\n",
                    &[
                        "line 2, `home_timezone`: `Asia/Shangai` is not an IANA time zone (did you mean `Asia/Shanghai`?)",
                        "line 3, `stay_seconds`: `0` is not a count of seconds (expected 1 to 86,400)",
                        "line 4, `max_reject_share`: `1.5` is not a share (expected 0 to 1, such as 0.01 for one in a hundred)",
                        "line 5, `memory`: `5MiB` is not a size (expected at least 64MiB, such as `512MiB` or `2GiB`)",
                        "line 6, `threads`: `0` is not a count of threads (expected 1 to 1,024)",
                        "line 7, `stores.archive`: the archive lies in the exports' store; give it a place of its own, \
                         so that neither can touch the other",
                        "line 8, `stay_secs`: unknown key `stay_secs` (known: `version`, `home_timezone`, `stores`, \
                         `stay_seconds`, `max_reject_share`, `max_shrink_share`, `memory`, `threads`, \
                         `reject_text_chars`, `reject_viewer_ids`, `spill_dir`, `requests`, `bandwidth`, `open_files`, \
                         `export_limit`, `lease`, `late_after`, `engine`; did you mean `stay_seconds`?)",
                    ],
                ),
                (
                    "version: 1\nhome_timezone: UTC\nstores: {exports: {url: a}, archive: {url: b}}\nrequests: 0\n\
                     bandwidth: 1KiB\nopen_files: 63\nlease: 1s\nlate_after: 59m\nexport_limit: 0s\n",
                    &[
                        "line 4, `requests`: `0` is not a count of requests (expected 1 to 256)",
                        "line 5, `bandwidth`: `1KiB` is not a size (expected at least 64KiB a second, such as `512MiB` or `2GiB`)",
                        "line 6, `open_files`: `63` is not a count of files (expected 64 to 65,536)",
                        "line 7, `lease`: `1s` is not a duration (expected 2s to 1h, such as `48h`, `2d` or `90m`)",
                        "line 8, `late_after`: `59m` is not a duration (expected 1h to 90d, such as `48h`, `2d` or `90m`)",
                        "line 9, `export_limit`: `0s` is not a duration (expected 1s to 1d, such as `48h`, `2d` or `90m`)",
                    ],
                ),
                (
                    "version: 1\nhome_timezone: UTC\nspill_dir: s3://x\nstores: {exports: {url: a}}\n",
                    &[
                        "line 3, `spill_dir`: counting spills to a folder of this machine, not to a bucket",
                        "line 4, `stores.archive`: missing (expected `{url: …}`)",
                    ],
                ),
            ],
            reader,
        );
    }
}
