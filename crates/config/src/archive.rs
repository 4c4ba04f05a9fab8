//! `archive.yaml`: stores, and the settings that all jobs share.

use std::num::NonZeroUsize;
use std::path::Path;

use super::cursor::Cursor;
use super::definition::{Returning, Settings, StoreLocation};
use super::engine::{self, EngineKeys};
use super::location::{self, lies_within};
use super::notifications::Variable;
use super::registry::{
    Duration, Keys, Maybe, Or, Part, Required, Shape, Share, Size, Truth, Whole, ZoneName, keys, maybe, or,
    required,
};
use coverledger_core::time::Zone;

pub(super) const STORE: &str = "`{url: …}`";

keys! {
    /// What all jobs share.
    file ArchiveKeys("archive.yaml", "the archive's settings") {
        home_timezone: Required<ZoneName> = required(
            "an IANA time zone such as `Asia/Shanghai`", ZoneName, "the team's own clock, for people",
        ),
        stores: Required<Part> = required(
            "where exports are delivered and where the archive is published",
            Part(Shape::section::<StoresKeys<'_>>()), "where exports and the archive are",
        ),
        stay_seconds: Or<Whole<u32>> = or(
            "60", Whole::new("a count of seconds", 1, 86_400), "an entry that lasted so long is a stay",
        ),
        max_reject_share: Or<Share> = or(
            "0.01", Share,
            "share of an export's records that may be rejected; above it its market-days are held back",
        ),
        max_shrink_share: Or<Share> = or(
            "0.1", Share,
            "share by which a total may fall in a new revision; above it the revision is held back until `--accept-shrink`. Where an export is gone that the revision before was made from, no total may fall at all",
        ),
        memory: Or<Size> = or(
            "128MiB", Size("64MiB", ""),
            "what counting keeps in memory before it spills; `KiB` `MiB` `GiB` `TiB` `MB` `GB`",
        ),
        threads: Maybe<Whole<usize>> = maybe(
            "the machine's", Whole::new("a count of threads", 1, 1024), "threads that read and count",
        ),
        reject_text_chars: Or<Whole<usize>> = or(
            "200", Whole::new("a count of characters", 0, 10_000), "characters of a rejected record that are kept",
        ),
        reject_viewer_ids: Or<Truth> = or("false", Truth, "whether they may show viewer ids"),
        spill_dir: Maybe<Part> = maybe(
            "the system's temporary folder", Part(Shape::Text.called("folder")),
            "where counting spills and exports from buckets are spooled",
        ),
        requests: Or<Whole<usize>> = or(
            "16", Whole::new("a count of requests", 1, 256), "requests to one store at a time",
        ),
        bandwidth: Maybe<Size> = maybe(
            "none", Size("64KiB", " a second"), "bytes of exports read from a bucket in a second, over all threads",
        ),
        open_files: Or<Whole<usize>> = or(
            "512", Whole::new("a count of files", 64, 65_536),
            "files that counting keeps open at a time, over all threads",
        ),
        export_limit: Or<Duration> = or(
            "30m", Duration("1s", "1d"),
            "how long one export may be read, its fetching included; then it is given up, and the market-days that stand on it fail by name and are tried again by the next run",
        ),
        lease: Or<Duration> = or(
            "60s", Duration("2s", "1h"),
            "how long a lease holds unless it is renewed; none is believed for longer (see Leases)",
        ),
        late_after: Or<Duration> = or(
            "36h", Duration("1h", "90d"),
            "how long after its end a market-day may wait for exports before it is told as late",
        ),
        engine: Or<Part> = or(
            "local", Part(Shape::AnyOf(vec![Shape::Words(vec!["local"]), Shape::section::<EngineKeys<'_>>()])),
            "what counts: `local` is the process itself; what is published is the same, byte for byte",
        ),
        viewer_groups: Maybe<Part> = maybe(
            "keys made of the experiments' names", Part(Shape::section::<ViewerGroupsKeys<'_>>()),
            "what keeps secret into which of the 128 groups of a split a viewer falls",
        ),
        returning: Maybe<Part> = maybe(
            "nothing is kept", Part(Shape::section::<ReturningKeys<'_>>()),
            "what is kept of viewers over days, without ids, for `revisit` and `quality_effect` (see Returning viewers)",
        ),
    }
}

keys! {
    /// What is kept of viewers over days.
    section ReturningKeys("returning viewers", "a section on returning viewers") {
        key_env: Required<Variable> = required(
            "the environment variable that holds the secret", Variable,
            "the environment variable that holds the secret, at least 16 bytes",
        ),
        generation: Or<Whole<u16>> = or(
            "1", Whole::new("a generation", 1, 9_999),
            "which secret it is: another secret needs another generation, and nothing of the one before is joined with it",
        ),
        keep: Or<Duration> = or(
            "35d", Duration("8d", "400d"),
            "for how long; revisits within 28 days need 29 days. What is older is deleted by the nightly run on the day it is due",
        ),
    }
}

keys! {
    /// What the groups of viewers depend on.
    section ViewerGroupsKeys("viewer groups", "viewer groups") {
        key_env: Required<Variable> = required(
            "the environment variable that holds the key", Variable,
            "the environment variable that holds the key, at least 16 characters; another key counts the market-days of splits by viewer anew",
        ),
    }
}

keys! {
    /// Where exports and the archive are.
    section StoresKeys("stores", "a store") {
        exports: Required<Part> = required(
            STORE, Part(Shape::section::<StoreKeys<'_>>()), "where platforms deliver",
        ),
        archive: Required<Part> = required(
            STORE, Part(Shape::section::<StoreKeys<'_>>()),
            "where the archive is published; not inside the exports' place",
        ),
    }
}

keys! {
    /// Where one store is.
    section StoreKeys("a store", "a store") {
        url: Required<Part> = required(
            "`s3://bucket/prefix` or a folder", Part(Shape::Text.called("URL or folder")),
            "`s3://bucket/prefix`, `gs://…`, `az://…`, `abfss://…`, `https://…` at a known cloud host, `file:///folder`, or a folder; a relative one starts beside `config/`",
        ),
    }
}

/// Reads the file; `base` is the folder that relative folders start from.
pub(super) fn read(start: &Cursor<'_>, base: &Path) -> Option<Settings> {
    let file = ArchiveKeys::open_file(start)?;
    let home_timezone = file.home_timezone.read();
    let stores = file.stores.required().and_then(|at| read_stores(&at, base));
    let stay_seconds = file.stay_seconds.read();
    let max_reject_share = file.max_reject_share.read();
    let max_shrink_share = file.max_shrink_share.read();
    let memory = file.memory.read();
    let threads = file.threads.read();
    let reject_text_chars = file.reject_text_chars.read();
    let reject_viewer_ids = file.reject_viewer_ids.read();
    let spill_dir = file.spill_dir.read_with(|at| match location::read(at, base)? {
        StoreLocation::Folder(folder) => Some(folder),
        StoreLocation::Url(_) => at.refuse("counting spills to a folder of this machine, not to a bucket"),
    });
    let requests = file.requests.read();
    let bandwidth = file.bandwidth.read();
    let open_files = file.open_files.read();
    let export_limit = file.export_limit.read();
    let lease = file.lease.read();
    let late_after = file.late_after.read();
    let engine = file.engine.read_with(engine::read);
    let viewer_groups_key_env = file
        .viewer_groups
        .read_with(|at| section::<ViewerGroupsKeys<'_>>(at, "`{key_env: NAME}`")?.key_env.read());
    let returning = file.returning.read_with(read_returning);
    let (exports, archive) = stores?;
    Some(Settings {
        home_timezone: home_timezone?,
        exports,
        archive,
        stay_seconds: stay_seconds?,
        max_reject_share: max_reject_share?,
        max_shrink_share: max_shrink_share?,
        memory_bytes: memory?,
        threads: threads?.and_then(NonZeroUsize::new),
        reject_text_chars: reject_text_chars?,
        reject_viewer_ids: reject_viewer_ids?,
        spill_dir: spill_dir?,
        requests: requests?,
        bandwidth_bytes: bandwidth?,
        open_files: open_files?,
        export_limit_seconds: u64::try_from(export_limit?).ok()?,
        lease_seconds: u32::try_from(lease?).ok()?,
        late_after_seconds: late_after?,
        viewer_groups_key_env: viewer_groups_key_env?,
        returning: returning?,
        engine: engine?,
    })
}

fn read_returning(at: &Cursor<'_>) -> Option<Returning> {
    let keys = section::<ReturningKeys<'_>>(at, "`{key_env: NAME}`")?;
    let (key_env, generation, keep) = (keys.key_env.read(), keys.generation.read(), keys.keep.read());
    let days = u16::try_from(keep? / SECONDS_A_DAY).ok();
    let days = days.filter(|days| Some(i64::from(*days) * SECONDS_A_DAY) == keep);
    let Some(keep_days) = days else {
        return keys
            .keep
            .at()
            .and_then(|at| at.refuse("is not a whole number of days (expected one such as `35d`)"));
    };
    Some(Returning { key_env: key_env?, generation: generation?, keep_days })
}

const SECONDS_A_DAY: i64 = 86_400;

fn read_stores(at: &Cursor<'_>, base: &Path) -> Option<(StoreLocation, StoreLocation)> {
    let stores = section::<StoresKeys<'_>>(at, "`{exports: {url: …}, archive: {url: …}}`")?;
    let read = |at: Option<Cursor<'_>>| read_store(&at?, base);
    let (exports, archive) = (read(stores.exports.required()), read(stores.archive.required()));
    let (exports, archive) = (exports?, archive?);
    if lies_within(&archive, &exports) {
        return stores.archive.at()?.refuse("the archive lies in the exports' store; give it a place of its own, so that neither can touch the other");
    }
    Some((exports, archive))
}

/// Where one store is.
pub(super) fn read_store(at: &Cursor<'_>, base: &Path) -> Option<StoreLocation> {
    let store = section::<StoreKeys<'_>>(at, STORE)?;
    location::read(&store.url.required()?, base)
}

/// A section where a person may have written a URL straight away, which can hold a secret: it is not repeated.
fn section<'s, K: Keys<'s>>(at: &Cursor<'s>, expected: &str) -> Option<K> {
    if at.is_text() {
        return at.refuse(format!("a text stands where a section is wanted (expected {expected})"));
    }
    K::open(at)
}

/// An IANA time zone.
pub(super) fn zone(at: &Cursor<'_>) -> Option<Zone> {
    zone_named(at, at.text("a time zone", "an IANA name such as `Asia/Shanghai`")?)
}

/// The time zone of this name, which stands here.
pub(super) fn zone_named(at: &Cursor<'_>, name: &str) -> Option<Zone> {
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
        assert_eq!(settings.viewer_groups_key_env, None);
        assert!(matches!(settings.exports, StoreLocation::Url(url) if url.as_str() == "s3://team-exports/live"));
    }

    #[test]
    fn every_setting_can_be_written() {
        let text = "version: 1\nhome_timezone: UTC\nstores: {exports: {url: exports}, archive: {url: archive}}\n\
                    max_shrink_share: 0\nmemory: 2GiB\nthreads: 4\nreject_text_chars: 0\nspill_dir: spill\n\
                    requests: 256\nbandwidth: 50MiB\nopen_files: 64\nexport_limit: 1d\nlease: 2s\nlate_after: 90d\nengine: local\n\
                    viewer_groups: {key_env: COVERLEDGER_GROUPS}\n\
                    returning: {key_env: COVERLEDGER_RETURNING, generation: 2, keep: 400d}\n";
        let settings = settings(text).0.unwrap();
        assert_eq!(settings.archive, StoreLocation::Folder("team/archive".into()));
        assert_eq!((settings.memory_bytes, settings.threads), (2 << 30, NonZeroUsize::new(4)));
        assert_eq!((settings.reject_text_chars, settings.spill_dir), (0, Some("team/spill".into())));
        assert_eq!((settings.requests, settings.bandwidth_bytes, settings.open_files), (256, Some(50 << 20), 64));
        assert_eq!((settings.export_limit_seconds, settings.lease_seconds), (86_400, 2));
        assert_eq!(settings.late_after_seconds, 90 * 86_400);
        assert_eq!(settings.engine, super::super::definition::EngineChoice::Local);
        assert_eq!(settings.viewer_groups_key_env.as_deref(), Some("COVERLEDGER_GROUPS"));
        let key_env = "COVERLEDGER_RETURNING".to_owned();
        assert_eq!(settings.returning, Some(Returning { key_env, generation: 2, keep_days: 400 }));
    }

    #[test]
    fn returning_viewers_are_kept_for_whole_days() {
        let with = |returning: &str| {
            let stores = "{exports: {url: exports}, archive: {url: archive}}";
            settings(&format!("version: 1\nhome_timezone: UTC\nstores: {stores}\nreturning: {returning}\n"))
        };
        let (usual, problems) = with("{key_env: KEY}");
        assert_eq!(problems, <[&str; 0]>::default());
        let usual = usual.unwrap().returning.unwrap();
        assert_eq!((usual.generation, usual.keep_days), (1, 35));
        for (returning, problem) in [
            (
                "{key_env: KEY, keep: 200h}",
                "line 4, `returning.keep`: is not a whole number of days (expected one such as `35d`)",
            ),
            (
                "{key_env: KEY, generation: 0}",
                "line 4, `returning.generation`: `0` is not a generation (expected 1 to 9,999)",
            ),
        ] {
            assert_eq!(with(returning).1, [problem]);
        }
        assert!(
            with("{key_env: KEY, keep: 7d}").1[0].contains("8d to 400d"),
            "{:?}",
            with("{key_env: KEY, keep: 7d}").1
        );
        assert!(!with("hunter2 and more letters").1.concat().contains("hunter2"));
    }

    #[test]
    fn a_zone_that_is_not_what_it_says_is_sound_and_warned_of() {
        let reader = |at: &Cursor<'_>| zone(&at.section("x", &["zone"])?.required("zone", "x")?);
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
    fn a_key_in_place_of_the_name_of_its_variable_is_not_repeated() {
        for keys in ["hunter2 and more letters", "{key_env: hunter2 and more letters}", "{key: hunter2}"] {
            let text = format!(
                "version: 1\nhome_timezone: UTC\nstores: {{exports: {{url: a}}, archive: {{url: b}}}}\nviewer_groups: {keys}\n"
            );
            let (settings, problems) = settings(&text);
            assert!(settings.is_none() && !problems.is_empty());
            assert!(!problems.concat().contains("hunter2"), "{problems:?}");
        }
    }

    #[test]
    fn problems_are_all_told() {
        let reader = |at: &Cursor<'_>| super::read(at, Path::new(""));
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
                         `export_limit`, `lease`, `late_after`, `engine`, `viewer_groups`, `returning`; did you mean `stay_seconds`?)",
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
