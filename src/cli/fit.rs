//! Which columns of a table fit beside each other on a screen, and where their texts are broken.
//!
//! Columns are taken in their order, the most important first, as long as there is room; one that is too wide is left out,
//! and a narrower one behind it may still fit. Sentences stand behind all others, and take the room that is left.

use super::Grid;
use super::grid::Cell;
use super::wrap::{columns, longest_piece, wrapped};
use coverledger_core::model::legible;

/// The widest that a text is, where there is room without end.
const WIDEST: usize = 60;
/// The widest that sentences are where there is room: longer lines are hard to read.
const WIDEST_PROSE: usize = 100;
/// As narrow as a text becomes for columns that are less important: most ids are not longer.
const NARROW: usize = 24;
/// As narrow as a text may become, and sentences, before their column is left out.
const NARROWEST: usize = 12;
const NARROWEST_PROSE: usize = 32;
/// Up to here a text is given room before sentences are.
const ENOUGH: usize = 30;
/// So many lines of a text are shown, and all of sentences.
const MOST_LINES: usize = 6;
/// What stands around a cell: a blank on each side, and one between two.
const AROUND: usize = 3;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Ids and words.
    Text,
    /// Dates, times and the like, never broken.
    Word,
    /// Numbers, aligned to the right and never broken.
    Number,
    /// Sentences, behind all other columns.
    Prose,
}

/// A column and its cells.
pub struct FitColumn {
    heading: String,
    content: Content,
    cells: Vec<String>,
    /// As wide as its widest cell, and as its heading.
    of_cells: usize,
    of_heading: usize,
}

impl FitColumn {
    /// A column; its texts may be those of others.
    pub fn new(heading: &str, content: Content, cells: &[String]) -> Self {
        let cells: Vec<String> = cells.iter().map(|cell| legible(cell).into_owned()).collect();
        let heading = legible(heading).into_owned();
        let of_cells = cells.iter().map(|cell| columns(cell)).max().unwrap_or(0);
        let of_heading = columns(&heading);
        Self { heading, content, cells, of_cells, of_heading }
    }

    /// The text that all of its cells have.
    pub fn same(&self) -> Option<&str> {
        let first = self.cells.first()?;
        self.cells.iter().all(|cell| cell == first).then_some(first)
    }

    /// As wide as it would like to be.
    fn natural(&self) -> usize {
        let of_cells = match self.content {
            Content::Number | Content::Word => self.of_cells,
            Content::Text | Content::Prose => self.of_cells.min(WIDEST),
        };
        of_cells.max(self.of_heading)
    }

    /// As narrow as it can be, if a text is to have so many columns.
    fn least(&self, of_text: usize) -> usize {
        let of_cells = match self.content {
            Content::Number | Content::Word => self.of_cells,
            Content::Text => self.of_cells.min(of_text),
            Content::Prose => self.of_cells.min(NARROWEST_PROSE),
        };
        of_cells.max(longest_piece(&in_pieces(&self.heading)))
    }

    fn is_prose(&self) -> bool {
        self.content == Content::Prose
    }

    fn heading(&self, width: usize) -> Cell {
        if self.of_heading <= width {
            return self.heading.as_str().into();
        }
        // A name is broken behind a part of it.
        let lines = wrapped(&in_pieces(&self.heading), width);
        Cell::lines(
            lines.iter().map(|line| line.replace("_ ", "_")).collect::<Vec<_>>().iter().map(String::as_str),
        )
    }

    fn cell(&self, row: usize, width: usize) -> Cell {
        if columns(&self.cells[row]) <= width {
            return self.cells[row].as_str().into();
        }
        let mut lines = wrapped(&self.cells[row], width);
        if !self.is_prose() && lines.len() > MOST_LINES {
            lines.truncate(MOST_LINES);
            if let Some(last) = lines.last_mut() {
                while columns(last) >= width && last.pop().is_some() {}
                last.push('…');
            }
        }
        Cell::lines(lines.iter().map(String::as_str))
    }
}

/// A name whose parts are told apart by blanks.
fn in_pieces(heading: &str) -> String {
    heading.replace('_', "_ ")
}

/// What is shown of a table.
pub struct Fitted {
    /// The columns that fit.
    pub grid: Grid,
    /// The places of those that do not, in their order.
    pub left_out: Vec<usize>,
}

/// Whether all of these fit as they would like to be.
pub fn all_fit<'c>(all: impl IntoIterator<Item = &'c FitColumn>, width: usize) -> bool {
    total(all.into_iter().map(FitColumn::natural)) <= width
}

