//! Pictures that harm or lie, shown to an eye: each is named, none panics.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ImageBuffer, ImageEncoder, Rgb, RgbImage, Rgba, RgbaImage};
use moxcms::ColorProfile;

use super::{Eye, Format, Limits, Look, Note, Portrait, Refused};

fn eye() -> Eye {
    Eye::new(Limits::default(), None, false).unwrap()
}

fn look(bytes: &[u8]) -> Result<Portrait, Refused> {
    eye().look(bytes)
}

fn word(bytes: &[u8]) -> &'static str {
    look(bytes).map_or_else(|refused| refused.word(), |_| "measured")
}

/// A picture that differs from its mirror images.
fn scene(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let level = |part: u32, of: u32| u8::try_from(part * 255 / of.max(1)).unwrap();
        if x < width / 3 && y < height / 4 {
            Rgb([230, 40, 30])
        } else {
            Rgb([level(x, width), level(y, height), 90])
        }
    })
}

fn png(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.into().write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

fn png_with_profile(picture: &RgbImage, profile: Vec<u8>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = PngEncoder::new(&mut file);
    encoder.set_icc_profile(profile).unwrap();
    encoder.write_image(picture, picture.width(), picture.height(), image::ExtendedColorType::Rgb8).unwrap();
    file
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, 95).encode_image(picture).unwrap();
    file
}

fn webp(picture: &RgbImage) -> Vec<u8> {
    webp::Encoder::from_rgb(picture, picture.width(), picture.height()).encode(90.0).to_vec()
}

/// A chunk of a PNG with its checksum.
fn chunk(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    let mut of = name.to_vec();
    of.extend(body);
    let checksum = of.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 })
    });
    [&u32::try_from(body.len()).unwrap().to_be_bytes(), of.as_slice(), &(!checksum).to_be_bytes()].concat()
}

/// A PNG that promises a size, and the parts of another one.
fn promising(png: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut head = png[16..29].to_vec();
    head[..4].copy_from_slice(&width.to_be_bytes());
    head[4..8].copy_from_slice(&height.to_be_bytes());
    [&png[..8], &chunk(*b"IHDR", &head), &png[33..]].concat()
}

/// Behind the head of a PNG, another chunk.
fn with_chunk(png: &[u8], added: &[u8]) -> Vec<u8> {
    [&png[..33], added, &png[33..]].concat()
}

/// An EXIF block of an orientation.
fn exif(orientation: u8) -> Vec<u8> {
    [b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(), &[orientation, 0, 0, 0, 0, 0, 0, 0]].concat()
}

#[test]
fn a_picture_is_what_its_bytes_say() {
    let picture = scene(120, 80);
    for (file, format) in
        [(png(picture.clone()), Format::Png), (jpeg(&picture), Format::Jpeg), (webp(&picture), Format::WebP)]
    {
        let seen = look(&file).unwrap();
        assert_eq!((seen.format, seen.width_px, seen.height_px, seen.notes.len()), (format, 120, 80, 0));
        assert_eq!(seen.looks.of(Look::Aspect), Some(1.5));
        assert!(seen.thumbnail.starts_with(b"RIFF") && seen.colours.len() > 1);
    }
}

#[test]
fn half_a_picture_is_refused_and_so_is_one_without_its_last_byte() {
    let picture = scene(200, 150);
    for file in [png(picture.clone()), jpeg(&picture), webp(&picture)] {
        for length in [file.len() / 2, file.len() * 9 / 10, file.len() - 1] {
            assert_eq!(look(&file[..length]), Err(Refused::CutShort), "{length} of {}", file.len());
        }
    }
}

#[test]
fn a_picture_that_promises_too_much_is_not_decoded() {
    let small = png(scene(8, 8));
    let of = |width, height| look(&promising(&small, width, height)).unwrap_err();
    assert_eq!(of(60_000, 60_000), Refused::SideTooLong { width: 60_000, height: 60_000, allowed: 8_000 });
    assert_eq!(of(8_000, 8_000).word(), "too_many_pixels");
    let deep = png(ImageBuffer::<Rgba<u16>, Vec<u16>>::new(8, 8));
    assert_eq!(look(&promising(&deep, 7_000, 5_700)).unwrap_err().word(), "too_much_memory");
    let limits = Limits { file_bytes: 100, ..Limits::default() };
    let refused = Eye::new(limits, None, false).unwrap().look(&small).unwrap_err();
    assert_eq!(refused, Refused::FileTooLarge { bytes: small.len() as u64, allowed: 100 });
    let limits = Limits { side_px: 7, ..Limits::default() };
    assert_eq!(Eye::new(limits, None, false).unwrap().look(&small).unwrap_err().word(), "side_too_long");
}

#[test]
fn sixteen_bits_and_opaque_pictures_are_as_the_others() {
    let picture = scene(90, 60);
    let plain = look(&png(picture.clone())).unwrap();
    let deep = DynamicImage::ImageRgb8(picture.clone()).into_rgb16();
    let opaque = DynamicImage::ImageRgb8(picture).into_rgba8();
    for file in [png(deep), png(opaque)] {
        let seen = look(&file).unwrap();
        assert_eq!((seen.looks, seen.colours, seen.notes), (plain.looks, plain.colours.clone(), Vec::new()));
    }
}

