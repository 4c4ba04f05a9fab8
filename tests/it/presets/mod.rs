//! The platform files that come with the program, each on exports built after what platforms really deliver.
//!
//! Text lies in `tests/fixtures/`, named after what it provokes; workbooks are written here from tables that a person
//! can read. Every expected number was worked out by hand.

mod ads;
mod chinese;
mod own;
mod quality;
mod real_files;
mod shopee_lazada;
mod tiktok_shop;
mod trap;
mod workbook;
mod youtube;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::scenario::{Outcome, Scenario};

/// The folder of the repository.
fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of `tests/fixtures/`.
#[track_caller]
fn fixture(path: &str) -> Vec<u8> {
    let path = repository().join("tests/fixtures").join(path);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A platform file as it is shipped.
fn shipped(platform: &str) -> String {
    fs::read_to_string(repository().join(format!("config/platforms/{platform}.yaml"))).unwrap()
}

/// A shipped platform in these markets, looked at long after its settle time.
fn preset(platform: &str, markets: &[(&str, &str)]) -> Scenario {
    let names: Vec<&str> = markets.iter().map(|(name, _)| *name).collect();
    let scenario = markets.iter().fold(Scenario::new(), |scenario, (name, zone)| {
        scenario.market(name, &format!("timezone: {zone}, slots: day_parts"))
    });
    scenario.platform(platform, &shipped(platform)).job(platform, &names.join(", "), 1).at("2026-12-24T12:00:00Z")
}

/// Settles these local dates.
fn settle<'s>(scenario: &'s Scenario, from: &str, to: &str) -> Outcome<'s> {
    scenario.cli(&["backfill", "nightly", "--from", from, "--to", to])
}

fn platform_files() -> Vec<PathBuf> {
    let files = fs::read_dir(repository().join("config/platforms")).unwrap();
    files.map(|file| file.unwrap().path()).collect()
}

#[test]
fn the_shipped_configuration_has_no_problems() {
    let output = Command::new(env!("CARGO_BIN_EXE_coverledger"))
        .args(["check", "--config", "config", "--jobs", "jobs"])
        .current_dir(repository())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn every_platform_that_is_promised_has_a_file_and_a_section_in_the_documentation() {
    let promised = [
        "agora",
        "app_feed",
        "apsaravideo",
        "conviva",
        "douyin_compass",
        "events",
        "google_ads",
        "kuaishou_ads",
        "lazada_live",
        "meta_ads",
        "mux",
        "player",
        "shopee_live",
        "taobao_live",
        "tiktok_ads",
        "tiktok_ads_manager",
        "tiktok_shop_live",
        "xiaohongshu_notes",
        "youtube",
    ];
    let mut shipped: Vec<String> =
        platform_files().iter().map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    shipped.sort();
    assert_eq!(shipped, promised);
    let documentation = fs::read_to_string(repository().join("docs/PLATFORMS.md")).unwrap();
    for platform in promised {
        assert!(documentation.contains(&format!("(`{platform}`)")), "{platform}");
    }
    for platform in ["Amazon Live", "AliExpress Live"] {
        assert!(documentation.contains(platform), "{platform}");
    }
}
