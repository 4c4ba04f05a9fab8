//! `covers check`: pictures held against the rules of markets.

use std::io::Write as _;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use crate::rows::events;
use crate::scenario::Scenario;
use crate::snapshots::{answer, is_as_in};

const RULES: &str = "version: 1
rules:
  tall:
    markets: all
    severity: breaks
    look: {measure: aspect, most: 1}
    en: A cover is not wider than high.
    zh: 封面不得宽于高。
    source: our own rule
    checked: true
    adopted: true
  sa_arabic:
    markets: [SA]
    severity: breaks
    language: {includes: [ar]}
    en: Text is in Arabic.
    zh: 文字须为阿拉伯语。
    source: https://example.org/law
    checked: true
    adopted: true
  no_discount:
    markets: [SA]
    severity: warns
    tag: {name: price_tag, none_of: [discount]}
    en: No discount is promised.
    zh: 不承诺折扣。
    source: our own rule
    checked: true
    adopted: true
  few_lines:
    markets: [ID]
    severity: breaks
    look: {measure: text_lines, most: 3}
    en: Three lines of text at most.
    zh: 文字最多三行。
    source: our own rule
    checked: true
    adopted: true
  sa_dress:
    markets: [SA]
    severity: breaks
    tag: {name: skin, any_of: [none, covered]}
    en: Nothing bare.
    zh: 不得裸露。
    source: https://example.org/dress
";

/// A picture with a gradient and a few blocks, as PNG.
fn picture(width: u32, height: u32) -> Vec<u8> {
    let shade = |of: u32, by: u32| u8::try_from(of * 255 / by).unwrap();
    let mut rows = Vec::new();
    for y in 0..height {
        // No filter.
        rows.push(0);
        for x in 0..width {
            let block = (x / 40 + y / 40) % 5 == 0;
            rows.extend(if block { [200, 30, 60] } else { [shade(x, width), shade(y, height), 90] });
        }
    }
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&rows).unwrap();
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", header), (b"IDAT", packed.finish().unwrap()), (b"IEND", Vec::new())] {
        let mut sum = Crc::new();
        sum.update(kind);
        sum.update(&data);
        png.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        png.extend(kind);
        png.extend(data);
        png.extend(sum.sum().to_be_bytes());
    }
    png
}

fn shop() -> Scenario {
    let scenario = Scenario::shop()
        .market("SA", "timezone: Asia/Riyadh, slots: day_parts")
        .market("ID", "timezone: Asia/Jakarta, slots: day_parts");
    scenario.write("config/market_rules.yaml", RULES);
    scenario.write("new/tall.png", picture(320, 400));
    scenario.write("new/wide.png", picture(400, 320));
    scenario
}

#[test]
fn a_cover_that_keeps_the_rules_passes() {
    let scenario = shop();
    let arguments =
        ["covers", "check", "new/tall.png", "--market", "SA", "--language", "ar", "--tag", "price_tag=none"];
    let outcome = scenario.cli(&arguments).exits(0);
    let outcome = outcome.says("new/tall.png: png, 320 × 400\n").says("declared: language=ar, price_tag=none\n");
    outcome
        .says("SA: keeps 3; 1 rule is not adopted and was not asked\n")
        .says("nothing is known of covers that worked");
}

#[test]
fn a_broken_rule_is_told_in_both_languages_with_its_source_and_gives_seven() {
    let scenario = shop();
    let arguments =
        ["covers", "check", "new/wide.png", "--market", "SA", "--language", "en", "--tag", "price_tag=Discount"];
    let outcome = scenario.cli(&arguments).exits(7);
    let outcome = outcome.says("SA: breaks 2, warns 1;").says("    breaks sa_arabic\n");
    let outcome =
        outcome.says("Text is in Arabic. Not kept: `language` is `en`; allowed: one of `ar` must be there.");
    let outcome = outcome.says("文字须为阿拉伯语。不符合：`language` 为 `en`；允许：须含 `ar` 之一。");
    let outcome = outcome.says("source: https://example.org/law").says("    breaks tall\n");
    let outcome = outcome.says("`aspect` is 1.25; allowed: at most 1.").says("    warns no_discount\n");
    assert!(!outcome.stdout.contains("sa_dress"), "{}", outcome.stdout);
}

#[test]
fn both_outcomes_read_as_they_are_kept() {
    let scenario = shop();
    let kept = answer(&scenario, "covers check new/tall.png --market SA --language ar --tag price_tag=none");
    assert!(kept.ends_with("exit code 0"), "{kept}");
    is_as_in("covers_check_kept", &kept);
    let broken = answer(
        &scenario,
        "covers check new/wide.png --market SA --market ID --language en --tag price_tag=discount",
    );
    assert!(broken.ends_with("exit code 7"), "{broken}");
    is_as_in("covers_check_broken", &broken);
}

#[test]
fn what_cannot_be_judged_is_told_and_breaks_only_where_that_is_asked_for() {
    let scenario = shop();
    let arguments = ["covers", "check", "new/tall.png", "--market", "ID", "--market", "SA"];
    let outcome = scenario.cli(&arguments).exits(0);
    let outcome = outcome
        .says("ID: not judged 1, keeps 1\n")
        .says("`text_lines` was not measured; it takes a model of text");
    outcome
        .says("SA: not judged 2, keeps 1;")
        .says("Not judged: `language` is not declared.")
        .says("无法判断：未声明 `language`。");
    scenario.cli(&[&arguments[..], &["--strict"]].concat()).exits(7);
    // A warning that cannot be judged is none.
    let declared = ["covers", "check", "new/tall.png", "--market", "SA", "--language", "ar", "--strict"];
    scenario.cli(&declared).exits(0).says("not judged no_discount");
}

