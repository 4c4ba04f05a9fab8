//! `covers list`, `covers show` and `covers similar` on a small library that was written by hand.

use std::io::Write;

use coverledger::model::{ColumnType, PictureHash, TableName};
use coverledger::report;
use coverledger_picture::{Eye, Limits};
use polars::prelude::*;
use serde_json::{Value as Json, json};

use crate::scenario::Scenario;

/// A table with these rows; columns that a row does not name are null.
fn made(table: TableName, rows: &[Json]) -> Vec<u8> {
    let column = |spec: coverledger::model::ColumnSpec| {
        let name = spec.name.to_string();
        let values = || rows.iter().map(|row| &row[&name]);
        let days = |text: &str| text.parse::<jiff::civil::Date>().unwrap();
        match spec.of_type {
            ColumnType::Text => Column::new(name.as_str().into(), values().map(Json::as_str).collect::<Vec<_>>()),
            ColumnType::Whole => Column::new(name.as_str().into(), values().map(Json::as_i64).collect::<Vec<_>>()),
            ColumnType::Float => Column::new(name.as_str().into(), values().map(Json::as_f64).collect::<Vec<_>>()),
            ColumnType::Truth => {
                Column::new(name.as_str().into(), values().map(Json::as_bool).collect::<Vec<_>>())
            }
            ColumnType::Day => {
                let since = jiff::civil::date(1970, 1, 1);
                let days = values().map(|value| value.as_str().map(|text| (days(text) - since).get_days()));
                let column = Column::new(name.as_str().into(), days.collect::<Vec<_>>());
                column.cast(&DataType::Date).unwrap()
            }
            ColumnType::Instant | ColumnType::WallTime => panic!("no table of the library has one"),
        }
    };
    let mut frame = DataFrame::new(rows.len(), table.spec().columns().into_iter().map(column).collect()).unwrap();
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
    assert_eq!(report::read(table, &[bytes.clone().into()]).unwrap().height(), rows.len());
    bytes
}

/// A hash of 144 comparisons of which so many of the first are turned over.
fn hash(turned: usize) -> String {
    let mut brighter = [0x5a_u8; 18];
    for bit in 0..turned {
        brighter[bit / 8] ^= 1 << (bit % 8);
    }
    PictureHash::new(brighter, brighter.map(|byte| !byte)).to_string()
}

fn picture(key: &str, text_share: f64, turned: usize) -> Json {
    json!({
        "picture": key, "etag": "1", "size_bytes": 1000, "sha256": "00", "measured_by": "0", "state": "measured", "format": "jpeg",
        "width_px": 1080, "height_px": 1350, "thumbnail": "ab".repeat(32), "colours": "#c81e28 0.42, #f0f0f0 0.31",
        "aspect": 0.8, "colourfulness": 40.0 + 100.0 * text_share, "saturation": 0.4 + text_share, "brightness": 60.0 - text_share, "contrast": 20.0 + text_share,
        "sharpness": 100.0 * text_share, "clutter": text_share, "symmetry": 0.2 + text_share, "subject_share": 0.1, "text_share": text_share,
        "text_method": "PP-OCRv4", "face_method": "rustface", "faces": 1.0,
        "hash": hash(turned), "hash_trimmed": hash(turned), "hash_centre": hash(turned), "hash_heart": hash(turned),
        "hash_mirrored": hash(turned),
    })
}

struct Row<'a>(&'a str, &'a str, &'a str, &'a str, f64, i64);

/// A row of `cover_history`: cover, platform, market, slot, the shrunken CTR, and for how many days it has rested.
fn history(Row(cover, platform, market, slot, ctr, rested): Row<'_>) -> Json {
    let last = jiff::civil::date(2026, 11, 20).checked_sub(jiff::Span::new().days(rested)).unwrap();
    json!({
        "as_of": "2026-11-20", "platform": platform, "market": market, "level": "cover", "cover_id": cover, "slot": slot,
        "first_aired": "2026-11-01", "last_aired": last.to_string(), "days": 5, "broadcasts": 9, "until": "2026-11-20",
        "rested_days": rested, "impressions": 1000, "clicks": 50, "entries": 40, "entrants": 40, "stays": 20,
        "ctr": ctr, "ctr_shrunken": ctr, "ctr_shrunken_low": ctr - 0.01, "ctr_shrunken_high": ctr + 0.01,
        "fatigue": "fading", "half_life_days": 9.0, "half_life_days_low": 7.5, "half_life_days_high": 12.0,
        "impression_basis": "displays", "click_event": "cover_tap", "provisional": false, "revision": 1,
        "reason_en": format!("{cover} loses half of its rate in 9 days on air."), "reason_zh": format!("{cover} 播出 9 天后点击率减半。"),
    })
}

