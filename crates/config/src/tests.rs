//! Whole configurations.

use std::path::Path;

use super::testing::{Tree, WORKING};
use super::*;

fn at_root(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().join(folder)
}

#[test]
fn the_repositorys_own_configuration_is_sound() {
    let workspace = load(&at_root("config"), &at_root("jobs")).unwrap_or_else(|error| panic!("{error}"));
    for market in ["US", "GB", "IN", "ID", "BR", "AU", "JP", "DE", "VN", "PH"] {
        assert!(workspace.markets.contains_key(&coverledger_core::model::MarketId::new(market)), "{market}");
    }
    assert!(workspace.jobs.contains_key("nightly"));
    assert!(workspace.platforms.len() >= 3);
    assert_eq!(workspace.settings.archive, StoreLocation::Folder(at_root("archive")));
}

#[test]
fn a_working_configuration_loads() {
    let workspace = Tree::new(WORKING).load().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(workspace.jobs["nightly"].markets.len(), 2);
}

#[test]
fn every_problem_of_every_file_is_told_at_once() {
    let tree = Tree::new(WORKING);
    tree.write(
        "config/archive.yaml",
        "version: 1\nhome_timezone: Asia/Shanghai\nstores:\n  exports: {url: exports}\n  archive: {url: archive}\n\
         stay_seconds: 60\nstay_seconds: 90\nmax_reject_shre: 0.01\n",
    );
    tree.write(
        "config/markets.yaml",
        "version: 1\nslots:\n  day_parts: {night: \"00:00\", morning: \"06:00\"}\nmarkets:\n  \
         US: {timezone: America/New_York, slots: day_parts}\n  DE: {timezone: Europe/Berln, slots: day_parts}\n",
    );
    tree.write("config/platforms/broken.yaml", "version: 1\nexports: [\n");
    tree.write(
        "jobs/nightly.yaml",
        "version: 1\n\n# what to settle\nplatforms: [tiktok, broken]\nmarkets:\n  - US\n  - DEE\nlookback_days: -3\n",
    );
    tree.write("jobs/weekly.yaml", "version: 1\nplatforms: [tiktok]\nmarkets: [DE]\nlookback_days: 0\n");
    let expected = "\
2 problems in `config/archive.yaml`
  line 7, `stay_seconds`: duplicate key (first on line 6)
  line 8, `max_reject_shre`: unknown key `max_reject_shre` (known: `version`, `home_timezone`, `stores`, `stay_seconds`, \
`max_reject_share`, `max_shrink_share`, `memory`, `threads`, `reject_text_chars`, `reject_viewer_ids`, `spill_dir`, `requests`, `bandwidth`, `open_files`, `export_limit`, `lease`, `late_after`, `engine`, `viewer_groups`, `returning`; did you mean `max_reject_share`?)
1 problem in `config/markets.yaml`
  line 6, `markets.DE.timezone`: `Europe/Berln` is not an IANA time zone (did you mean `Europe/Berlin`?)
1 problem in `config/platforms/broken.yaml`
  line 3: not YAML: did not find expected node content
2 problems in `jobs/nightly.yaml`
  line 7, `markets[1]`: unknown market `DEE` (known: `DE`, `US`; did you mean `DE`?)
  line 8, `lookback_days`: `-3` is not a count of days (expected 1 to 400)
1 problem in `jobs/weekly.yaml`
  line 4, `lookback_days`: `0` is not a count of days (expected 1 to 400)";
    assert_eq!(tree.complaint(), expected);
}

