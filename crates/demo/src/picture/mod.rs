//! The covers' pictures, drawn: shapes, hosts made of shapes, and words in the scripts of the markets.
//!
//! The same bytes on any machine: shapes and letters are drawn with whole numbers, and the encoders at hand neither ask
//! the processor what it can do nor the clock what time it is.

mod canvas;
mod feast;
mod goods;
mod host;
mod letters;
mod outline;
mod subject;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, SystemTime};

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder, RgbImage};

use self::canvas::{Canvas, HEIGHT, Ink, WIDTH, between};
use self::letters::{Letters, Line};
use super::error::DemoError;
use super::random::mix;
use super::sheet::{ENTRIES, Entry};
use super::truth::{TRANSLATIONS, UNFIT};

pub(super) use self::host::Host;
pub(super) use self::subject::Subject;

/// The quality of a JPEG.
const QUALITY: u8 = 78;

/// Threads that draw.
const THREADS: usize = 3;

/// 2026-09-15T00:00:00Z.
fn finished_at() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_hours(24 * 20_711)
}

const WHITE: Ink = [252, 250, 246];
const DARK: Ink = [30, 26, 34];

/// The format of a picture's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PictureFormat {
    Jpeg,
    Png,
    /// Without loss.
    WebP,
}

impl PictureFormat {
    /// The ending of a file's name.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
        }
    }
}

/// Writes the pictures of all covers into a folder.
pub(super) fn write(folder: &Path) -> Result<(), DemoError> {
    fs::create_dir_all(folder).map_err(DemoError::writing(folder))?;
    for (name, bytes) in all()? {
        write_dated(&folder.join(name), bytes)?;
    }
    Ok(())
}

/// The files of all pictures, by their names.
type Files = Vec<(String, Vec<u8>)>;

/// They are drawn once in a process, on a few threads.
fn all() -> Result<&'static Files, DemoError> {
    static ALL: OnceLock<Files> = OnceLock::new();
    if let Some(files) = ALL.get() {
        return Ok(files);
    }
    let letters = Letters::new()?;
    let entries: Vec<&Entry> = ENTRIES.iter().filter(|entry| entry.cover != UNFIT.missing).collect();
    let files = thread::scope(|scope| {
        let letters = &letters;
        let part = |entries| scope.spawn(move || files_of(entries, letters));
        let parts: Vec<_> = entries.chunks(entries.len().div_ceil(THREADS)).map(part).collect();
        let files = parts.into_iter().map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic)));
        files.collect::<Result<Vec<Files>, DemoError>>()
    })?;
    Ok(ALL.get_or_init(|| files.into_iter().flatten().collect()))
}

fn files_of(entries: &[&Entry], letters: &Letters) -> Result<Files, DemoError> {
    let file = |entry: &&Entry| {
        let name = entry.file();
        let mut bytes = encoded(&drawn(entry, letters), entry.format)
            .map_err(|source| DemoError::Picture { name: name.clone(), source })?;
        if entry.cover == UNFIT.torn {
            bytes.truncate(bytes.len() / 2);
        }
        Ok((name, bytes))
    };
    entries.iter().map(file).collect()
}

/// Writes a file as of the day on which the covers were finished. A folder tells by time and size whether a file is another,
/// so the same demo is the same to a library, too.
pub(super) fn write_dated(path: &Path, bytes: &[u8]) -> Result<(), DemoError> {
    let writing = || -> io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.set_modified(finished_at())
    };
    writing().map_err(DemoError::writing(path))
}

fn encoded(picture: &RgbImage, format: PictureFormat) -> image::ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let (width, height) = picture.dimensions();
    let (pixels, colour) = (picture.as_raw(), ExtendedColorType::Rgb8);
    match format {
        PictureFormat::Jpeg => {
            JpegEncoder::new_with_quality(&mut bytes, QUALITY).write_image(pixels, width, height, colour)?;
        }
        PictureFormat::Png => PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Up)
            .write_image(pixels, width, height, colour)?,
        PictureFormat::WebP => WebPEncoder::new_lossless(&mut bytes).write_image(pixels, width, height, colour)?,
    }
    Ok(bytes)
}