fn library() -> Scenario {
    let scenario =
        Scenario::shop().market("US", "timezone: America/New_York, slots: day_parts").job("shop", "GB, US", 1);
    let covers = [
        json!({"cover_id": "red", "picture": "red.jpg", "sha256": "00", "name": "Red dress", "theme": "dress", "tags": "{\"season\": \"autumn\"}",
            "family": "dresses", "family_source": "declared", "proposed": "loud",
            "contradiction_en": "Its picture is like none of its family.", "contradiction_zh": "该图片与同系列不相似。"}),
        json!({"cover_id": "blue", "picture": "blue.jpg", "sha256": "00", "theme": "dress", "family": "dresses", "family_source": "declared"}),
        json!({"cover_id": "loud", "picture": "loud.jpg", "sha256": "00", "theme": "sale"}),
        json!({"cover_id": "torn", "picture": "torn.jpg", "sha256": "00"}),
        json!({"cover_id": "bare", "name": "Never drawn"}),
    ];
    let torn = json!({"picture": "torn.jpg", "etag": "1", "size_bytes": 9, "measured_by": "0", "state": "refused", "reason": "truncated",
        "reason_text": "the JPEG ends before its end"});
    let pictures =
        [picture("red.jpg", 0.02, 0), picture("blue.jpg", 0.08, 12), picture("loud.jpg", 0.31, 28), torn];
    let rows = [
        history(Row("red", "shop", "GB", "all", 0.05, 20)),
        history(Row("red", "shop", "GB", "prime", 0.06, 20)),
        history(Row("blue", "shop", "GB", "all", 0.07, 3)),
        history(Row("loud", "shop", "GB", "all", 0.02, 30)),
        history(Row("torn", "shop", "GB", "all", 0.04, 15)),
        history(Row("red", "shop", "US", "all", 0.03, 1)),
    ];
    scenario.write("archive/covers/part.parquet", made(TableName::Covers, &covers));
    scenario.write("archive/pictures/part.parquet", made(TableName::Pictures, &pictures));
    scenario.write("archive/cover_history/as_of=2026-11-20/part.parquet", made(TableName::CoverHistory, &rows));
    scenario
}

