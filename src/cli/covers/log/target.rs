//! Which log a row goes into: the file that is named, or the platform's own log in the exports' folder.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::file::LogFile;
use super::form::{LogForm, Row};
use crate::cli::Failure;
use crate::cli::args::CoversLog;
use crate::cli::covers::places::is_known;
use coverledger_config::{Export, Format, PathPart, Rows, StoreLocation, Workspace};
use coverledger_core::model::MarketId;

/// What a log is called where the path leaves its name open.
const NAME: &str = "cover_log";

/// A log, and how it is written.
#[derive(Debug)]
pub(super) struct Target<'w> {
    pub form: LogForm,
    /// The platform's export that it is, if it is one.
    export: Option<(String, &'w Export)>,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// A file by name.
    File(PathBuf),
    /// Below the exports' folder, where the export's path says.
    Folder(PathBuf),
}

impl<'w> Target<'w> {
    /// The log that is meant.
    ///
    /// # Errors
    /// There is none, there are several, or nothing can be appended to it.
    pub fn of(args: &CoversLog, workspace: &'w Workspace) -> Result<Self, Failure> {
        is_known("platform", args.platform.as_deref(), workspace.platforms.keys().map(ToString::to_string))?;
        let is_meant = |platform: &str| args.platform.as_deref().is_none_or(|asked| asked == platform);
        let mut logs: Vec<(String, &Export)> = Vec::new();
        for (platform, definition) in workspace.platforms.iter().filter(|(id, _)| is_meant(id.as_str())) {
            let covers = definition.exports.iter().filter(|export| matches!(export.rows, Rows::Covers(_)));
            logs.extend(covers.map(|export| (format!("{platform}/{}", export.name), export)));
        }
        match (&args.file, logs.len()) {
            (Some(file), 0) => {
                Ok(Self { form: LogForm::of_templates(), export: None, place: Place::File(file.clone()) })
            }
            (Some(file), _) => Ok(Self::of_file(file, &logs)),
            (None, 1) => Self::of_export(logs.remove(0), &workspace.settings.exports),
            (None, 0) => Err(Failure::usage(
                "no export has `rows: covers`: name the log by `--file FILE.csv`; `inspect TABLE FILE.csv --write …` drafts the export from it",
            )),
            (None, _) => {
                let names: Vec<&str> = logs.iter().map(|(name, _)| name.as_str()).collect();
                let names = names.join("`, `");
                Err(Failure::usage(format!(
                    "there are several logs of covers: `{names}` (say which by `--platform PLATFORM`, or name a file by `--file FILE.csv`)"
                )))
            }
        }
    }

