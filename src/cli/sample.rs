//! `coverledger check --sample`

mod file;
mod json;

use super::args::{Check, Global, Output};
use super::reasons::Reasons;
use super::screen::{CapturedText, Screen};
use super::{Failure, Grid, exit, settled};
use crate::run::sample::{self, Placed, Trial, Tried, TriedDay};
use crate::run::{Disposition, waits_for};
use coverledger_config::{self as config, Workspace};
use coverledger_core::model::{Count, MarketDay};
use coverledger_core::time::Clock;

/// The number of reasons for which rejects are shown.
const SHOWN: usize = 12;

/// Processes local files as a nightly run would, and prints the result.
pub async fn run(args: &Check, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let workspace = config::load_before_jobs(&global.config, &global.jobs)?;
    let placed = placed(args, &workspace)?;
    let now = Clock::System.now();
    let trial = Box::pin(sample::try_files(&workspace, placed, now)).await.map_err(Failure::of_sample)?;
    let code = code(&trial);
    match args.output {
        Output::Json => out.json(&json::json(&workspace, &trial, code))?,
        Output::Text => out.page(&CapturedText::written(|out| write(&workspace, &trial, out))?.trimmed())?,
    }
    Ok(code)
}

/// The export and path for each file. `--as` and `--path` are given once for all files, or once for each.
fn placed(args: &Check, workspace: &Workspace) -> Result<Vec<Placed>, Failure> {
    let of = |values: &'_ [String], number: usize, flag: &str| match values {
        [] => Ok(None),
        [one] if flag == "--as" || args.sample.len() == 1 => Ok(Some(one.clone())),
        several if several.len() == args.sample.len() => Ok(several.get(number).cloned()),
        several => Err(Failure::usage(format!(
            "`{flag}` is there {} times for {} files (expected one for each, in their order)",
            several.len(),
            args.sample.len()
        ))),
    };
    let mut placed = Vec::new();
    for (number, file) in args.sample.iter().enumerate() {
        let (name, key) = (of(&args.name, number, "--as")?, of(&args.path, number, "--path")?);
        if file.is_dir() {
            return Err(Failure::usage(format!("`{}` is a folder (expected a file of it)", file.display())));
        }
        if !file.is_file() {
            return Err(Failure::usage(format!("there is no file `{}`", file.display())));
        }
        let of_file = sample::place(workspace, file, name.as_deref(), key.as_deref());
        placed.push(of_file.map_err(|error| Failure::usage(error.to_string()))?);
    }
    Ok(placed)
}

/// The exit code that a run would have, and 6 if a file cannot be read at all.
fn code(trial: &Trial) -> u8 {
    let counts = |file: &Tried| file.read.as_ref().is_ok_and(|read| read.taken > 0 || read.rows_in == 0);
    match settled::code(&trial.report) {
        _ if trial.files.iter().any(|file| file.read.is_err()) => exit::SOME_FAILED,
        exit::DONE if !trial.files.iter().all(counts) => exit::EXPORTS,
        code => code,
    }
}

fn write(workspace: &Workspace, trial: &Trial, out: &mut Screen<'_>) -> Result<(), Failure> {
    for file in &trial.files {
        file::write_file(out, workspace, trial, file)?;
    }
    for left in &trial.left_out {
        writeln!(out, "not tried: `{left}` (give a file of it with another `--sample`)")?;
    }
    for platform in &trial.without_job {
        writeln!(out, "warning: no job names `{platform}`, so no night counts it; it was tried in every market")?;
    }
    let are_counts = trial.files.iter().any(|file| !file.is_log);
    if are_counts && trial.files.iter().all(|file| file.read.is_ok()) {
        write_days(out, trial)?;
    } else if !are_counts {
        write_notes(out, trial)?;
    }
    Ok(())
}

fn write_days(out: &mut Screen<'_>, trial: &Trial) -> Result<(), Failure> {
    let names: Vec<&str> = totals(&trial.days);
    let header = ["market-day", "what a run makes of it", "rows"].into_iter().chain(names.iter().copied());
    let mut table = Grid::new(header, 2);
    for day in &trial.days {
        let mut cells = vec![day.market_day.to_string(), word(day).to_owned()];
        cells.push(day.rows.map_or_else(String::new, |rows| rows.to_string()));
        cells.extend(names.iter().map(|name| day.totals.get(*name).map_or_else(String::new, i64::to_string)));
        table.add_row(cells);
    }
    if trial.days.is_empty() {
        writeln!(out, "nothing of it would be published")?;
    } else {
        out.page(&table)?;
    }
    if trial.empty_days > 0 {
        writeln!(out, "  {} more market-days that read it have no row of it", trial.empty_days)?;
    }
    let mut reasons = Reasons::default();
    for TriedDay { market_day, end, .. } in &trial.days {
        if let Disposition::Waiting { missing, incomplete, .. } = end {
            reasons.add(end.word(), waits_for(missing, incomplete), market_day);
        } else if let Some(reason) = end.reason() {
            reasons.add(end.word(), reason, market_day);
        }
    }
    reasons.print(out)?;
    write_notes(out, trial)?;
    writeln!(out, "nothing was published: no store and no archive was touched")?;
    Ok(())
}

fn write_notes(out: &mut Screen<'_>, trial: &Trial) -> Result<(), Failure> {
    // A day without a row of a cover log may still have notes about the log.
    let days = trial.report.days.iter().map(|(day, end)| (day, end.notes()));
    let is_shown = |day: &MarketDay| {
        trial.days.iter().any(|shown| shown.market_day == *day) || trial.files.iter().all(|file| file.is_log)
    };
    let mut told = Reasons::default();
    for (day, notes) in days.filter(|(day, _)| is_shown(day)) {
        for note in notes {
            told.add("note", note.clone(), day);
        }
    }
    told.print(out)?;
    Ok(())
}

/// The sums that are present, in the order of the counts.
fn totals(days: &[TriedDay]) -> Vec<&str> {
    let mut names: Vec<&str> = days.iter().flat_map(|day| day.totals.keys()).map(String::as_str).collect();
    // Of names with the same beginning, the longest applies; dwell, the last but one of the counts, is in milliseconds.
    let place = |name: &str| Count::ALL.iter().rposition(|count| name.starts_with(count.word()));
    names.sort_by_key(|name| (place(name).unwrap_or(Count::ALL.len()), *name));
    names.dedup();
    names
}

/// How a market-day would end, in words.
pub(super) fn word(day: &TriedDay) -> &'static str {
    match (&day.end, day.is_over) {
        (Disposition::Published { .. }, true) => "published",
        (Disposition::Published { .. }, false) => "published once it is over",
        (end, _) => end.word(),
    }
}