#[test]
fn what_is_transparent_is_laid_on_white() {
    let clear = look(&png(RgbaImage::from_pixel(30, 30, Rgba([200, 0, 0, 0])))).unwrap();
    assert_eq!(
        (clear.notes.as_slice(), clear.looks.of(Look::Brightness)),
        ([Note::OnWhite].as_slice(), Some(100.0))
    );
    let half = look(&png(RgbaImage::from_pixel(900, 700, Rgba([0, 0, 0, 128])))).unwrap();
    assert_eq!(half.colours[0].rgb, [127; 3]);
}

#[test]
fn an_orientation_is_heeded() {
    let plain = png(scene(80, 50));
    let upright = look(&plain).unwrap();
    assert_eq!(look(&with_chunk(&plain, &chunk(*b"eXIf", &exif(1)))).unwrap().notes, []);
    for (orientation, size) in [(3, (80, 50)), (6, (50, 80)), (7, (50, 80))] {
        let seen = look(&with_chunk(&plain, &chunk(*b"eXIf", &exif(orientation)))).unwrap();
        assert_eq!(
            (seen.width_px, seen.height_px, seen.notes.as_slice()),
            (size.0, size.1, [Note::Oriented].as_slice())
        );
        assert_eq!(seen.looks.of(Look::Saturation), upright.looks.of(Look::Saturation));
    }
    // Turned by half, what is at the left and the top is at the right and the bottom.
    let turned = look(&with_chunk(&plain, &chunk(*b"eXIf", &exif(3)))).unwrap();
    for place in [Look::SubjectX, Look::SubjectY] {
        let (found, was) = (turned.looks.of(place).unwrap(), upright.looks.of(place).unwrap());
        assert!((found + was - 1.0).abs() < 0.02, "{place}: {found} and {was}");
    }
}

#[test]
fn a_profile_is_converted_and_a_broken_one_is_told() {
    // What Display P3 calls this is red in sRGB.
    let red = RgbImage::from_pixel(20, 20, Rgb([234, 51, 35]));
    let wide = look(&png_with_profile(&red, ColorProfile::new_display_p3().encode().unwrap())).unwrap();
    let [r, g, b] = wide.colours[0].rgb;
    assert!(r >= 253 && g <= 4 && b <= 4, "{:?}", wide.colours);
    assert_eq!(wide.notes, [Note::ProfileConverted]);
    let broken = look(&png_with_profile(&red, vec![7; 300])).unwrap();
    assert_eq!(
        (broken.notes.as_slice(), broken.colours[0].rgb),
        ([Note::ProfileIgnored].as_slice(), [234, 51, 35])
    );
}

#[test]
fn of_a_moving_picture_the_first_frame_is_seen() {
    let frames = [chunk(*b"acTL", &[0x7f, 255, 255, 255, 0, 0, 0, 0]), {
        let mut control = vec![0; 26];
        control[7] = 60;
        control[11] = 40;
        chunk(*b"fcTL", &control)
    }];
    let seen = look(&with_chunk(&png(scene(60, 40)), &frames.concat())).unwrap();
    assert_eq!(seen.notes, [Note::FirstFrame]);
}

#[test]
fn what_follows_a_picture_is_told() {
    for file in [png(scene(20, 20)), jpeg(&scene(20, 20)), webp(&scene(20, 20))] {
        let seen = look(&[file, b"PK\x03\x04 an archive".to_vec()].concat()).unwrap();
        assert_eq!(seen.notes, [Note::BytesFollow]);
    }
}

#[test]
fn a_picture_of_few_pixels_is_measured_as_far_as_it_can_be() {
    for (width, height) in [(1, 1), (1, 900), (900, 1), (2, 2), (3, 3), (2, 7_999)] {
        let seen = look(&png(scene(width, height))).unwrap();
        assert!(seen.looks.of(Look::Brightness).is_some(), "{width} × {height}");
        assert_eq!(seen.looks.of(Look::Sharpness).is_some(), width >= 3 && height >= 3, "{width} × {height}");
    }
}

#[test]
fn the_same_picture_is_seen_alike_by_every_eye_and_after_any_other() {
    let (one, other) = (jpeg(&scene(700, 900)), png(RgbaImage::from_pixel(2_000, 1_500, Rgba([9, 8, 7, 6]))));
    let mut eye = eye();
    let first = eye.look(&one).unwrap();
    eye.look(&other).unwrap();
    assert_eq!(eye.look(&one).unwrap(), first);
    assert_eq!(look(&one).unwrap(), first);
}

#[test]
fn turned_bits_are_no_defect_of_the_decoders() {
    let picture = scene(64, 48);
    let mut eye = eye();
    let mut state = 20_u64;
    let mut draw = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut refused = 0;
    for file in [png(picture.clone()), jpeg(&picture), webp(&picture)] {
        for _ in 0..400 {
            let mut turned = file.clone();
            for _ in 0..=draw(6) {
                let at = draw(turned.len());
                turned[at] ^= 1 << draw(8);
            }
            match eye.look(&turned) {
                Ok(_) => {}
                Err(found) => {
                    assert!(!matches!(found, Refused::Panicked | Refused::NoThumbnail), "{found}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 300, "{refused}");
}

#[test]
fn what_is_no_picture_is_named() {
    assert_eq!(word(b""), "empty");
    assert_eq!(word(&[0; 5_000]), "unknown_format");
    assert_eq!(word(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "is_svg");
    assert_eq!(word(b"GIF89a/*\0\0*/=1;alert(1)"), "is_gif");
    assert_eq!(word(b"\xff\xd8\xff\xd9"), "damaged");
}