    /// A file by name: written as the template is, if it has its header, or as the one export that it can be of.
    fn of_file(file: &Path, logs: &[(String, &'w Export)]) -> Self {
        let place = Place::File(file.to_owned());
        let template = LogForm::of_templates();
        if file.exists() && LogFile::has_header_of(file, &template) {
            return Self { form: template, export: None, place };
        }
        let is_only = logs.len() == 1;
        for (name, export) in logs {
            let Ok(form) = form_of(name, export) else { continue };
            if file.exists() && LogFile::has_header_of(file, &form) || !file.exists() && is_only {
                return Self { form, export: Some((name.clone(), export)), place };
            }
        }
        Self { form: template, export: None, place }
    }

    fn of_export((name, export): (String, &'w Export), exports: &StoreLocation) -> Result<Self, Failure> {
        let form = form_of(&name, export)?;
        let StoreLocation::Folder(folder) = exports else {
            return Err(Failure::usage(
                "the exports are in a bucket: name a file here by `--file FILE.csv`, and upload it",
            ));
        };
        Ok(Self { form, export: Some((name, export)), place: Place::Folder(folder.clone()) })
    }

    /// The file that the row goes into. All of a broadcast stands in one file, so that is the one that has it; else the newest.
    ///
    /// # Errors
    /// The path of the export needs something that nobody said.
    pub fn file(&self, row: &Row, market: &MarketId, at: Timestamp) -> Result<PathBuf, Failure> {
        let folder = match &self.place {
            Place::File(file) => return Ok(file.clone()),
            Place::Folder(folder) => folder,
        };
        let Some((name, export)) = &self.export else { return Ok(folder.join(format!("{NAME}.csv"))) };
        if export.path.names_broadcast() {
            is_a_name(&row.broadcast)?;
        }
        let today = export.day_zone.local(at).date();
        let market = self.form.name_of(market);
        let on = |date| -> Result<String, Failure> {
            let mut path = String::new();
            for part in export.path.on(Some(date)) {
                match part {
                    PathPart::Literal(text) => path.push_str(&text),
                    PathPart::Market => path.push_str(&market),
                    PathPart::Broadcast => path.push_str(&row.broadcast),
                    PathPart::Any => path.push('*'),
                    PathPart::Date(_) | PathPart::Instant(..) => {
                        let path = &export.path.text;
                        let hint = "name the file by `--file FILE.csv`";
                        return Err(Failure::usage(format!("the path of `{name}` is `{path}`: {hint}")));
                    }
                }
            }
            Ok(path)
        };
        let mut there = Vec::new();
        for date in [Some(today), today.yesterday().ok()].into_iter().flatten() {
            for file in matching(folder, &on(date)?) {
                if LogFile::has_broadcast(&file, &self.form, &row.broadcast) {
                    return Ok(file);
                }
                there.push((date, file));
            }
        }
        // Yesterday's file is for broadcasts that began in it.
        let newest = there.into_iter().find(|(date, _)| *date == today || !export.path.is_dated());
        let new = || -> Result<PathBuf, Failure> { Ok(folder.join(on(today)?.replace('*', NAME))) };
        newest.map_or_else(new, |(_, file)| Ok(file))
    }

    /// What comes next.
    pub fn hint(&self) -> String {
        match (&self.export, &self.place) {
            (Some((name, _)), Place::Folder(_)) => format!(", which `{name}` reads at the next run"),
            (Some((name, _)), Place::File(_)) => format!(", kept as `{name}` has it: deliver it with the exports"),
            (None, _) => ", kept as the template is: deliver it with the exports".to_owned(),
        }
    }
}

/// A broadcast by which a file is named must not lead elsewhere, nor stand for others.
fn is_a_name(broadcast: &str) -> Result<(), Failure> {
    let is_dots = broadcast.chars().all(|c| c == '.');
    match broadcast.chars().find(|c| "/\\*".contains(*c)) {
        None if !is_dots => Ok(()),
        found => {
            let found = found.unwrap_or('.');
            Err(Failure::usage(format!(
                "the broadcast `{broadcast}` has `{found}`, and the log's file is named by it (name the file by `--file FILE.csv`)"
            )))
        }
    }
}

fn form_of(name: &str, export: &Export) -> Result<LogForm, Failure> {
    let refuse = |why: &str| {
        Failure::usage(format!("nothing can be appended to `{name}`: {why} (name a CSV file by `--file`)"))
    };
    let Rows::Covers(rows) = &export.rows else { return Err(refuse("it is no log of covers")) };
    match &export.format {
        Format::Delimited { dialect, header, .. }
            if header.given.is_none() && dialect.delimiter.byte() == Some(b',') => {}
        Format::Delimited { .. } => return Err(refuse("it is not separated by commas, or has no header")),
        _ => return Err(refuse("it is no CSV")),
    }
    LogForm::of_export(&export.columns, rows).map_err(|why| refuse(&why))
}

/// Files that match a path in which `*` is any run of characters within the last name; the one that was changed last first.
fn matching(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let (parent, name) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    let parent = folder.join(parent.replace('*', NAME));
    let Some((before, after)) = name.split_once('*') else {
        let file = parent.join(name);
        return if file.is_file() { vec![file] } else { Vec::new() };
    };
    let after = after.rsplit('*').next().unwrap_or_default();
    let Ok(entries) = std::fs::read_dir(&parent) else { return Vec::new() };
    let mut found: Vec<(std::time::SystemTime, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
        })
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .filter(|(_, path)| path.is_file())
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broadcast_names_no_file_elsewhere() {
        for bad in ["../x", "/x", "a*", "..", ".", "a/b", "a\\b"] {
            assert!(is_a_name(bad).is_err(), "{bad}");
        }
        for fine in ["room-1", "直播间", "a.b", "..a"] {
            assert!(is_a_name(fine).is_ok(), "{fine}");
        }
    }
}
