//! `coverledger covers log`: a row in the team's log of covers, on the clock that the log is kept by.

mod file;
mod form;
mod target;
mod time;

use std::path::Path;

use super::places::is_known;
use crate::cli::args::{CoversLog, Global};
use crate::cli::lang::Lang;
use crate::cli::run::clock;
use crate::cli::screen::Screen;
use crate::cli::{Failure, exit, load};
use coverledger_config::{Market, Workspace, among};
use coverledger_core::model::{MarketId, is_steering};
use coverledger_demo as demo;
use file::LogFile;
use form::{LogForm, Row};
use target::Target;

/// What a formula begins with, in a spreadsheet of either width of letters.
const OF_FORMULAS: [char; 8] = ['=', '@', '+', '-', '＝', '＠', '＋', '－'];

/// Appends a row, or writes a template.
pub(super) fn run(args: &CoversLog, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    if let Some(path) = &args.template {
        return template(path, args.lang, out);
    }
    let (Some(room), Some(cover)) = (args.room.as_deref(), args.cover.as_deref()) else {
        return Err(Failure::usage("a broadcast and a cover are needed (or `--template FILE.xlsx`)"));
    };
    check_id("broadcast", room)?;
    check_id("cover", cover)?;
    let workspace = load(global)?;
    let target = Target::of(args, &workspace)?;
    let (id, market) = market(args, &target.form, &workspace)?;
    let zone = &market.day.zone;
    let at = time::instant(args.at.as_deref(), zone, clock(args.now).now()).map_err(Failure::usage)?;
    let row = Row {
        market: target.form.market_text(id),
        broadcast: room.to_owned(),
        cover: cover.to_owned(),
        from: target.form.written(at, zone).map_err(Failure::usage)?,
    };
    let path = target.file(&row, id, at)?;
    let mut file = LogFile::open(&path, &target.form, args.lang)?;
    file.check(&row)?;
    let line = file.append(&row)?;
    let home = &workspace.settings.home_timezone;
    let shown = |zone: &coverledger_core::time::Zone| zone.local(at).strftime("%Y-%m-%d %H:%M").to_string();
    writeln!(
        out,
        "{id}, broadcast {room}: {cover} is on air since {} ({}), {} in {}",
        shown(zone),
        zone.name(),
        shown(home),
        home.name()
    )?;
    writeln!(out, "line {line} of {}{}", path.display(), target.hint())?;
    Ok(exit::DONE)
}

/// The market that is meant, where the log needs one or there is one only.
fn market<'w>(
    args: &CoversLog,
    form: &LogForm,
    workspace: &'w Workspace,
) -> Result<(&'w MarketId, &'w Market), Failure> {
    is_known("market", args.market.as_deref(), workspace.markets.keys().map(ToString::to_string))?;
    let fixed = form.fixed_market();
    let named = args.market.as_deref().map(MarketId::new);
    if let (Some(fixed), Some(named)) = (fixed, &named)
        && fixed != named
    {
        return Err(Failure::usage(format!("this log is one of `{fixed}` alone, not of `{named}`")));
    }
    let mut all = workspace.markets.iter();
    let found = match (named.as_ref().or(fixed), all.len()) {
        (Some(id), _) => workspace.markets.get_key_value(id),
        (None, 1) => all.next(),
        (None, _) => None,
    };
    found.ok_or_else(|| {
        let known = among("there are", workspace.markets.keys().map(MarketId::as_str), "");
        Failure::usage(format!("whose clock? Name the market by `--market MARKET` ({known})"))
    })
}

/// An id goes into the log as it is: it has to be what the platform's exports have.
fn check_id(what: &str, id: &str) -> Result<(), Failure> {
    if id.trim().is_empty() {
        return Err(Failure::usage(format!("an empty text names no {what}")));
    }
    if id.chars().any(|c| is_steering(c) || c.is_control()) {
        return Err(Failure::usage(format!("the {what} `{id}` has characters that cannot be seen")));
    }
    if let Some(first) = id.chars().next().filter(|first| OF_FORMULAS.contains(first)) {
        let why = "a spreadsheet would take it for a formula";
        return Err(Failure::usage(format!("the {what} `{id}` begins with `{first}`: {why}")));
    }
    Ok(())
}

/// Writes an empty log.
fn template(path: &Path, language: Lang, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let stem = language.of("cover_log", "cover_log_zh");
    let Some(bytes) = demo::template(&format!("{stem}.{}", extension.to_ascii_lowercase())) else {
        let path = path.display();
        return Err(Failure::usage(format!(
            "`{path}` is neither a workbook nor a table (expected `.xlsx` or `.csv`)"
        )));
    };
    let written = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let written = written.and_then(|mut file| std::io::Write::write_all(&mut file, bytes));
    written.map_err(|error| Failure::usage(format!("cannot write `{}`: {error}", path.display())))?;
    writeln!(out, "written to {}", path.display())?;
    Ok(exit::DONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_a_spreadsheet_would_reckon_is_refused_by_its_first_letter() {
        for first in OF_FORMULAS {
            let error = check_id("cover", &format!("{first}1+1")).unwrap_err();
            let said = format!("{error:?}");
            assert!(said.contains(&format!("begins with `{first}`")), "{said}");
        }
        for fine in ["红裙", "é", "cov-red-a", "1+1"] {
            assert!(check_id("cover", fine).is_ok(), "{fine}");
        }
        assert!(check_id("cover", " ").is_err() && check_id("cover", "a\nb").is_err());
    }
}
