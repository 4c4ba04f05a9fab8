//! Looks at files and tells what was seen, for the tests that compare it with other programs:
//!
//! `look [--text-model FILE] [--faces] [--thumbnails FOLDER] FILE…`
//!
//! A line per finding: file, name and value, with tabs between; the last, of the file `-`, is the memory that it took.

use std::error::Error;
use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use coverledger_picture::{Eye, Limits, Look, Portrait, TextModel};

fn main() -> ExitCode {
    match look() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn look() -> Result<(), Box<dyn Error>> {
    let (mut model, mut faces, mut thumbnails, mut files) = (None, false, None, Vec::new());
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--text-model") => model = Some(arguments.next().ok_or("`--text-model` needs a file")?),
            Some("--faces") => faces = true,
            Some("--thumbnails") => thumbnails = Some(arguments.next().ok_or("`--thumbnails` needs a folder")?),
            _ => files.push(PathBuf::from(argument)),
        }
    }
    let model = model.map(std::fs::read).transpose()?.map(TextModel::load).transpose()?;
    let mut eye = Eye::new(Limits::default(), model, faces)?;
    let mut out = std::io::stdout().lock();
    for file in files {
        let mut tell = |name: &str, value: &dyn Display| writeln!(out, "{}\t{name}\t{value}", file.display());
        match eye.look(&std::fs::read(&file)?) {
            Err(refused) => {
                tell("refused", &refused.word())?;
                tell("reason", &refused)?;
            }
            Ok(portrait) => {
                describe(&portrait, tell)?;
                if let Some(folder) = &thumbnails {
                    let name = Path::new(file.file_name().unwrap_or_default()).with_extension("webp");
                    std::fs::write(Path::new(folder).join(name), &portrait.thumbnail)?;
                }
            }
        }
    }
    writeln!(out, "-\tpeak_kib\t{}", peak_kib())?;
    Ok(())
}

/// The most memory that this process has taken, where Linux tells.
fn peak_kib() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    peak.trim().trim_end_matches(" kB").to_owned()
}

/// Everything but the thumbnail's bytes.
fn describe(
    portrait: &Portrait,
    mut tell: impl FnMut(&str, &dyn Display) -> std::io::Result<()>,
) -> std::io::Result<()> {
    tell("format", &portrait.format.word())?;
    tell("width", &portrait.width_px)?;
    tell("height", &portrait.height_px)?;
    tell("notes", &portrait.notes.iter().map(|note| note.word()).collect::<Vec<_>>().join(" "))?;
    for look in Look::ALL {
        if let Some(value) = portrait.looks.of(look) {
            tell(look.word(), &value)?;
        }
    }
    for colour in &portrait.colours {
        let [red, green, blue] = colour.rgb;
        tell("colour", &format!("#{red:02x}{green:02x}{blue:02x} {}", colour.share))?;
    }
    tell("text_method", &portrait.text_method)?;
    tell("face_method", &portrait.face_method)?;
    tell("hash", &portrait.hashes.whole)?;
    tell("hash_trimmed", &portrait.hashes.trimmed)?;
    tell("hash_centre", &portrait.hashes.centre)?;
    tell("hash_heart", &portrait.hashes.heart)?;
    tell("hash_mirrored", &portrait.hashes.mirrored)?;
    tell("thumbnail_bytes", &portrait.thumbnail.len())
}
