//! The report of `check --sample` on one file.

use jiff::Timestamp;

use super::SHOWN;
use crate::cli::screen::Screen;
use crate::cli::{Failure, Grid};
use crate::run::sample::{FirstRow, Trial, Tried, full_name};
use coverledger_config::Workspace;
use coverledger_core::model::{Bounds, Count, MarketId, Reject, legible};
use coverledger_core::time::{Cuts, Hint, Timeline};
use coverledger_read::export::ReadReport;

/// Longer text is cut.
const WIDEST: usize = 60;

/// The outcome of its records, its totals and rates, its first rows as they are counted, and the gaps of a cover log.
pub(super) fn write_file(
    out: &mut Screen<'_>,
    workspace: &Workspace,
    trial: &Trial,
    file: &Tried,
) -> Result<(), Failure> {
    let Tried { placed, read, first, .. } = file;
    let (shown, name, key) = (placed.file.display(), full_name(workspace, placed), &placed.key);
    writeln!(out, "`{shown}` as `{name}`, at `{key}`")?;
    let read = match read {
        Ok(read) => read,
        Err(why) => {
            writeln!(out, "  failed: {why}")?;
            return Ok(writeln!(out)?);
        }
    };
    let outcome = trial.report.exports.iter().find(|export| export.key == placed.key);
    let mut parts = vec![format!("{} counted", outcome.map_or(read.taken, |export| export.rows.counted))];
    let rows = outcome.map(|export| export.rows).unwrap_or_default();
    let more = [
        (rows.duplicate, "duplicate"),
        (rows.outside.saturating_sub(read.ignored), "outside of all market-days tried"),
    ];
    let more = more.into_iter().chain([
        (read.ignored, "ignored: totals, skipped, or of what is not counted"),
        (read.rejected, "rejected"),
    ]);
    parts.extend(more.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")));
    writeln!(out, "  {} records: {}", read.rows_in, parts.join(", "))?;
    write_rejects(out, read)?;
    write_checks(out, read)?;
    if !first.is_empty() {
        writeln!(out)?;
        writeln!(out, "  the first rows as they are counted")?;
        out.page(&rows_table(workspace, first))?;
    }
    write_seams(out, workspace, file)?;
    writeln!(out)?;
    Ok(())
}

/// Gaps and overlaps of a cover log.
fn write_seams(out: &mut Screen<'_>, workspace: &Workspace, file: &Tried) -> Result<(), Failure> {
    for seam in file.seams.iter().take(SHOWN) {
        let [one, other] = &seam.covers;
        let [first, second] = seam.records;
        let (from, until) =
            (clock(workspace, &seam.market, seam.from), clock(workspace, &seam.market, seam.until));
        let (kind, what) = if seam.is_overlap {
            ("overlap", format!("`{one}` and `{other}` are on air at once, so what is counted then is nobody's"))
        } else {
            (
                "gap",
                format!("nothing is on air between `{one}` and `{other}`, so what is counted then has no cover"),
            )
        };
        let broadcast = cut(&seam.broadcast);
        writeln!(
            out,
            "  {kind}: {} `{broadcast}`, {from} to {until}: {what} (records {first} and {second})",
            seam.market
        )?;
    }
    if file.seams.len() > SHOWN {
        writeln!(out, "  … and {} more gaps and overlaps", file.seams.len() - SHOWN)?;
    }
    if file.is_log && file.seams.is_empty() && !file.first.is_empty() {
        writeln!(out, "  no gap and no overlap between the covers of a broadcast")?;
    }
    Ok(())
}

fn write_rejects(out: &mut Screen<'_>, read: &ReadReport) -> Result<(), Failure> {
    let each = read.reasons.each();
    for (reason, column, count) in each.iter().take(SHOWN) {
        let is_such = |reject: &&Reject| reject.reason == *reason && reject.column.as_deref() == *column;
        let first = read.rejects.iter().find(is_such);
        let place = column.map(|column| format!(" in `{column}`")).unwrap_or_default();
        let example = first.map(|reject| {
            let text = reject.text.as_deref().map(|text| format!(": {}", cut(text))).unwrap_or_default();
            format!(", the first is record {}{text}", reject.record)
        });
        writeln!(out, "    {count} `{}`{place}{}", reason.word(), example.unwrap_or_default())?;
    }
    if each.len() > SHOWN {
        writeln!(out, "    … and {} more reasons", each.len() - SHOWN)?;
    }
    Ok(())
}

/// Totals of the file, which are kept out of the counts, and reported rates.
fn write_checks(out: &mut Screen<'_>, read: &ReadReport) -> Result<(), Failure> {
    let shown = |bounds: Option<Bounds>| bounds.map_or_else(|| "–".to_owned(), |bounds| number(bounds.value));
    let header = ["what it says of itself", "against", "rows", "reported", "by its rows", "verdict"];
    let mut table = Grid::new(header, 2);
    for check in &read.checks {
        table.add_row([
            check.metric.clone(),
            check.scope.word().to_owned(),
            check.rows.to_string(),
            shown(check.reported),
            shown(check.recomputed),
            check.verdict.word().to_owned(),
        ]);
    }
    if !read.checks.is_empty() {
        writeln!(out)?;
        out.page(&table)?;
    }
    Ok(())
}

fn rows_table(workspace: &Workspace, rows: &[FirstRow]) -> Grid {
    let said = |count: &Count| rows.iter().any(|row| row.counts.iter().any(|(of, _)| of == count));
    let counts: Vec<Count> = Count::ALL.into_iter().filter(said).collect();
    let has_audience = rows.iter().any(|row| !row.audience.is_empty());
    let mut header: Vec<String> =
        ["record", "market", "from, on its clock", "until", "local date", "slot", "broadcast", "cover"]
            .map(str::to_owned)
            .to_vec();
    header.extend(has_audience.then(|| "audience".to_owned()));
    let text_columns = header.len();
    header.extend(counts.iter().map(|count| count.word().to_owned()));
    let mut table = Grid::new(header, text_columns);
    for row in rows {
        let (local, slot) = local(workspace, row);
        let mut cells =
            vec![row.record.to_string(), row.market.to_string(), clock(workspace, &row.market, row.from)];
        cells.push(row.until.map_or_else(|| "–".to_owned(), |until| clock(workspace, &row.market, until)));
        cells.extend([local, slot, cut(&row.broadcast)]);
        cells.push(row.cover.as_deref().map_or_else(|| "by the log".to_owned(), cut));
        cells.extend(has_audience.then(|| cut(&row.audience)));
        cells.extend(counts.iter().map(|count| cell(row, *count)));
        table.add_row(cells);
    }
    table
}

fn cell(row: &FirstRow, count: Count) -> String {
    match row.counts.iter().find(|(of, _)| *of == count) {
        None => String::new(),
        Some((_, None)) => "unknown".to_owned(),
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a row")]
        Some((Count::Dwell, Some(ms))) => number(*ms as f64 / 1000.0),
        Some((_, Some(value))) => value.to_string(),
    }
}

/// The local date and the slot of a row's first instant.
fn local(workspace: &Workspace, row: &FirstRow) -> (String, String) {
    let place = || {
        let market = workspace.markets.get(&row.market)?;
        let day = market.day.day_of(row.from)?;
        let timeline = Timeline::new(&market.day, Some(&market.slots), [day], &Cuts::default());
        let place = timeline.place(row.from.as_microsecond(), &mut Hint::default())?;
        let slot = if row.is_all_day { "all_day" } else { market.slots.names().nth(place.slot?)? };
        Some((place.local_date.to_string(), slot.to_owned()))
    };
    place().unwrap_or_default()
}

fn clock(workspace: &Workspace, market: &MarketId, at: Timestamp) -> String {
    let market = workspace.markets.get(market);
    market.map_or_else(
        || at.to_string(),
        |market| market.day.zone.local(at).strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

fn cut(text: &str) -> String {
    let shown = legible(text);
    match shown.char_indices().nth(WIDEST) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown.into_owned(),
    }
}

/// A rate with enough decimals to distinguish rates.
fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
