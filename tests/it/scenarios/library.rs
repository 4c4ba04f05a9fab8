//! The catalogue of pictures: what a night measures, what it leaves as it is, and what it tells.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::sameness::same;
use super::upgrading;
use crate::rows::events;
use crate::scenario::Scenario;

const LIBRARY: &str = "version: 1\npictures: {url: pictures}\nfaces: false\n";
const SHEET: &str = "version: 1\npictures: {url: pictures}\nsheet: covers.csv\nfaces: false\n";

/// A PNG of these pixels.
fn png(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 3]) -> Vec<u8> {
    let mut lines = Vec::new();
    for y in 0..height {
        lines.push(0);
        lines.extend((0..width).flat_map(|x| pixel(x, y)));
    }
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&lines).unwrap();
    png_of(width, height, &packed.finish().unwrap())
}

/// A PNG whose header says this, whatever its data.
fn png_of(width: u32, height: u32, data: &[u8]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    for (name, body) in [(b"IHDR", head.as_slice()), (b"IDAT", data), (b"IEND", &[])] {
        let named = [&name[..], body].concat();
        let mut crc = flate2::Crc::new();
        crc.update(&named);
        file.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
        file.extend(&named);
        file.extend(crc.sum().to_be_bytes());
    }
    file
}

/// A picture like no other: squares whose colours follow from its number.
fn picture(number: u32) -> Vec<u8> {
    sized_picture(number, 96, 120)
}

fn sized_picture(number: u32, width: u32, height: u32) -> Vec<u8> {
    png(width, height, |x, y| {
        let square = (x * 6 / width) * 31 + (y * 6 / height) * 17 + number * 101;
        let mixed = square.wrapping_mul(2_654_435_761).rotate_left(number % 31);
        [mixed.to_be_bytes()[0], mixed.to_be_bytes()[1], mixed.to_be_bytes()[2]]
    })
}

/// A shop with a day of exports, and pictures to be looked at.
fn shop(library: &str) -> Scenario {
    let rows = "e1 2026-11-20T09:00:00Z show GB r1 red v1 f 25-34 -\ne2 2026-11-20T09:00:02Z tap GB r1 red v1 f 25-34 -\n";
    let scenario = Scenario::shop().export("shop/2026-11-20/a.csv", events(rows)).at("2026-11-21T03:00:00Z");
    scenario.write("config/library.yaml", library);
    scenario.write("pictures/red.png", picture(1));
    scenario.write("pictures/2026/blue.png", picture(2));
    scenario
}

