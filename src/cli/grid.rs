//! A table for the terminal. Its cells may contain text of others, which is escaped.

use std::fmt;

use comfy_table::{CellAlignment, LineStyle, Table, presets};

use super::screen::Lines;
use coverledger_core::model::legible;

/// The only line is under the header. Cells are escaped before they are measured, so that columns are aligned.
pub struct Grid(Table);

/// The kind of text in a column.
pub struct Cell(String);

impl Cell {
    /// Sentences on several lines.
    pub fn lines<'t>(lines: impl IntoIterator<Item = &'t str>) -> Self {
        Self(lines.into_iter().map(legible).collect::<Vec<_>>().join("\n"))
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self(legible(text.as_ref()).into_owned())
    }
}

impl Grid {
    /// A table whose first `text_columns` columns are text; the others are numbers, aligned to the right.
    pub fn new(header: impl IntoIterator<Item = impl Into<Cell>>, text_columns: usize) -> Self {
        let mut table = Table::new();
        table.load_style(presets::NOTHING.header_separator(LineStyle::none().fill('─').junction('─')));
        table.set_header(header.into_iter().map(|cell| cell.into().0));
        let mut grid = Self(table);
        for index in 0..grid.0.column_count() {
            grid.align(index, index < text_columns);
        }
        grid
    }

    /// Aligns text to the left and numbers to the right.
    pub fn align(&mut self, column: usize, is_text: bool) {
        if let Some(column) = self.0.column_mut(column) {
            column.set_padding((1, 1));
            column.set_cell_alignment(if is_text { CellAlignment::Left } else { CellAlignment::Right });
        }
    }

    /// Adds a row.
    pub fn add_row(&mut self, cells: impl IntoIterator<Item = impl Into<Cell>>) {
        self.0.add_row(cells.into_iter().map(|cell| cell.into().0));
    }
}

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Lines for Grid {}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::*;
    use coverledger_core::model::is_steering;

    #[test]
    fn columns_stay_below_each_other_whatever_is_in_a_cell() {
        let mut grid = Grid::new(["cover\u{202e}", "shown\n"], 1);
        for id in ["c", "直播间封面", "\u{1b}[2J\nFORGED", "a\u{9b}31m\u{2066}", "e\u{301}👩‍👩‍👧"]
        {
            grid.add_row([id, "17"]);
        }
        let text = grid.to_string();
        assert_eq!(text.lines().count(), 7, "{text}");
        assert!(!text.chars().any(|c| is_steering(c) && c != '\n'), "{text}");
        let rows: Vec<&str> = text.lines().filter(|line| line.contains("17")).collect();
        assert_eq!(rows.len(), 5);
        let begins = |row: &&str| row.rfind("17").map(|at| row[..at].width());
        assert!(rows.iter().all(|row| begins(row) == begins(&rows[0])), "{text}");
    }

    #[test]
    fn sentences_have_lines_of_their_own_and_forge_none() {
        let mut grid = Grid::new(["why"], 1);
        grid.add_row([Cell::lines(["one", "two\nthree"])]);
        assert!(grid.to_string().ends_with(" one        \n two\\nthree "), "{grid}");
    }
}
