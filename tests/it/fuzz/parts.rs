//! Damage below the surface: what is packed is unpacked, damaged and packed again, so that it gets past the checksums.

use std::io::{Cursor, Read, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::dice::Dice;
use super::mutate::{MOST_BYTES, mutated};

/// How a format hides its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// Parts of a ZIP archive, such as those of a workbook.
    Zip,
    /// gzip or zstd.
    Stream,
    /// Pages, and a footer that says where they are.
    Parquet,
}

/// Damages one case; three times in four within its packing.
pub fn damaged(packing: Packing, bytes: &[u8], others: &[&[u8]], dice: &mut Dice) -> Vec<u8> {
    let within = if dice.once_in(4) {
        None
    } else {
        match packing {
            Packing::Plain => None,
            Packing::Zip => zip(bytes, others, dice),
            Packing::Stream => stream(bytes, others, dice),
            Packing::Parquet => parquet(bytes, dice),
        }
    };
    within.unwrap_or_else(|| mutated(bytes, others, dice))
}

type Part = (String, Vec<u8>);

fn parts(bytes: &[u8]) -> Option<Vec<Part>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut parts = Vec::new();
    for index in 0..archive.len().min(64) {
        let part = archive.by_index(index).ok()?;
        let name = part.name().ok()?.into_owned();
        let mut content = Vec::new();
        part.take(MOST_BYTES as u64).read_to_end(&mut content).ok()?;
        parts.push((name, content));
    }
    (!parts.is_empty()).then_some(parts)
}

/// Damages parts of an archive, or which parts there are.
fn zip(bytes: &[u8], others: &[&[u8]], dice: &mut Dice) -> Option<Vec<u8>> {
    let mut parts = parts(bytes)?;
    let at = dice.below(parts.len());
    match dice.below(8) {
        0 => drop(parts.remove(at)),
        // The same part under another name, and another part under this name.
        1 => {
            let (name, content) = parts[at].clone();
            parts.push((format!("{name}{}", dice.below(100)), content));
        }
        2 => {
            let with = dice.below(parts.len());
            let content = parts[with].1.clone();
            parts[at].1 = content;
        }
        3 => {
            let name = mutated(parts[at].0.as_bytes(), &[], dice);
            parts[at].0 = String::from_utf8_lossy(&name).chars().take(1000).collect();
        }
        _ => {
            let theirs: Vec<Part> =
                others.get(dice.below(others.len())).and_then(|other| self::parts(other)).unwrap_or_default();
            let mut beside: Vec<&[u8]> = parts.iter().map(|(_, content)| content.as_slice()).collect();
            beside.extend(theirs.iter().map(|(_, content)| content.as_slice()));
            let content = mutated(&parts[at].1, &beside, dice);
            parts[at].1 = content;
        }
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let method = *dice.pick(&[CompressionMethod::Deflated, CompressionMethod::Stored]);
    for (name, content) in parts {
        // Two of one name are refused by the writer, and left out.
        if writer.start_file(name, SimpleFileOptions::default().compression_method(method)).is_ok() {
            writer.write_all(&content).ok()?;
        }
    }
    Some(writer.finish().ok()?.into_inner())
}

/// Damages what is compressed, and compresses it again, at times in two pieces.
fn stream(bytes: &[u8], others: &[&[u8]], dice: &mut Dice) -> Option<Vec<u8>> {
    let is_gzip = bytes.starts_with(&[0x1f, 0x8b]);
    let unpack = |bytes: &[u8]| {
        let mut content = Vec::new();
        if bytes.starts_with(&[0x1f, 0x8b]) {
            MultiGzDecoder::new(bytes).take(MOST_BYTES as u64).read_to_end(&mut content).ok()?;
        } else {
            zstd::Decoder::new(bytes).ok()?.take(MOST_BYTES as u64).read_to_end(&mut content).ok()?;
        }
        Some(content)
    };
    let beside: Vec<Vec<u8>> = others.iter().take(4).filter_map(|other| unpack(other)).collect();
    let beside: Vec<&[u8]> = beside.iter().map(Vec::as_slice).collect();
    let content = mutated(&unpack(bytes)?, &beside, dice);
    let cut = if dice.once_in(4) { dice.below(content.len()) } else { content.len() };
    let mut packed = Vec::new();
    for piece in [&content[..cut], &content[cut..]] {
        if is_gzip {
            let mut encoder = GzEncoder::new(&mut packed, Compression::fast());
            encoder.write_all(piece).ok()?;
            encoder.finish().ok()?;
        } else {
            packed.extend(zstd::encode_all(piece, 1).ok()?);
        }
        if cut == content.len() {
            break;
        }
    }
    Some(packed)
}

/// Damages the footer alone, with its length set right, or the pages alone.
fn parquet(bytes: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let front = bytes.len().checked_sub(8)?;
    let length = u32::from_le_bytes(bytes[front..front + 4].try_into().ok()?);
    let begin = front.checked_sub(usize::try_from(length).ok()?)?;
    let (pages, footer) = (&bytes[..begin], &bytes[begin..front]);
    let (pages, footer) = if dice.once_in(3) {
        (mutated(pages, &[footer], dice), footer.to_vec())
    } else {
        (pages.to_vec(), mutated(footer, &[pages], dice))
    };
    let length = u32::try_from(footer.len()).ok()?.to_le_bytes();
    Some([&pages[..], &footer, &length, b"PAR1"].concat())
}