/// The picture of a cover.
fn drawn(entry: &Entry, letters: &Letters) -> RgbImage {
    let mut canvas = ground(entry);
    entry.subject.draw(&mut canvas);
    match entry.wording {
        "full" => panel(&mut canvas, entry, letters),
        _ => headline(&mut canvas, entry, letters),
    }
    // Some are cut square.
    let without = if seed(entry).is_multiple_of(7) && entry.words.is_empty() { 67 } else { 0 };
    canvas.picture(without)
}

/// A number that is another for each design. Translations are of the same design.
fn seed(entry: &Entry) -> u64 {
    let is_translated = TRANSLATIONS.iter().any(|one| one.cover == entry.cover) || entry.cover.ends_with("_id");
    let design = if is_translated { TRANSLATIONS[0].shared } else { entry.cover };
    // Of the two price tags only the price differs.
    let design = if design == "cov_price_tag_b" { "cov_price_tag_a" } else { design };
    design.bytes().fold(0, |sum, byte| mix(sum ^ u64::from(byte)))
}

/// The ground: a slope from one colour to another, with blots as of light and shade.
fn ground(entry: &Entry) -> Canvas {
    let seed = seed(entry);
    let pick = |nth: u64, below: u64| i32::try_from(mix(seed ^ nth) % below).unwrap_or(0);
    let (from, to): (Ink, Ink) =
        if entry.backdrop == "warm" { ([250, 206, 150], [176, 74, 60]) } else { ([176, 214, 240], [44, 70, 120]) };
    let (from, to) = if pick(1, 2) == 0 { (from, to) } else { (to, from) };
    let mut canvas = Canvas::sloped(from, to, (pick(2, 9) - 4, pick(3, 9) - 4));
    for nth in 0..5 {
        let middle = (pick(10 + nth, 1080), pick(20 + nth, 1350));
        let radius = 120 + pick(30 + nth, 220);
        let ink = if pick(40 + nth, 2) == 0 { between(from, WHITE, 2, 5) } else { between(to, DARK, 2, 5) };
        canvas.ellipse(middle, (radius, radius * 3 / 4), ink);
    }
    canvas
}

/// One line or two, on a band.
fn headline(canvas: &mut Canvas, entry: &Entry, letters: &Letters) {
    let Some((first, rest)) = entry.words.split_first() else { return };
    if matches!(entry.subject, Subject::PriceTag(_)) {
        let size = letters.fitting(first, 460, 190);
        return letters.draw(canvas, Line { text: first, size, foot: (560, 900), ink: DARK });
    }
    let is_dark = entry.backdrop == "warm";
    let (band, ink) = if is_dark { (DARK, WHITE) } else { (WHITE, DARK) };
    let high = 150 + 90 * i32::try_from(rest.len()).unwrap_or(0);
    canvas.rect((0, HEIGHT - 60 - high), (WIDTH, high), band);
    let mut foot = HEIGHT - 60 - high + 112;
    letters
        .draw(canvas, Line { text: first, size: letters.fitting(first, 900, 116), foot: (WIDTH / 2, foot), ink });
    for line in rest {
        foot += 88;
        letters
            .draw(canvas, Line { text: line, size: letters.fitting(line, 900, 68), foot: (WIDTH / 2, foot), ink });
    }
}

/// Lines over most of the picture.
fn panel(canvas: &mut Canvas, entry: &Entry, letters: &Letters) {
    let (sheet, ink) = if seed(entry).is_multiple_of(2) { (WHITE, DARK) } else { (DARK, WHITE) };
    let count = i32::try_from(entry.words.len()).unwrap_or(1);
    let high = 150 * count + 60;
    let top = 70 + i32::try_from(seed(entry) % 60).unwrap_or(0);
    canvas.rect((50, top), (WIDTH - 100, high), sheet);
    for (line, foot) in entry.words.iter().zip((0..count).map(|nth| top + 140 + nth * 150)) {
        let size = letters.fitting(line, WIDTH - 180, 148);
        letters.draw(canvas, Line { text: line, size, foot: (WIDTH / 2, foot), ink });
    }
}
