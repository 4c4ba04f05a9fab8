//! The detector on pictures that are none and with models that are none.

use std::fs;
use std::path::PathBuf;

use image::{Rgb, RgbImage};

use super::*;

/// The model, where the tests' tooling has put it (`tests/run.sh`, `need_text_model`). It is in no repository, so what needs it
/// is skipped without it, and says so.
pub(crate) fn model_file() -> Option<Vec<u8>> {
    let program = std::env::current_exe().unwrap();
    let within = PathBuf::from("test-models/ch_PP-OCRv4_det_infer.onnx");
    let found = program.ancestors().map(|folder| folder.join(&within)).find(|path| path.exists());
    if found.is_none() {
        eprintln!(
            "SKIPPED: {} is not below the target folder; `tests/run.sh pictures` puts it there",
            within.display()
        );
    }
    found.map(|path| fs::read(path).unwrap())
}

/// A row of letters: upright and lying strokes.
fn writing(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (column, row) = (x * 400 / width.max(1), y * 500 / height.max(1));
        let within = (60..340).contains(&column) && (200..240).contains(&row);
        let letter = column % 28;
        let stroke = letter < 6 || (letter < 20 && (row < 208 || (216..223).contains(&row)));
        Rgb(if within && stroke { [10, 10, 10] } else { [240, 235, 225] })
    })
}

/// Pictures that nothing should be found on, or that are hardly pictures.
fn odd_pictures() -> Vec<RgbImage> {
    let noise = |width, height| {
        RgbImage::from_fn(width, height, |x, y| {
            let mixed = (x.wrapping_mul(0x9e37_79b9) ^ y.wrapping_mul(0x85eb_ca6b)).wrapping_mul(0xc2b2_ae35);
            let [red, green, blue, _] = mixed.to_be_bytes();
            Rgb([red, green, blue])
        })
    };
    let mut all = vec![RgbImage::new(0, 0), RgbImage::from_pixel(960, 960, Rgb([255; 3])), noise(640, 800)];
    all.extend(
        [(1, 1), (2, 3), (31, 33), (960, 1), (1, 960), (960, 7), (8000, 2)]
            .map(|(width, height)| noise(width, height)),
    );
    all
}

fn sound(seen: &TextSeen) {
    assert!(seen.share.is_some_and(|share| (0.0..=1.0).contains(&share)), "{seen:?}");
    assert!(seen.lines.is_none_or(|lines| lines >= 0.0), "{seen:?}");
    assert!(seen.height.is_none_or(|height| (0.0..=1.0).contains(&height)), "{seen:?}");
    assert!(seen.contrast.is_none_or(|ratio| (1.0..=21.01).contains(&ratio)), "{seen:?}");
}

#[test]
fn without_a_model_only_a_share_is_told() {
    for picture in odd_pictures() {
        let seen = look(&picture, None);
        sound(&seen);
        assert_eq!((seen.method, seen.lines, seen.height, seen.contrast), (COARSE, None, None, None));
    }
}

#[test]
fn no_picture_is_too_odd_for_the_model() {
    let Some(model) = model_file().map(|bytes| TextModel::load(bytes).unwrap()) else { return };
    for picture in odd_pictures() {
        let seen = look(&picture, Some(&model));
        sound(&seen);
        let empty = picture.is_empty();
        assert_eq!(seen.method, if empty { COARSE } else { WITH_MODEL });
        assert_eq!(seen.lines, (!empty).then_some(0.0), "{} × {}", picture.width(), picture.height());
    }
}

#[test]
fn a_line_is_found_measured_and_found_alike_again() {
    let Some(model) = model_file().map(|bytes| TextModel::load(bytes).unwrap()) else { return };
    let seen = look(&writing(768, 960), Some(&model));
    assert_eq!((seen.method, seen.lines), (WITH_MODEL, Some(1.0)), "{seen:?}");
    assert!((seen.height.unwrap() - 0.08).abs() < 0.02, "{seen:?}");
    assert!((seen.share.unwrap() - 0.7 * 0.08).abs() < 0.02, "{seen:?}");
    assert!(seen.contrast.unwrap() > 14.0, "{seen:?}");
    assert_eq!(look(&writing(768, 960), Some(&model)), seen);
    let other = model.clone();
    let elsewhere = std::thread::spawn(move || look(&writing(768, 960), Some(&other)));
    assert_eq!(elsewhere.join().unwrap(), seen);
}

#[test]
fn what_is_no_model_is_refused_and_never_panics() {
    for bytes in [&b""[..], b"\x08", b"not a model at all", &[0xff; 4096], &[0; 64]] {
        assert!(TextModel::load(bytes.to_vec()).is_err());
    }
    let Some(bytes) = model_file() else { return };
    for cut in [1, 1_000, bytes.len() / 2, bytes.len() - 1] {
        assert!(TextModel::load(bytes[..cut].to_vec()).is_err(), "cut at {cut}");
    }
    // A damaged weight is another model: whatever it is, nothing panics.
    for at in (0..bytes.len()).step_by(bytes.len() / 6) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        if let Ok(model) = TextModel::load(damaged) {
            sound(&look(&writing(200, 250), Some(&model)));
        }
    }
}
