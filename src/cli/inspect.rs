//! `coverledger inspect`

mod rows;

use std::fmt::{self, Write as _};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::args::Inspect;
use super::rows::{Destination, RowFormat};
use super::screen::{Lines, Screen};
use super::{Failure, exit};
use crate::run::error_text;
use coverledger_core::model::is_steering;
use coverledger_read::export::{self, Peek, PeekBudget};
use coverledger_read::inspect::{self, Drafted, Finding, Sample};

/// The number of rows of a table to inspect.
const MAX_ROWS: usize = 50_000;
/// The number of files of a folder to inspect.
const MAX_FILES: usize = 200;
/// The width at which lines for a terminal are wrapped.
const SCREEN: usize = 80;

/// A file that could be read.
struct ReadFile {
    name: String,
    peek: Peek,
    findings: Vec<Finding>,
}

impl ReadFile {
    fn sample(&self) -> Option<Sample<'_>> {
        let finding = inspect::foremost(&self.findings)?;
        Some(Sample { file: &self.name, peek: &self.peek, finding })
    }
}

/// The report on a file, line by line; `inspect` escapes each line.
struct Block(String);

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.strip_suffix('\n').unwrap_or(&self.0))
    }
}

impl Lines for Block {}

/// Reports what every file is, and drafts a platform file from the first.
pub fn run(args: &Inspect, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let destination = Destination::of(&args.form, out)?;
    let mut seen = Vec::new();
    let mut unreadable = Vec::new();
    let platform = args.write.as_deref().map(platform_name).transpose()?;
    let files = files(&args.files)?;
    let mut room = PeekBudget::default();
    for (index, path) in files.iter().enumerate() {
        let name = path.display().to_string();
        let file = open(path)?;
        match room.lend(files.len() - index, |room| export::peek(file, MAX_ROWS, room)) {
            Ok(peek) => {
                let findings = inspect::inspect(&peek, &args.start);
                seen.push(ReadFile { name, peek, findings });
            }
            // The other files may be readable.
            Err(error) => unreadable.push((name, error_text(&error))),
        }
    }
    for (name, error) in &unreadable {
        // If standard error is closed, there is nowhere to report to.
        let _ = writeln!(Screen::standard_error(), "error: `{name}` cannot be read: {error}");
    }
    let code = if unreadable.is_empty() { exit::DONE } else { exit::SOME_FAILED };
    let drafted = match platform {
        Some((platform, path)) if code == exit::DONE => Some((path, write_draft(platform, path, &seen)?)),
        _ => None,
    };
    let kinship = inspect::kinship(&tables(&seen));
    let draft = drafted.as_ref().map(|(path, drafted)| (path.display().to_string(), drafted));
    let next = next(&seen, draft.as_ref());
    if let Some(destination) = destination {
        let files: Vec<_> =
            seen.iter().map(|seen| inspect::as_json(&seen.name, &seen.peek, &seen.findings)).collect();
        if destination.format != RowFormat::Json {
            rows::write(&files, destination, out)?;
            return Ok(code);
        }
        let drafted = draft.as_ref().map(|(path, drafted)| inspect::draft_as_json(path, drafted));
        let unreadable: Vec<_> =
            unreadable.iter().map(|(file, error)| serde_json::json!({"file": file, "error": error})).collect();
        let said = serde_json::json!({
            "files": files, "unreadable": unreadable, "kinship": kinship, "draft": drafted, "next": next,
        });
        destination.json(&said, out)?;
        return Ok(code);
    }
    let fold = std::io::stdout().is_terminal().then_some(SCREEN);
    for (index, ReadFile { name, peek, findings }) in seen.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        out.page(&Block(inspect::report(name, peek, findings, fold)))?;
    }
    for line in kinship {
        writeln!(out, "{line}")?;
    }
    print_next(draft.as_ref(), &next, out)?;
    Ok(code)
}

/// The files, and those in the folders, in the order of their names.
fn files(given: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in given {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let before = files.len();
        let mut folders = vec![path.clone()];
        while let Some(folder) = folders.pop() {
            let cannot = |error: std::io::Error| {
                Failure::usage(format!("`{}` cannot be listed: {error}", folder.display()))
            };
            for entry in fs::read_dir(&folder).map_err(cannot)? {
                let path = entry.map_err(cannot)?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                match () {
                    // Names that are not data for `*` in a path are skipped here too.
                    () if name.starts_with(['.', '_']) || name.starts_with("~$") => {}
                    () if path.is_symlink() => {}
                    () if path.is_dir() => folders.push(path),
                    () => files.push(path),
                }
            }
        }
        files[before..].sort();
        let shown = path.display();
        match files.len() - before {
            0 => return Err(Failure::usage(format!("`{shown}` has no files in it"))),
            many if many > MAX_FILES => {
                return Err(Failure::usage(format!(
                    "`{shown}` has {many} files (expected {MAX_FILES} at most; name some)"
                )));
            }
            _ => {}
        }
    }
    Ok(files)
}

