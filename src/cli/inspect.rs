//! `coverledger inspect`

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::args::Inspect;
use super::screen::Screen;
use super::{Failure, exit};
use crate::export::{self, Peek};
use crate::inspect::{self, Finding};
use crate::run::error_text;

/// Rows of a table that are looked at.
const MAX_ROWS: usize = 50_000;

/// A file that could be read.
struct Seen {
    name: String,
    peek: Peek,
    findings: Vec<Finding>,
}

/// Says what every file is, and drafts a platform file from the first.
pub fn run(args: &Inspect, out: &mut impl Write) -> Result<u8, Failure> {
    let mut seen = Vec::new();
    let mut code = exit::DONE;
    let platform = args.write.as_deref().map(platform_name).transpose()?;
    for path in &args.files {
        let name = path.display().to_string();
        let file = open(path)?;
        match export::peek(file, MAX_ROWS) {
            Ok(peek) => {
                let findings = inspect::inspect(&peek, &args.start);
                seen.push(Seen { name, peek, findings });
            }
            Err(error) => {
                // The others may be fine.
                // Nobody is left to tell if standard error is gone.
                let _ = writeln!(
                    Screen::new(std::io::stderr()),
                    "error: `{name}` cannot be read: {}",
                    error_text(&error)
                );
                code = exit::SOME_FAILED;
            }
        }
    }
    for (index, Seen { name, peek, findings }) in seen.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        out.write_all(inspect::report(name, peek, findings).as_bytes())?;
    }
    for line in inspect::kinship(&tables(&seen)) {
        writeln!(out, "{line}")?;
    }
    if let (Some((platform, path)), exit::DONE) = (platform, code) {
        write_draft(platform, path, &seen, out)?;
    }
    Ok(code)
}

/// Every table with a name for it.
fn tables(seen: &[Seen]) -> Vec<(String, &Finding)> {
    let named = seen.iter().filter(|_| seen.len() > 1).flat_map(|seen| {
        seen.findings.iter().map(|finding| match &finding.name {
            Some(table) if seen.findings.len() > 1 => (format!("{}, {table}", seen.name), finding),
            _ => (seen.name.clone(), finding),
        })
    });
    named.collect()
}

fn open(path: &Path) -> Result<File, Failure> {
    let shown = path.display();
    let file = File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::usage(format!("there is no file `{shown}`")),
        _ => Failure::usage(format!("`{shown}` cannot be opened: {error}")),
    })?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(Failure::usage(format!("`{shown}` is a folder (expected a file)")));
    }
    Ok(file)
}

/// The platform that a file is going to define.
fn platform_name(path: &Path) -> Result<(&str, &Path), Failure> {
    let shown = path.display();
    let is_yaml = path.extension().is_some_and(|ending| ending == "yaml");
    let name = path.file_stem().and_then(|stem| stem.to_str()).filter(|_| is_yaml);
    let name = name.ok_or_else(|| {
        Failure::usage(format!(
            "`{shown}` is not a platform file (expected one such as `config/platforms/own_app.yaml`)"
        ))
    })?;
    if path.exists() {
        return Err(Failure::usage(format!("`{shown}` is there already and is not overwritten")));
    }
    Ok((name, path))
}

fn write_draft(name: &str, path: &Path, seen: &[Seen], out: &mut impl Write) -> Result<(), Failure> {
    let shown = path.display();
    let cannot = |error: std::io::Error| Failure::usage(format!("`{shown}` cannot be written: {error}"));
    // Of several tables the one with the most columns that are known.
    let known = |finding: &&Finding| finding.columns.iter().filter(|column| column.role.is_some()).count();
    let first = seen.first().and_then(|seen| Some((seen, seen.findings.iter().rev().max_by_key(known)?)));
    let (seen, finding) =
        first.ok_or_else(|| Failure::usage("there is no table to draft a platform file from"))?;
    let draft = inspect::draft(name, &seen.name, &seen.peek, finding);
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(cannot)?;
    file.write_all(draft.as_bytes()).map_err(cannot)?;
    writeln!(out)?;
    writeln!(out, "`{shown}` was drafted; read it, then `coverledger check`")?;
    Ok(())
}
