//! A table for people: as wide as their terminal, and what does not fit is named below it.

use polars::prelude::*;

use super::cell::cell;
use super::columns::{ShownColumn, for_people};
use super::order;
use crate::cli::Failure;
use crate::cli::args::Show;
use crate::cli::fit::{Content, FitColumn, all_fit, fitted};
use crate::cli::screen::Screen;
use crate::cli::wrap::wrapped;
use coverledger_core::model::{ColumnType, View, columns as c, legible};

/// Prints so many rows.
pub(super) fn print(args: &Show, frame: &DataFrame, shown: usize, out: &mut Screen<'_>) -> Result<(), Failure> {
    let mut order = order::for_people(frame, args.table)?;
    order.truncate(shown);
    let columns = for_people(args)?;
    let mut all: Vec<(ShownColumn, FitColumn)> = Vec::new();
    for column in columns {
        let cells = order.iter().map(|row| cell(&column, frame, *row)).collect::<PolarsResult<Vec<_>>>()?;
        let fit = FitColumn::new(&column.heading, content(&column), &cells);
        all.push((column, fit));
    }
    let width = (!args.wide).then(|| out.width());
    if let Some(width) = width.filter(|_| args.columns.is_empty())
        && !all_fit(all.iter().map(|(_, fit)| fit), width)
    {
        let above = said_above(args, &mut all);
        if !above.is_empty() {
            for line in wrapped(&above.join(args.lang.of(", ", "，")), width) {
                writeln!(out, "{line}")?;
            }
        }
    }
    let fits: Vec<&FitColumn> = all.iter().map(|(_, fit)| fit).collect();
    let mut table = fitted(&fits, width);
    if !args.columns.is_empty() && !table.left_out.is_empty() {
        // What was chosen is shown, however wide it is.
        table = fitted(&fits, None);
    }
    out.page(&table.grid)?;
    if !table.left_out.is_empty() {
        let name = |at: &usize| {
            let column = &all[*at].0;
            args.lang.of(format!("`{}`", column.name), format!("{}（`{}`）", column.heading, column.name))
        };
        let names: Vec<String> = table.left_out.iter().map(name).collect();
        let en = format!(
            "not shown, as the terminal is too narrow: {}; `--wide` shows all, `--columns` chooses",
            names.join(", ")
        );
        let zh = format!("终端太窄，未显示：{}；`--wide` 显示全部，`--columns` 自选", names.join("、"));
        for line in wrapped(&legible(&args.lang.of(en, zh)), out.width()) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

fn content(column: &ShownColumn) -> Content {
    match (column.view, column.of_type) {
        (View::Prose, _) => Content::Prose,
        (_, ColumnType::Whole | ColumnType::Float) => Content::Number,
        (_, ColumnType::Text) => Content::Text,
        (_, ColumnType::Truth | ColumnType::Day | ColumnType::Instant | ColumnType::WallTime) => Content::Word,
    }
}

/// Takes the date and the place out of a table that is too wide, where all rows have the same, and says them above it.
fn said_above(args: &Show, all: &mut Vec<(ShownColumn, FitColumn)>) -> Vec<String> {
    let mut above = Vec::new();
    let of_place = [args.table.date_column().unwrap_or_default(), c::EXPERIMENT, c::MARKET, c::PLATFORM];
    let is_left = all.iter().any(|(column, _)| !of_place.contains(&&*column.name));
    all.retain(|(column, fit)| {
        let Some(same) = fit.same().filter(|_| is_left && of_place.contains(&&*column.name)) else { return true };
        above.push(format!("{} {same}", column.heading));
        false
    });
    above
}