#[test]
fn a_picture_that_cannot_be_measured_is_named_and_the_others_are_checked() {
    let scenario = shop();
    scenario.write("new/none.jpg", "this is no picture");
    let arguments = ["covers", "check", "new/none.jpg", "new/tall.png", "--market", "GB"];
    let outcome = scenario.cli(&arguments).exits(7);
    let outcome = outcome.says("new/none.jpg\n  refused (").says("    not judged tall\n");
    outcome.says("the picture cannot be measured").says("new/tall.png: png, 320 × 400\n  GB: keeps 1\n");
}

#[test]
fn what_makes_no_sense_is_refused_by_name() {
    let scenario = shop();
    let check = |arguments: &[&str], text: &str| {
        let outcome = scenario.cli(&[&["covers", "check"], arguments].concat()).exits(2);
        assert!(outcome.stderr.contains(text), "{}", outcome.stderr);
    };
    check(&["new/nowhere.png", "--market", "SA"], "no such file: `new/nowhere.png`");
    check(&["new", "--market", "SA"], "`new` is a folder");
    check(&["new/tall.png", "--market", "SX"], "unknown market `SX` (known: `GB`, `ID`, `SA`)");
    check(&["new/tall.png", "--market", "SA", "--platform", "tv"], "unknown platform `tv` (known: `shop`)");
    check(&["new/tall.png", "--market", "SA", "--cover", "red"], "unknown cover `red`");
    check(&["new/tall.png", "new/wide.png", "--market", "SA", "--cover", "red"], "names one cover");
    check(&["new/tall.png", "--market", "SA", "--tag", "price"], "expected a name and a value");
    scenario.write("config/market_rules.yaml", RULES.replace("measure: aspect", "measure: skin"));
    let outcome = scenario.cli(&["covers", "check", "new/tall.png", "--market", "SA"]).exits(3);
    assert!(
        outcome.stderr.contains("line 6, `rules.tall.look.measure`: `skin` is not measured"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn the_answer_is_json_where_that_is_asked_for() {
    let scenario = shop();
    let arguments = ["covers", "check", "new/wide.png", "--market", "SA", "--language", "en", "--output", "json"];
    let outcome = scenario.cli(&arguments).exits(7);
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let image = &report["images"][0];
    assert_eq!(
        (&image["path"], &image["width_px"], &image["format"]),
        (&"new/wide.png".into(), &400.into(), &"png".into())
    );
    assert_eq!(image["looks"]["aspect"], 1.25);
    let rules = image["markets"][0]["rules"].as_array().unwrap();
    let told: Vec<[&str; 2]> =
        rules.iter().map(|rule| ["rule", "finding"].map(|key| rule[key].as_str().unwrap())).collect();
    assert_eq!(told, [["sa_arabic", "breaks"], ["tall", "breaks"], ["no_discount", "not judged"]]);
    assert_eq!(image["markets"][0]["not_adopted"], 1);
}

#[test]
fn without_rules_a_picture_is_only_measured() {
    let scenario = Scenario::shop();
    scenario.write("tall.png", picture(320, 400));
    let outcome = scenario.cli(&["covers", "check", "tall.png", "--market", "GB"]).exits(0);
    outcome.says("no rule is asked: there is no `market_rules.yaml`").says("  GB: no adopted rule\n");
}

#[test]
fn every_night_asks_the_rules_of_what_is_on_air_and_the_command_knows_the_picture_again() {
    let rows = "e1 2026-11-20T09:00:00Z show GB r1 red v1 f 25-34 -\ne2 2026-11-20T09:00:02Z tap GB r1 red v1 f 25-34 -\n";
    let scenario = shop().export("shop/2026-11-20/a.csv", events(rows)).at("2026-11-21T03:00:00Z");
    scenario
        .write("config/library.yaml", "version: 1\npictures: {url: pictures}\nsheet: covers.csv\nfaces: false\n");
    scenario.write("config/market_rules.yaml", RULES);
    scenario.write("pictures/red.png", picture(400, 320));
    scenario.write("pictures/covers.csv", "cover_id,price_tag\nred,none\n");
    scenario.run().exits(0).expect_table(
        "cover_checks",
        "market  platform  cover_id  finding     rule  severity  found  allowed    experiment  last_aired
         GB      shop      red       breaks      tall  breaks    1.25   at most 1  –           2026-11-20
         GB      shop      red       not judged  –     –         –      –          –           2026-11-20",
    );
    scenario.cli(&["show", "cover_checks"]).exits(0).says("`aspect` is 1.25;");
    scenario.write("copy.png", picture(400, 320));
    let outcome = scenario.cli(&["covers", "check", "copy.png", "--market", "GB"]).exits(7);
    let outcome =
        outcome.says("copy.png: png, 400 × 320, cover `red` (by its content)\n  declared: price_tag=none\n");
    outcome.says("GB: breaks 1\n").says("not judged: on shop\n").says("no measured cover is proven to work there");
    // The same night again publishes nothing; another rule does.
    scenario.run().exits(0).says("library of covers: 2 current");
    scenario.write("config/market_rules.yaml", RULES.replace("most: 1}", "most: 2}"));
    scenario.run().exits(0).expect_table(
        "cover_checks",
        "cover_id  finding     rule  found
         red       not judged  –     –
         red       keeps       tall  1.25",
    );
}