#[test]
fn files_that_are_missing_or_unreadable_are_problems() {
    let tree = Tree::new(WORKING);
    tree.remove("config/archive.yaml");
    tree.remove("jobs/nightly.yaml");
    tree.write("config/markets.yaml", b"version: 1\nmarkets: {US: \xff}\n");
    tree.write("config/market.yaml", "version: 1\n");
    tree.write("config/platforms/old.yml", "version: 1\n");
    tree.write("config/platforms/empty.yaml", "\n");
    tree.write("config/platforms/_x.yaml", WORKING[2].1);
    tree.write("config/platforms/big.yaml", format!("# {}\n", "x".repeat(1 << 20)));
    let expected = "\
1 problem in `config/archive.yaml`
  no such file
1 problem in `config/markets.yaml`
  is not UTF-8 (first broken character on line 2)
1 problem in `config/market.yaml`
  not a file that the program reads (known: `archive.yaml`, `markets.yaml`, `decisions.yaml`, `library.yaml`, `brief.yaml`, `notifications.yaml`, `market_rules.yaml`, `platforms/`; did you mean `markets.yaml`?)
1 problem in `config/platforms/_x.yaml`
  the file's name names the platform, and `_x` is not a usable name (expected 1 to 64 of A–Z a–z 0–9 `_` `.` `-`, starting with \
a letter or digit)
1 problem in `config/platforms/big.yaml`
  is larger than 1 MiB; a configuration is not
1 problem in `config/platforms/empty.yaml`
  is empty
1 problem in `config/platforms/old.yml`
  ends in `.yml` (expected `.yaml`; rename it)
1 problem in `jobs`
  holds no `.yaml` file (expected one for each job; `--jobs` names the folder)";
    assert_eq!(tree.complaint(), expected);
}

#[test]
fn names_that_differ_by_case_only_are_refused_wherever_they_name_a_folder_or_a_file() {
    let tree = Tree::new(WORKING);
    let text = |name: &str| WORKING.iter().find(|(file, _)| *file == name).unwrap().1;
    tree.write("config/platforms/TikTok.yaml", text("config/platforms/tiktok.yaml"));
    tree.write("jobs/Nightly.yaml", text("jobs/nightly.yaml"));
    let complaint = tree.complaint();
    for (what, name, other) in [("platform", "tiktok", "TikTok"), ("job", "nightly", "Nightly")] {
        let expected =
            format!("the file's name names the {what}, and `{name}` differs from `{other}` by case only");
        assert!(complaint.contains(&expected), "{complaint}");
    }
}

#[test]
fn a_missing_folder_says_how_to_get_one() {
    let tree = Tree::new(&[]);
    let expected =
        "1 problem in `config`\n  no such folder (`--config` names it; `coverledger demo` writes one that works)";
    assert_eq!(tree.complaint(), expected);
}

#[test]
fn no_text_makes_reading_panic() {
    use proptest::prelude::*;
    let pieces = prop::sample::select(vec![
        "a",
        ": ",
        "\n",
        "  ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&a ",
        "*a",
        "!t ",
        "'",
        "\"",
        "|",
        ">",
        "#",
        "? ",
        "---",
        "...",
        "\t",
        "version: 1\n",
        "%",
        "\u{feff}",
        "é",
        "\0",
        "1",
        "~",
        "<<",
        "\r\n",
    ]);
    proptest!(|(parts in prop::collection::vec(pieces, 0..40))| {
        let _ = yaml::parse(&parts.concat());
    });
}

#[test]
fn a_character_that_only_looks_like_yaml_is_named_with_its_line() {
    let with = |file: &str, text: &str| {
        let tree = Tree::new(WORKING);
        tree.write(file, text);
        tree.complaint()
    };
    let colon =
        with("jobs/nightly.yaml", "# 全角：\nversion: 1\nplatforms： [tiktok]\nmarkets: [US]\nlookback_days: 7\n");
    let expected =
        "  line 3: not YAML: could not find expected ':'; `：` is a full-width colon (YAML wants `:` and a space)";
    assert_eq!(colon.lines().nth(1), Some(expected));
    let comma =
        with("jobs/nightly.yaml", "version: 1\nplatforms: [tiktok]\nmarkets: [US，GB]\nlookback_days: 7\n");
    assert!(
        comma.contains("line 3, `markets[0]`: ") && comma.contains("`，` is a full-width comma (YAML wants `,`)"),
        "{comma}"
    );
    let space =
        with("jobs/nightly.yaml", "version:\u{3000}1\nplatforms: [tiktok]\nmarkets: [US]\nlookback_days: 7\n");
    assert!(space.contains("line 1: ") && space.contains("a full-width space"), "{space}");
    let quote = with(
        "jobs/nightly.yaml",
        "version: 1\nschedule: {cron: “30 3 * * *”, timezone: UTC}\nplatforms: [tiktok]\nmarkets: [US]\nlookback_days: 7\n",
    );
    assert!(quote.contains("line 2, `schedule.cron`: ") && quote.contains("`“` is a curly quote"), "{quote}");
}