/// Every table with a name for it.
fn tables(seen: &[ReadFile]) -> Vec<(String, &Finding)> {
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
    File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::usage(format!("there is no file `{shown}`")),
        _ => Failure::usage(format!("`{shown}` cannot be opened: {error}")),
    })
}

/// The name of the platform that a drafted file defines.
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

fn write_draft(name: &str, path: &Path, seen: &[ReadFile]) -> Result<Drafted, Failure> {
    let shown = path.display();
    let cannot = |error: std::io::Error| Failure::usage(format!("`{shown}` cannot be written: {error}"));
    let samples: Vec<Sample<'_>> = seen.iter().filter_map(ReadFile::sample).collect();
    let (first, others) =
        samples.split_first().ok_or_else(|| Failure::usage("there is no table to draft a platform file from"))?;
    let drafted = inspect::draft(name, *first, others);
    fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(cannot)?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(cannot)?;
    file.write_all(drafted.text.as_bytes()).map_err(cannot)?;
    Ok(drafted)
}

/// The commands to run next, with the dates of the rows.
fn next(seen: &[ReadFile], draft: Option<&(String, &Drafted)>) -> Vec<String> {
    // The draft is for the table, whichever file was named first.
    let is_table = |seen: &&ReadFile| !seen.sample().is_some_and(|sample| inspect::is_cover_log(sample.finding));
    let Some(first) = seen.iter().find(is_table).or(seen.first()) else { return Vec::new() };
    let file = in_shell(&first.name);
    let Some((path, drafted)) = draft else {
        return vec![format!("coverledger inspect {file} --write config/platforms/NAME.yaml")];
    };
    let dates = || seen.iter().filter_map(ReadFile::sample).filter_map(|sample| sample.finding.dates);
    let from = dates().map(|(first, _)| first).min().map_or_else(|| "DATE".to_owned(), |date| date.to_string());
    let to = dates().map(|(_, last)| last).max().map_or_else(|| "DATE".to_owned(), |date| date.to_string());
    let platform = Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or("PLATFORM");
    let export = drafted.export;
    // A file at a path that matches the draft needs no `--path`.
    let lies_there = first.name == drafted.lies_at || first.name.ends_with(&format!("/{}", drafted.lies_at));
    let at = if lies_there { String::new() } else { format!(" --path {}", in_shell(&drafted.lies_at)) };
    let log = drafted.log.as_ref().map(|log| {
        let (file, lies_at) = (in_shell(&log.file), in_shell(&log.lies_at));
        // For several files, each option is repeated for each of them.
        let at = if at.is_empty() { format!(" --path {}", in_shell(&drafted.lies_at)) } else { String::new() };
        format!("{at} --sample {file} --as {platform}/{} --path {lies_at}", log.export)
    });
    let log = log.unwrap_or_default();
    vec![
        format!("coverledger check --sample {file} --as {platform}/{export}{at}{log}"),
        format!("coverledger backfill JOB --from {from} --to {to}"),
    ]
}

fn print_next(draft: Option<&(String, &Drafted)>, next: &[String], out: &mut Screen<'_>) -> Result<(), Failure> {
    if let Some((path, drafted)) = draft {
        writeln!(out)?;
        match drafted.to_decide.as_slice() {
            [] => writeln!(out, "`{path}` was drafted; read it, then")?,
            all => {
                writeln!(
                    out,
                    "`{path}` was drafted; it does not load before somebody decides in it (at DECIDE):"
                )?;
                for (index, question) in all.iter().enumerate() {
                    writeln!(out, "  {}. {question}", index + 1)?;
                }
                writeln!(out, "then")?;
            }
        }
        for command in next {
            writeln!(out, "  {command}")?;
        }
        writeln!(out, "where JOB is a file in jobs/ that names the platform (without `.yaml`)")?;
    }
    Ok(())
}

/// A file name, quoted for a shell.
fn in_shell(name: &str) -> String {
    let is_plain =
        |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '=' | '+' | ',' | ':' | '@');
    if name.chars().all(is_plain) {
        return name.to_owned();
    }
    if !name.contains(is_steering) {
        return format!("'{}'", name.replace('\'', "'\\''"));
    }
    // Control characters are written as escaped bytes, so that the line can be copied as it is shown.
    let mut quoted = "$'".to_owned();
    for c in name.chars() {
        match c {
            '\'' | '\\' => quoted.extend(['\\', c]),
            c if is_steering(c) => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a `String` cannot fail.
                    let _ = write!(quoted, "\\x{byte:02x}");
                }
            }
            c => quoted.push(c),
        }
    }
    quoted + "'"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_is_proposed_can_be_copied_whatever_the_file_is_called() {
        assert_eq!(in_shell("exports/a-1.csv"), "exports/a-1.csv");
        assert_eq!(in_shell("it's $HOME.csv"), "'it'\\''s $HOME.csv'");
        let hostile = "a\u{1b}[31m\nFORGED '\\ \u{202e}.csv";
        assert_eq!(in_shell(hostile), r"$'a\x1b[31m\x0aFORGED \'\\ \xe2\x80\xae.csv'");
    }
}
