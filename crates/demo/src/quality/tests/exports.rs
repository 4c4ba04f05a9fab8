//! The exports have the faults that they promise, and no other demo has any of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;

use crate::tests::files_below;
use crate::truth::STREAMS;
use crate::{Demo, DemoError, DemoRows};

/// The records of the player's exports, by file, without headers.
fn telemetry(dir: &Path) -> BTreeMap<String, Vec<String>> {
    let root = dir.join("exports").join(STREAMS.source);
    let read = |path: std::path::PathBuf| {
        let mut text = String::new();
        GzDecoder::new(&*fs::read(&path).unwrap()).read_to_string(&mut text).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, text.lines().skip(1).map(str::to_owned).collect())
    };
    files_below(&root).into_iter().map(read).collect()
}

#[test]
fn the_player_has_a_file_a_day_with_rows_late_twice_and_broken() {
    let dir = tempfile::tempdir().unwrap();
    let demo = Demo { events: 100_000, quality: true, ..Demo::default() };
    let written = demo.write(dir.path(), &|_| {}).unwrap();
    let files = telemetry(dir.path());
    assert_eq!(files.len(), 10);
    assert_eq!(written.exports, 10 * 5, "four files a day of the platforms, and one of the player");
    let rows: usize = files.values().map(Vec::len).sum();
    assert!(written.rows.abs_diff(100_000 + u64::try_from(rows).unwrap()) < 5000, "{} with {rows}", written.rows);
    let (mut late, mut twice, mut broken, mut seen) = (0, 0, 0, BTreeSet::new());
    for (name, lines) in &files {
        let is_torn = |line: &str| line.split(',').count() != 14;
        let is_broken =
            |line: &str| is_torn(line) || ["E+18", "ZZ", "25:61"].iter().any(|fault| line.contains(fault));
        let here = lines.iter().filter(|line| is_broken(line)).count();
        assert!(here * 100 < lines.len() || here == 0, "{name}: {here} of {}", lines.len());
        broken += here;
        for line in lines.iter().filter(|line| !is_broken(line)) {
            late += usize::from(!line.contains(&name[..10]));
            twice += usize::from(!seen.insert(line.clone()));
            let cells: Vec<&str> = line.split(',').collect();
            let [stalled, watched] = [7, 9].map(|place| cells[place].parse::<u32>().unwrap());
            assert!(stalled <= watched, "no picture stands still for longer than it is watched: {line}");
        }
    }
    assert!(broken >= 5 && (rows / 500..rows / 100).contains(&twice), "{broken}, {twice} of {rows}");
    assert!((rows / 400..rows / 100).contains(&late), "{late} of {rows}");
}

#[test]
fn a_demo_with_quality_is_the_same_every_time_and_another_one() {
    let demo = Demo { events: 20_000, quality: true, ..Demo::default() };
    let read = |demo: &Demo| {
        let dir = tempfile::tempdir().unwrap();
        demo.write(dir.path(), &|_| {}).unwrap();
        let refused = Demo { quality: !demo.quality, ..demo.clone() }.write(dir.path(), &|_| {});
        assert!(matches!(refused, Err(DemoError::AnotherDemo { .. })));
        files_below(dir.path())
            .into_iter()
            .map(|path| (path.strip_prefix(dir.path()).unwrap().to_owned(), fs::read(&path).unwrap()))
            .collect::<BTreeMap<_, _>>()
    };
    let with = read(&demo);
    assert_eq!(with, read(&demo));
    let without = read(&Demo { quality: false, ..demo });
    assert!(
        without.keys().all(|path| with.contains_key(path) && !path.to_string_lossy().contains(STREAMS.source))
    );
    assert!(!without.values().any(|bytes| bytes.windows(9).any(|text| text == b"returning")));
}

#[test]
fn counts_know_no_viewers() {
    let demo = Demo { quality: true, rows: DemoRows::Counts, ..Demo::default() };
    let error = demo.write(Path::new("nowhere"), &|_| {}).unwrap_err();
    assert_eq!(error.to_string(), "`quality` is of viewers, and rows of `counts` know none (expected `events`)");
}