/// The covers of a list, in its order.
fn listed(scenario: &Scenario, more: &[&str]) -> Vec<String> {
    let text = scenario.cli(&[&["covers", "list", "--output", "json"], more].concat()).exits(0).stdout;
    let rows: Vec<Json> = serde_json::from_str(&text).unwrap();
    rows.iter().map(|row| row["cover_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_list_is_by_place_and_says_as_of_when_and_why_not() {
    let scenario = library();
    let text = scenario.cli(&["covers", "list"]).exits(0).stdout;
    assert!(
        text.starts_with("as of 2026-11-20, the last local date that is published anywhere; 5 covers"),
        "{text}"
    );
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("`{part}` is not in\n{text}"));
    // Within a place the best first; those that were on air nowhere last.
    let order = [
        "shop in GB, all slots",
        "\n blue ",
        "\n red ",
        "\n torn ",
        "\n loud ",
        "shop in US",
        "not on air yet, anywhere",
        "\n bare ",
    ];
    let places: Vec<usize> = order.iter().map(|part| at(part)).collect();
    assert!(places.is_sorted(), "{text}");
    assert!(text.contains("7.00  6.00–8.00") && text.contains("9.0 d  7.5–12.0"), "{text}");
    assert!(text.contains("text_share: picture refused: the JPEG ends before its end"), "{text}");
    assert!(text.contains("text_share: no picture") && text.contains("effective_ctr: no proportion"), "{text}");
    assert!(text.contains("an impression is of `displays`, a click a `cover_tap`"), "{text}");
    assert!(text.contains("not drawn by lot"), "{text}");
}

#[test]
fn covers_are_chosen_by_place_rest_text_family_tag_and_words() {
    let scenario = library();
    assert_eq!(listed(&scenario, &["--market", "GB"]), ["blue", "red", "torn", "loud"]);
    assert_eq!(listed(&scenario, &["--market", "GB", "--slot", "prime"]), ["red"]);
    assert_eq!(listed(&scenario, &["--market", "GB", "--rested", "16d"]), ["red", "loud"]);
    assert_eq!(listed(&scenario, &["--market", "GB", "--rested"]), ["red", "torn", "loud"], "14 days by default");
    assert_eq!(listed(&scenario, &["--market", "GB", "--text", "under", "10%"]), ["blue", "red"]);
    assert_eq!(listed(&scenario, &["--market", "GB", "--text", "over 10%"]), ["loud"]);
    assert_eq!(listed(&scenario, &["--family", "dresses", "--platform", "shop"]), ["blue", "red", "red"]);
    assert_eq!(listed(&scenario, &["--market", "GB", "--tag", "theme=dress", "--tag", "season=autumn"]), ["red"]);
    assert_eq!(listed(&scenario, &["--search", "DRESS", "red"]), ["red", "red"]);
    assert_eq!(listed(&scenario, &["--search", "never"]), ["bare"]);
    assert_eq!(listed(&scenario, &["--market", "GB", "--sort", "last-aired"]), ["blue", "torn", "red", "loud"]);
    assert_eq!(listed(&scenario, &["--limit", "1"]), ["blue", "red", "bare"], "of each place");
    let left_out = scenario.cli(&["covers", "list", "--text", "under 10%"]).exits(0).stdout;
    assert!(left_out.contains("left out, because their share of text is not known: 2 covers"), "{left_out}");
}

#[test]
fn names_that_nobody_knows_are_mistakes() {
    let scenario = library();
    for (more, said) in [
        (&["--market", "GBB"][..], "there is no market `GBB` (known: `GB`, `US`; did you mean `GB`?)"),
        (&["--platform", "shp"], "there is no platform `shp` (known: `shop`; did you mean `shop`?)"),
        (&["--slot", "prim"], "did you mean `prime`?"),
        (&["--family", "dress"], "there is no family `dress` (known: `dresses`"),
        (&["--tag", "them=dress"], "there is no tag `them` (known: `season`, `theme`; did you mean `theme`?)"),
        (
            &["--tag", "theme=dres"],
            "there is no cover whose `theme` is `dres` (known: `dress`, `sale`; did you mean `dress`?)",
        ),
        (
            &["--text", "below 10%"],
            "`below 10%` is no bound on a share (expected such as `under 10%` or `over 5%`)",
        ),
    ] {
        let told = scenario.cli(&[&["covers", "list"], more].concat()).exits(2).stderr;
        assert!(told.contains(said), "`{said}` is not in\n{told}");
    }
    let told = scenario.cli(&["covers", "show", "rd"]).exits(2).stderr;
    assert!(
        told.contains(
            "there is no cover `rd` (known: `bare`, `blue`, `loud`, `red`, `torn`; did you mean `red`?)"
        ),
        "{told}"
    );
    assert!(scenario.cli(&["covers", "list", "--rested", "7h"]).exits(2).stderr.contains("expected whole days"));
}

#[test]
fn a_cover_is_shown_with_all_that_is_published_of_it() {
    let scenario = library();
    let text = scenario.cli(&["covers", "show", "red"]).exits(0).stdout;
    for said in [
        "as of 2026-11-20",
        "`red`, Red dress",
        "declared: season autumn, theme dress",
        "family: `dresses`, declared in the sheet, with `blue`",
        "may be versions of it, for a person to declare: `loud`",
        "Its picture is like none of its family.",
        "该图片与同系列不相似。",
        "picture: `red.jpg`, 1080 × 1350 pixels, jpeg",
        "main colours with their shares: #c81e28 0.42, #f0f0f0 0.31",
        "text told by PP-OCRv4",
        "not told by `PP-OCRv4`",
        "5.00  4.00–6.00",
        "red loses half of its rate in 9 days on air.",
        "red 播出 9 天后点击率减半。",
    ] {
        assert!(text.contains(said), "`{said}` is not in\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "nothing is drawn where there is no terminal");
    let refused = scenario.cli(&["covers", "show", "torn"]).exits(0).stdout;
    assert!(refused.contains("picture: `torn.jpg`, refused: the JPEG ends before its end"), "{refused}");
    let bare = scenario.cli(&["covers", "show", "bare"]).exits(0).stdout;
    assert!(
        bare.contains("picture: none is in the catalogue") && bare.contains("not on air anywhere yet"),
        "{bare}"
    );
    let in_us = scenario.cli(&["covers", "show", "red", "--market", "US"]).exits(0).stdout;
    assert!(in_us.contains("3.00  2.00–4.00") && !in_us.contains("5.00  4.00–6.00"), "{in_us}");
}

#[test]
fn a_list_for_programs_has_every_figure_and_the_reason_of_each_gap() {
    let scenario = library();
    let text = scenario.cli(&["covers", "list", "--output", "json"]).exits(0).stdout;
    let rows: Vec<Json> = serde_json::from_str(&text).unwrap();
    let of = |cover: &str| rows.iter().find(|row| row["cover_id"] == cover).unwrap();
    let blue = of("blue");
    assert_eq!(
        (&blue["as_of"], &blue["ctr_shrunken"], &blue["impressions"]),
        (&json!("2026-11-20"), &json!(0.07), &json!(1000))
    );
    assert_eq!((&blue["text_share"], &blue["half_life_days_low"]), (&json!(0.08), &json!(7.5)));
    assert_eq!(of("bare")["ctr"], Json::Null);
    assert!(of("bare")["not_told"].as_str().unwrap().starts_with("not on air yet; aspect, "), "{}", of("bare"));
    let csv = scenario.cli(&["covers", "list", "--output", "csv"]).exits(0).stdout;
    assert_eq!(csv.lines().count(), rows.len() + 1);
}

/// A PNG of stripes, the lower half lighter.
fn png(side: u32) -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..side {
        // No filter.
        rows.push(0);
        for x in 0..side {
            let light = if (x / 9) % 2 == 0 { 40 } else { 160 } + if y > side / 2 { 60 } else { 0 };
            rows.extend([light, light / 2, 90]);
        }
    }
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(&rows).unwrap();
    let mut header = [side.to_be_bytes(), side.to_be_bytes()].concat();
    header.extend([8, 2, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in [(b"IHDR", header), (b"IDAT", zlib.finish().unwrap()), (b"IEND", Vec::new())] {
        let mut crc = flate2::Crc::new();
        crc.update(name);
        crc.update(&data);
        png.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        png.extend(name);
        png.extend(&data);
        png.extend(crc.sum().to_be_bytes());
    }
    png
}

#[test]
fn a_picture_is_found_among_its_versions_and_beside_what_looks_like_it() {
    let scenario = library();
    let file = png(270);
    let seen = Eye::new(Limits::default(), None, true).unwrap().look(&file).unwrap();
    let mut red = picture("red.jpg", 0.02, 0);
    for (name, hash) in [
        ("hash", seen.hashes.whole),
        ("hash_trimmed", seen.hashes.trimmed),
        ("hash_centre", seen.hashes.centre),
        ("hash_heart", seen.hashes.heart),
        ("hash_mirrored", seen.hashes.mirrored),
    ] {
        red[name] = json!(hash.to_string());
    }
    let pictures = [red, picture("blue.jpg", 0.08, 12), picture("loud.jpg", 0.31, 28)];
    scenario.write("archive/pictures/part.parquet", made(TableName::Pictures, &pictures));
    scenario.write("new.png", &file);
    let text = scenario.cli(&["covers", "similar", "new.png"]).exits(0).stdout;
    assert!(text.contains("`new.png`: png, 270 × 270 pixels, text on "), "{text}");
    let versions = text.split("versions of it").nth(1).unwrap().split("look most like it").next().unwrap();
    assert!(versions.contains("\n red ") && versions.contains(" 0   linked"), "{text}");
    assert!(versions.contains("shop in GB") && versions.contains("5.00  4.00–6.00"), "{text}");
    let nearest = text.split("look most like it").nth(1).unwrap();
    let names = |part: &str, cover: &str| part.lines().any(|line| line.starts_with(&format!(" {cover} ")));
    assert!(names(nearest, "blue") && names(nearest, "loud") && !names(nearest, "red"), "{text}");
    let only_us =
        scenario.cli(&["covers", "similar", "new.png", "--market", "US", "--limit", "1"]).exits(0).stdout;
    assert!(only_us.contains("3.00  2.00–4.00") && only_us.contains("not on air there"), "{only_us}");
    scenario.write("torn.png", &file[..200]);
    let torn = scenario.cli(&["covers", "similar", "torn.png"]).exits(2).stderr;
    assert!(torn.starts_with("error: `torn.png` is not measured: "), "{torn}");
    let gone = scenario.cli(&["covers", "similar", "gone.png"]).exits(2).stderr;
    assert!(gone.contains("`gone.png`"), "{gone}");
}

#[test]
fn without_a_library_it_is_said_so() {
    let scenario = Scenario::shop();
    scenario.write("archive/.keep", "");
    for command in [&["covers", "list"][..], &["covers", "show", "red"], &["covers", "similar", "new.jpg"]] {
        scenario.cli(command).exits(0).says("the archive has no library of covers");
    }
    let programs = scenario.cli(&["covers", "list", "--output", "json"]).exits(0);
    assert_eq!(programs.stdout, "[]\n");
    assert!(programs.stderr.contains("no library of covers"), "{}", programs.stderr);
}
