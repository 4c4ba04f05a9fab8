//! Hashes of a few drawn pictures and what is made of them. Many more, and photographs: `tests/pictures_families.py`.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use super::hashes;

/// At most so many bits link two pictures.
const LINK: u32 = 20;

/// A draw of its own from a number: no generator of random numbers is needed for six shapes.
fn drawn(number: u32, what: u32) -> u32 {
    let mixed = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ u64::from(what).wrapping_mul(0xd1b5_4a32_d192_ed03);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    u32::try_from(mixed >> 33).unwrap()
}

/// A cover of shaded discs on a shaded ground, with blocks where its text would be.
fn cover(number: u32, text: u32) -> RgbImage {
    let disc = |which: u32| {
        let of = |what: u32, range: u32| drawn(number, 10 * which + what) % range;
        (of(0, 240), of(1, 300), 25 + of(2, 60), [of(3, 256), of(4, 256), of(5, 256)])
    };
    let discs: Vec<_> = (1..7).map(disc).collect();
    RgbImage::from_fn(240, 300, |x, y| {
        let slope = [drawn(number, 1) % 3, drawn(number, 2) % 3, drawn(number, 3) % 3];
        let mut colour = slope.map(|slope| 40 + (slope * x + (2 - slope) * y) % 200);
        for (at_x, at_y, radius, its) in &discs {
            let (across, down) = (x.abs_diff(*at_x), y.abs_diff(*at_y));
            if across * across + down * down < radius * radius {
                colour = its.map(|level| (level * (300 - down)) / 300);
            }
        }
        // Two lines of blocks.
        if (20..34).contains(&y) || (40..54).contains(&y) {
            let block = drawn(text, x / 9 + 100 * (y / 20));
            if block.is_multiple_of(2) && (20..200).contains(&x) && x % 9 < 7 {
                colour = [250; 3];
            }
        }
        Rgb(colour.map(|level| u8::try_from(level.min(255)).unwrap()))
    })
}

fn recoded(picture: &RgbImage, quality: u8) -> RgbImage {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).unwrap();
    image::load_from_memory(&bytes).unwrap().to_rgb8()
}

fn cut(picture: &RgbImage, percent: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let [x, y] = [width, height].map(|side| side * percent / 100);
    imageops::crop_imm(picture, x, y, width - 2 * x, height - 2 * y).to_image()
}

fn bordered(picture: &RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let mut large = RgbImage::from_pixel(width + 40, height + 60, Rgb([255; 3]));
    imageops::replace(&mut large, picture, 20, 30);
    large
}

fn brighter(picture: &RgbImage) -> RgbImage {
    let mut picture = picture.clone();
    picture.pixels_mut().for_each(|pixel| pixel.0 = pixel.0.map(|level| level.saturating_add(level / 4)));
    picture
}

/// Of so many covers, how many are linked to what this makes of them.
fn linked(make: impl Fn(u32, &RgbImage) -> RgbImage) -> usize {
    let is_linked = |number: &u32| {
        let original = cover(*number, *number);
        let version = make(*number, &original);
        hashes(&original).within(&hashes(&version), LINK).is_some()
    };
    (0..24).filter(is_linked).count()
}

#[test]
fn a_version_of_a_picture_is_known_again() {
    assert_eq!(linked(|_, picture| recoded(picture, 40)), 24);
    assert_eq!(linked(|_, picture| imageops::resize(picture, 97, 121, FilterType::Triangle)), 24);
    assert_eq!(linked(|number, _| cover(number, number + 1_000)), 24);
    assert_eq!(linked(|_, picture| imageops::huerotate(picture, 20)), 24);
    assert!(linked(|_, picture| brighter(picture)) >= 23);
    assert!(linked(|_, picture| cut(picture, 5)) >= 23);
    assert!(linked(|_, picture| cut(picture, 10)) >= 21);
    assert_eq!(linked(|_, picture| bordered(picture)), 24);
    assert_eq!(linked(|_, picture| imageops::flip_horizontal(picture)), 24);
    assert!(linked(|_, picture| recoded(&bordered(&cut(&imageops::flip_horizontal(picture), 5)), 60)) >= 16);
}

#[test]
fn different_pictures_are_not_linked() {
    let all: Vec<_> = (0..60).map(|number| hashes(&cover(number, number))).collect();
    let pairs = all.iter().enumerate().flat_map(|(at, one)| all[at + 1..].iter().map(move |other| (one, other)));
    assert_eq!(pairs.filter(|(one, other)| one.within(other, LINK).is_some()).count(), 0);
}

#[test]
fn a_picture_without_features_is_like_nothing() {
    let plain = hashes(&RgbImage::from_pixel(300, 400, Rgb([240, 240, 240])));
    let noise =
        hashes(&RgbImage::from_fn(300, 400, |x, y| Rgb([200 + u8::try_from(drawn(x, y) % 3).unwrap(); 3])));
    assert!(plain.is_featureless() && noise.is_featureless());
    assert_eq!((plain.distance(&plain), noise.distance(&plain)), (None, None));
}

#[test]
fn the_smallest_pictures_have_hashes() {
    for (width, height) in [(0, 0), (1, 1), (1, 900), (900, 1), (2, 3), (9, 9), (4_000, 2)] {
        let picture = RgbImage::from_fn(width, height, |x, y| Rgb([u8::try_from((x + y) % 256).unwrap(); 3]));
        assert_eq!(hashes(&picture), hashes(&picture), "{width} × {height}");
    }
}

#[test]
fn hashes_are_the_same_on_every_machine() {
    let found = hashes(&cover(7, 7));
    let texts = found.all().map(|hash| hash.to_string());
    assert_eq!(
        texts,
        [
            "0f1f270b490a900820cdc6c7c7c4c4e0c0e8f0e0d8f4b6b560301832313838333b0f1f17",
            "0f1f270b490a900820cdc6c7c7c4c4e0c0e8f0e0d8f4b6b560301832313838333b0f1f17",
            "1f1b0309494b1a8844cdc6c7c6c6c4e0c0ec60e0dcf6b6b460703832393038313b0f0f13",
            "1b73010888491f1fcf868687878e86e0f8dc648cf8703030e040307971707071791f0703",
            "0f071b2f6dad060c18e8c0e0c4c4c7c7c6cdf0f8e4d09250091004171f0f3b3338383132",
        ]
    );
}