/// As many of these columns as fit; without a width all of them.
pub fn fitted(all: &[&FitColumn], width: Option<usize>) -> Fitted {
    let mut widths: Vec<Option<usize>> = vec![None; all.len()];
    match width {
        None => widths = all.iter().map(|column| Some(column.natural())).collect(),
        Some(width) => choose(all, width, &mut widths),
    }
    let left_out = (0..all.len()).filter(|at| widths[*at].is_none()).collect();
    let shown = all.iter().zip(&widths).filter_map(|(column, width)| Some((column, (*width)?)));
    let mut shown: Vec<(&&FitColumn, usize)> = shown.collect();
    shown.sort_by_key(|(column, _)| column.is_prose());
    let mut grid = Grid::new(shown.iter().map(|(column, width)| column.heading(*width)), 0);
    for (at, (column, _)) in shown.iter().enumerate() {
        grid.align(at, column.content != Content::Number);
    }
    for row in 0..all.first().map_or(0, |column| column.cells.len()) {
        grid.add_row(shown.iter().map(|(column, width)| column.cell(row, *width)));
    }
    Fitted { grid, left_out }
}

/// Gives a width to each column that fits.
fn choose(all: &[&FitColumn], width: usize, widths: &mut [Option<usize>]) {
    for (at, column) in all.iter().enumerate() {
        let others = total(widths.iter().flatten().copied().chain([0]));
        let fits = [NARROW, NARROWEST].map(|of_text| column.least(of_text));
        widths[at] = fits.into_iter().find(|least| others + least <= width);
        if at == 0 && widths[at].is_none() {
            // At least one is shown, however narrow the screen.
            widths[at] = Some(width.saturating_sub(AROUND - 1).max(1));
        }
    }
    let grow = |at: usize, most: usize, widths: &mut [Option<usize>]| {
        let free = width.saturating_sub(total(widths.iter().flatten().copied()));
        if let Some(of) = &mut widths[at] {
            *of += most.saturating_sub(*of).min(free);
        }
    };
    // Most names are short; what is longer gets what sentences leave.
    let wants = |column: &FitColumn, round: usize| match (round, column.is_prose()) {
        (0, false) => column.natural().min(ENOUGH.max(column.of_heading)),
        (1, true) => column.of_cells.min(WIDEST_PROSE).max(column.of_heading),
        (2, false) => column.natural(),
        _ => 0,
    };
    for round in 0..3 {
        for (at, column) in all.iter().enumerate() {
            grow(at, wants(column, round), widths);
        }
    }
}

/// How wide columns are beside each other.
fn total(widths: impl IntoIterator<Item = usize>) -> usize {
    widths.into_iter().map(|width| width + AROUND).sum::<usize>().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn widest(grid: &Grid) -> usize {
        grid.to_string().lines().map(columns).max().unwrap_or(0)
    }

    fn shown(all: &[FitColumn], width: Option<usize>) -> Fitted {
        fitted(&all.iter().collect::<Vec<_>>(), width)
    }

    fn table() -> Vec<FitColumn> {
        let texts = |texts: [&str; 2]| texts.map(str::to_owned).to_vec();
        vec![
            FitColumn::new("market", Content::Text, &texts(["US", "GB"])),
            FitColumn::new("cover_id", Content::Text, &texts(["c-red", &"long_".repeat(60)])),
            FitColumn::new("note", Content::Prose, &texts(["why ".repeat(40).trim(), "because"])),
            FitColumn::new("click_conversion %", Content::Number, &texts(["41.20", "7.00"])),
            FitColumn::new("ctr %", Content::Number, &texts(["4.12", "3.00"])),
        ]
    }

    #[test]
    fn the_most_important_columns_fit_and_the_others_are_named() {
        for (width, left_out) in [(200, &[][..]), (120, &[]), (60, &[2]), (30, &[2, 3]), (10, &[1, 2, 3, 4])] {
            let fitted = shown(&table(), Some(width));
            assert!(widest(&fitted.grid) <= width, "{width}:\n{}", fitted.grid);
            assert_eq!(fitted.left_out, left_out, "{width}:\n{}", fitted.grid);
        }
        assert!(shown(&table(), None).left_out.is_empty());
    }

    #[test]
    fn sentences_are_last_and_whole_and_an_endless_id_is_cut() {
        let text = shown(&table(), Some(120)).grid.to_string();
        assert!(text.lines().next().unwrap().trim_end().ends_with("note"), "{text}");
        assert_eq!(text.matches("why").count(), 40, "{text}");
        assert!(text.contains('…') && text.contains("long_long_"), "{text}");
    }

    #[test]
    fn a_heading_that_is_wider_than_its_numbers_is_broken_where_room_is_short() {
        let text = shown(&table(), Some(92)).grid.to_string();
        assert!(text.contains("click_ ") && text.contains("conversion "), "{text}");
        assert!(shown(&table(), Some(200)).grid.to_string().contains("click_conversion %"));
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_the_screen(
            cells in prop::collection::vec("[a-z 直播，（\u{202e}=👩]{0,40}", 4),
            width in 12_usize..200,
        ) {
            let of = |at: usize| vec![cells[at].clone(), cells[(at + 1) % 4].clone()];
            let all = [
                FitColumn::new("platform", Content::Text, &of(0)),
                FitColumn::new("cover_id", Content::Text, &of(1)),
                FitColumn::new("说明", Content::Prose, &of(2)),
            ];
            let fitted = shown(&all, Some(width));
            prop_assert!(widest(&fitted.grid) <= width, "{}", fitted.grid);
        }
    }
}
