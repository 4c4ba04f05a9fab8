//! `coverledger brief`

mod browser;
mod titles;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use jiff::civil::Date;

use super::advised::Advice;
use super::args::{Brief, Global};
use super::near::is_known;
use super::run::clock;
use super::screen::Screen;
use super::{Failure, exit, load};
use crate::stores;
use coverledger_archive::{Archive, Receipt, TableName, Unit};
use coverledger_brief::Text;
use coverledger_config::Workspace;
use coverledger_core::model::MarketId;
use coverledger_report as report;

/// So many dates are named that are near one that has no brief.
const NEAR: usize = 4;

/// Prints where a brief lies and what it says of the night to come, and opens it.
pub async fn run(args: &Brief, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let workspace = load(global)?;
    let archive = stores::archive_for_planning(&workspace.settings)?;
    is_known("market", args.market.as_deref(), workspace.markets.keys().map(MarketId::as_str))?;
    let receipt = match args.as_of {
        Some(as_of) => of_date(&archive, as_of).await?,
        None => archive.newest_brief(Date::MAX).await?,
    };
    let Some(receipt) = receipt else { return Err(Failure::usage(why_none(&workspace, &archive).await?)) };
    let Unit::Brief { as_of } = receipt.content.unit else { return Err(Failure::machine("it is no brief")) };
    let mut tables = archive.tables_of(&receipt).await?;
    let page = tables.remove(&TableName::Brief).unwrap_or_default();
    let place = place_of(&archive, &receipt);
    writeln!(out, "brief as of {as_of}, revision {}: {}", receipt.content.revision, place.shown)?;
    if let Some(advice) = tables.remove(&TableName::Advice) {
        let frame = report::read(TableName::Advice, &[advice]);
        let advice = frame
            .and_then(|frame| Advice::read(&frame))
            .map_err(|error| Failure::damaged(&[(format!("advice of {as_of}"), error.to_string())]))?;
        let titles = titles(&workspace, &archive).await;
        words::print(&advice, &titles, &workspace, args.market.as_deref(), args.lang, clock(args.at).now(), out)?;
    }
    if let Some(path) = &args.output_file {
        std::fs::write(path, &page).map_err(|error| Failure::machine(format!("`{}`: {error}", path.display())))?;
        writeln!(out, "written to {}", path.display())?;
    }
    if args.open {
        let file = match (&args.output_file, &place.file) {
            (Some(written), _) => written.clone(),
            (None, Some(file)) if is_whole(file, &page) => file.clone(),
            // It lies in a bucket, or another revision is there now.
            (None, _) => copied(&workspace, &page, as_of)?,
        };
        browser::open(&file)?;
        writeln!(out, "opened {}", file.display())?;
    }
    Ok(exit::DONE)
}

/// What covers are called, by the newest table of them; without it they are called by their ids, which is no reason to fail.
async fn titles(workspace: &Workspace, archive: &Archive) -> BTreeMap<String, Text> {
    if workspace.library.is_none() {
        return BTreeMap::new();
    }
    let read = async {
        let revision = archive.newest_revision(&Unit::Catalogue).await.ok()??;
        let bytes = archive.table_of(&Unit::Catalogue, revision, TableName::Covers).await.ok()??;
        let covers = report::read(TableName::Covers, &[bytes]).ok()?;
        titles::of(&covers).ok()
    };
    read.await.unwrap_or_default()
}

/// Where the page of a brief lies.
struct PagePlace {
    shown: String,
    file: Option<PathBuf>,
}

fn place_of(archive: &Archive, receipt: &Receipt) -> PagePlace {
    let record = receipt.content.tables.iter().find(|record| record.table == TableName::Brief);
    let key = record.map(|record| record.key.as_str()).unwrap_or_default();
    match archive.store().folder() {
        Some(folder) => {
            let file = folder.join(key);
            PagePlace { shown: file.display().to_string(), file: Some(file) }
        }
        None => PagePlace { shown: format!("{}/{key}", archive.store().name()), file: None },
    }
}

fn is_whole(file: &Path, page: &Bytes) -> bool {
    std::fs::read(file).is_ok_and(|there| there == **page)
}

/// A copy that stays until somebody cleans the temporary folder: the browser reads it after this program has ended.
fn copied(workspace: &Workspace, page: &Bytes, as_of: Date) -> Result<PathBuf, Failure> {
    let folder = crate::stores::scratch_dir(&workspace.settings);
    let file = folder.join(format!("coverledger-brief-{as_of}.html"));
    let failed = |error| Failure::machine(format!("`{}`: {error}", file.display()));
    std::fs::write(&file, page).map_err(failed)?;
    Ok(file)
}

/// The brief of a date; one that does not exist names those near it.
async fn of_date(archive: &Archive, as_of: Date) -> Result<Option<Receipt>, Failure> {
    let briefs = archive.briefs().await?;
    if briefs.is_empty() {
        return Ok(None);
    }
    if let Some(receipt) = archive.newest_brief(as_of).await?
        && receipt.content.unit == (Unit::Brief { as_of })
    {
        return Ok(Some(receipt));
    }
    let mut near: Vec<Date> = briefs.into_keys().filter(|date| *date != as_of).collect();
    near.sort_by_key(|date| (as_of.since(*date).map_or(i32::MAX, |span| span.get_days().abs()), *date));
    near.truncate(NEAR);
    near.sort_unstable();
    let near: Vec<String> = near.iter().map(|date| format!("`{date}`")).collect();
    Err(Failure::usage(format!("there is no brief as of {as_of} (the nearest are of {})", near.join(", "))))
}

/// Why there is no brief at all, and what to do.
async fn why_none(workspace: &Workspace, archive: &Archive) -> Result<String, Failure> {
    let run = match workspace.jobs.keys().next() {
        Some(job) => format!("`coverledger run {job}`"),
        None => "a run".to_owned(),
    };
    if workspace.brief.is_none() {
        return Ok(format!(
            "there is no brief, for there is no `brief.yaml` beside `archive.yaml` (one with `version: 1` is enough; {run} makes the brief then)"
        ));
    }
    if archive.places().await?.is_empty() {
        return Ok(format!("there is no brief, for nothing is published yet ({run} publishes)"));
    }
    let more = if workspace.decisions.is_some() {
        ""
    } else {
        "; without `decisions.yaml` it will say that nothing is decided"
    };
    Ok(format!("there is no brief, for nothing ran since `brief.yaml` is there ({run} makes one{more})"))
}