/// A terminal that answers no question: `script` gives the program one, and nobody types.
#[test]
fn a_picture_is_drawn_on_a_terminal_without_asking_what_it_can() {
    let scenario = shop(LIBRARY);
    scenario.run().exits(0);
    let drawn = |terminal: &str| {
        let program = scenario.command(&["covers", "show", "red"]);
        let words: Vec<String> = std::iter::once(program.get_program())
            .chain(program.get_args())
            .map(|word| format!("'{}'", word.to_str().unwrap()))
            .collect();
        let output = Command::new("timeout")
            .args(["60", "script", "-qec", &words.join(" "), "/dev/null"])
            .current_dir(scenario.path("."))
            .env("TERM", terminal)
            .env_remove("TERM_PROGRAM")
            .env_remove("LC_TERMINAL")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let blocks = drawn("xterm-256color");
    assert!(blocks.contains('▄') && blocks.contains("picture: `red.png`"), "{blocks}");
    // Neither which picture protocol it speaks, nor what it is.
    assert!(!blocks.contains("\x1b_G") && !blocks.contains("\x1b[c"), "{blocks:?}");
    let plain = drawn("dumb");
    assert!(!plain.contains('\x1b') && plain.contains("picture: `red.png`"), "{plain:?}");
}

#[test]
fn a_night_measures_what_is_new_and_the_next_one_nothing() {
    let scenario = shop(SHEET);
    scenario.write(
        "pictures/covers.csv",
        "封面ID,文件,主题,语言,系列,mood\nred,,gift,en,reds,warm\n77,blue.png,sale,id,,\nlost,gone.png,sale,,,\n",
    );
    scenario
        .run()
        .exits(0)
        .says("library of covers: 3 published")
        .says("note: catalogue: 2 pictures, 2 new, 2 looked at\n")
        .says("note: catalogue: `covers.csv`, line 4: the file `gone.png` of the cover `lost` is not in the store of pictures")
        .expect_table(
            "pictures",
            "picture        state     format  width_px  height_px  reason
             2026/blue.png  measured  png     96        120        –
             red.png        measured  png     96        120        –",
        )
        .expect_table(
            "covers",
            "cover_id  picture        theme  language  declared_family  tags             family  family_source
             77        2026/blue.png  sale   id        –                {}               –       –
             lost      –              sale   –         –                {}               –       –
             red       red.png        gift   en        reds             {\"mood\":\"warm\"}  reds    declared",
        );
    let first = scenario.archive();
    assert_eq!(first.keys().filter(|key| key.starts_with("_thumbnails/")).count(), 2);
    scenario.run().exits(0).says("library of covers: 2 current").says("note: catalogue: 2 pictures, none new\n");
    same(&first, &scenario.archive(), "a second run");
    scenario.cli(&["verify"]).exits(0).says("2 thumbnails checked").says("0 problems");
    scenario.cli(&["show", "pictures"]).exits(0).says("2026/blue.png").says("measured");
    scenario.cli(&["show", "covers"]).exits(0).says("red.png").says("declared");
    scenario.cli(&["check"]).exits(0).says("3 covers in its sheet");
    scenario.cli(&["status"]).exits(0).says("library of covers: catalogue: revision 1, 2 pictures of 3 covers\n");
    let at = jiff::Timestamp::now().to_string();
    scenario.cli(&["snapshot", "--as-of", &at]).exits(0).says("pictures\tcatalogue\t1\t");
    // Nothing of it is old enough to go, and thumbnails never are.
    scenario.cli(&["prune", "--older-than", "400d"]).exits(0);
    same(&first, &scenario.archive(), "pruning");
}

#[test]
fn without_the_file_there_is_no_library_and_everything_else_is_the_same() {
    let (with, without) = (shop(LIBRARY), shop(LIBRARY));
    std::fs::remove_file(without.path("config/library.yaml")).unwrap();
    with.run().exits(0).says("library of covers");
    let outcome = without.run().exits(0);
    assert!(!outcome.stdout.contains("library") && !outcome.stdout.contains("catalogue"), "{}", outcome.stdout);
    let is_of_the_library = |name: &String| {
        let folders = ["pictures/", "covers/", "_thumbnails/", "cover_", "next_tests/", "_receipts/_library/"];
        folders.iter().any(|folder| name.starts_with(folder)) || name.contains("/_covers/")
    };
    let mut rest = with.archive();
    let library: Vec<String> = rest.keys().filter(|name| is_of_the_library(name)).cloned().collect();
    // Seven tables, two thumbnails, and receipts of the catalogue, the month and the date.
    assert_eq!(library.len(), 12, "{library:?}");
    let plain = without.archive();
    // The other names are those of its tables by their content.
    rest.retain(|name, _| !is_of_the_library(name) && plain.contains_key(name));
    same(&plain, &rest, "the library");
}

#[test]
fn a_copy_under_another_name_is_not_measured_again() {
    let scenario = shop(LIBRARY);
    scenario.run().exits(0);
    scenario.write("pictures/red_id.png", picture(1));
    scenario.write("pictures/twice/red_th.png", picture(1));
    scenario.run().exits(0).says("note: catalogue: 4 pictures, 2 new, 0 looked at");
    scenario.write("pictures/a.png", picture(3));
    scenario.write("pictures/b.png", picture(3));
    std::fs::remove_file(scenario.path("pictures/red_id.png")).unwrap();
    scenario.run().exits(0).says("note: catalogue: 5 pictures, 2 new, 1 gone, 1 looked at").expect_table(
        "covers",
        "cover_id  picture           family  family_source
         a         a.png             a       linked
         b         b.png             a       linked
         blue      2026/blue.png     –       –
         red       red.png           red     linked
         red_th    twice/red_th.png  red     linked",
    );
}

#[test]
fn a_picture_is_measured_anew_when_it_or_the_way_of_measuring_changes() {
    let scenario = shop(LIBRARY);
    scenario.run().exits(0);
    scenario.write("pictures/red.png", picture(9));
    scenario.run().exits(0).says("2 pictures, 0 new, 1 looked at");
    scenario.write("config/library.yaml", format!("{LIBRARY}limits: {{side: 4000}}\n"));
    scenario.run().exits(0).says("2 pictures, 0 new, 2 looked at");
    // What says nothing of pictures does not measure them anew.
    scenario.write(
        "config/library.yaml",
        format!("{LIBRARY}limits: {{side: 4000}}\nfamilies: {{link: 10}}\nrested: 20d\n"),
    );
    scenario.run().exits(0).says("2 pictures, 0 new, 0 looked at");
    scenario.write("config/library.yaml", format!("{LIBRARY}limits: {{side: 100}}\n"));
    scenario.run().exits(0).says("2 refused").expect_table(
        "pictures",
        "picture        state    reason
         2026/blue.png  refused  side_too_long
         red.png        refused  side_too_long",
    );
}

#[test]
fn another_release_of_the_catalogue_measures_no_picture_anew() {
    let scenario = shop(SHEET);
    scenario.write("pictures/covers.csv", "cover_id,name,中文名\nred,Red,红裙\n");
    let named = "cover_id  name  name_zh
         blue      –     –
         red       Red   红裙";
    scenario.run().exits(0).says("2 pictures, 2 new, 2 looked at").expect_table("covers", named);
    upgrading::rewrite(&scenario, |receipt| {
        if receipt["content"]["unit"]["kind"] == "catalogue" {
            receipt["content"]["numbers_version"] = 1.into();
        }
    });
    scenario.run().exits(0).says("2 pictures, 0 new, 0 looked at").expect_table("covers", named);
}

#[test]
fn pictures_that_cannot_be_measured_are_named_and_the_night_goes_on() {
    let scenario = shop("version: 1\npictures: {url: pictures}\nfaces: false\nlimits: {file: 64KiB}\n");
    let whole = picture(5);
    scenario.write("pictures/half.png", &whole[..whole.len() / 2]);
    scenario.write("pictures/avif.jpg", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf");
    scenario.write("pictures/bomb.png", png_of(60_000, 60_000, &[0x78, 0x9c, 3, 0, 0, 0, 0, 1]));
    scenario.write("pictures/drawing.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
    scenario.write("pictures/huge.png", vec![7; 65 << 10]);
    scenario.write("pictures/notes.txt", "not a picture, and not looked at");
    scenario.write("pictures/.DS_Store", "nor this");
    scenario
        .run()
        .exits(0)
        .says("1 market-days: 1 published")
        .says("7 pictures, 7 new, 6 looked at, 5 refused (`coverledger show pictures` says why)")
        .says("note: catalogue: `bomb.png` is refused: it is 60000 × 60000 pixels")
        .expect_table(
            "pictures",
            "picture        state     reason
             2026/blue.png  measured  –
             avif.jpg       refused   is_avif
             bomb.png       refused   side_too_long
             drawing.svg    refused   is_svg
             half.png       refused   cut_short
             huge.png       refused   file_too_large
             red.png        measured  –",
        );
    // They are not looked at again, nor told again one by one.
    let outcome = scenario.run().exits(0).says("7 pictures, none new, 5 refused");
    assert!(!outcome.stdout.contains("bomb.png"), "{}", outcome.stdout);
}

#[test]
fn a_store_of_pictures_that_is_not_there_takes_nothing_from_the_night() {
    let scenario = shop(LIBRARY);
    std::fs::rename(scenario.path("pictures"), scenario.path("elsewhere")).unwrap();
    scenario
        .run()
        .exits(6)
        .says("1 market-days: 1 published")
        .says("1 failed")
        .says("not up to date: catalogue: ")
        .says("pictures");
    assert!(!scenario.path("archive/pictures").exists());
    std::fs::rename(scenario.path("elsewhere"), scenario.path("pictures")).unwrap();
    scenario.run().exits(0).says("1 market-days: 1 current").says("library of covers: 2 published");
}

#[test]
fn another_model_of_text_is_told_before_any_picture_is_looked_at() {
    let sha256 = "0".repeat(64);
    let scenario = shop(&format!("{LIBRARY}text_model: {{path: models/det.onnx, sha256: {sha256}}}\n"));
    scenario.run().exits(6).says("1 market-days: 1 published").says("models/det.onnx` cannot be read");
    scenario.write("models/det.onnx", "another");
    scenario.run().exits(6).says("1 market-days: 1 current").says(&format!("`library.yaml` says `{sha256}`"));
    scenario.cli(&["check"]).exits(0).says("warning: library: the model of text").says("has the SHA-256");
    assert!(!scenario.path("archive/_thumbnails").exists());
}

#[test]
fn a_sheet_that_is_none_leaves_the_catalogue_as_it_was() {
    let scenario = shop(SHEET);
    scenario.run().exits(6).says("the sheet `covers.csv` is not in the store of pictures");
    scenario.write("pictures/covers.csv", "cover_id,theme\nred,gift\n");
    scenario.run().exits(0).says("library of covers: 2 published");
    let first = scenario.archive();
    scenario.write("pictures/covers.csv", "theme,mood\ngift,warm\n");
    scenario
        .run()
        .exits(6)
        .says("the sheet `covers.csv` cannot be read: line 1: its header names no covers: `theme`, `mood`")
        .says("the catalogue stays what it was");
    same(&first, &scenario.archive(), "a broken sheet");
    scenario.cli(&["check"]).exits(0).says("warning: library: the sheet `covers.csv` cannot be read");
    // A row that is wrong costs itself only.
    scenario.write("pictures/covers.csv", "cover_id,theme\nred,sale\nred,gift\n,gift\nblue,gift\n");
    scenario
        .run()
        .exits(0)
        .says("note: catalogue: `covers.csv`, line 3: the cover `red` is declared in line 2")
        .says("note: catalogue: `covers.csv`, line 4: it names no cover")
        .expect_table("covers", "cover_id  theme\nblue      gift\nred       sale");
    // Tonight only a picture is new: what the sheet says is known.
    scenario.write("pictures/green.png", picture(4));
    scenario
        .run()
        .exits(0)
        .says("3 pictures, 1 new, 1 looked at")
        .expect_table("covers", "cover_id  theme\nblue      gift\ngreen     –\nred       sale");
}

#[test]
fn a_lost_thumbnail_is_found_and_made_again() {
    let scenario = shop(LIBRARY);
    scenario.run().exits(0);
    let before = scenario.archive();
    let thumbnails: Vec<String> = before.keys().filter(|key| key.starts_with("_thumbnails/")).cloned().collect();
    let [first, second] = thumbnails.as_slice() else { panic!("{thumbnails:?}") };
    std::fs::remove_file(scenario.path(&format!("archive/{first}"))).unwrap();
    let mut damaged = before[second].clone();
    *damaged.last_mut().unwrap() ^= 1;
    scenario.write(&format!("archive/{second}"), &damaged);
    for args in [&["verify"][..], &["verify", "--repair"]] {
        scenario
            .cli(args)
            .exits(1)
            .says(&format!(
                "`{first}` is not there, though `pictures` names it (the next run makes it again from its picture)"
            ))
            .says(&format!("`{second}` does not hold the bytes that its name is the hash of (delete it: "))
            .says("2 problems, 0 mended");
    }
    std::fs::remove_file(scenario.path(&format!("archive/{second}"))).unwrap();
    scenario.run().exits(0).says("2 pictures, 0 new, 2 looked at");
    scenario.cli(&["verify"]).exits(0);
    same(&before, &scenario.archive(), "thumbnails that were lost");
}

#[test]
fn a_run_that_is_stopped_while_it_looks_at_pictures_publishes_nothing_half() {
    let scenario = shop(LIBRARY);
    for number in 10..50 {
        scenario.write(&format!("pictures/many/{number}.png"), sized_picture(number, 1200, 1500));
    }
    scenario.run().exits(0).says("42 pictures, 42 new, 42 looked at");
    let undisturbed = scenario.archive();
    std::fs::remove_dir_all(scenario.path("archive")).unwrap();

    let mut command = scenario.command(&["run", "nightly", "--log", "json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(log.any(|line| line.unwrap().contains("pictures to be looked at")));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let rest: Vec<String> = log.map(Result::unwrap).collect();
    let mut told = String::new();
    child.stdout.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{told}\n{}", rest.join("\n"));
    assert!(told.contains("library of covers: 2 stopped"), "{told}");
    let left = scenario.archive();
    assert!(
        !left.keys().any(|name| name.contains("_library") || name.starts_with("pictures/")),
        "{:?}",
        left.keys()
    );
    assert!(left.keys().all(|name| !name.contains('#')), "{:?}", left.keys());
    scenario.cli(&["verify"]).exits(0);
    scenario.run().exits(0).says("42 pictures, 42 new");
    same(&undisturbed, &scenario.archive(), "a stop among the pictures");
}
