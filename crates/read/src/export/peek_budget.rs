//! A budget for the memory of a first look at files.
//!
//! A look at a file that nobody knows yet holds its rows in memory, and what is found out about them. So the cells that
//! are kept are counted, whatever the file says of itself; what goes beyond is not looked at, and the look says so.

/// Columns of a table that are looked at.
pub(super) const MAX_COLUMNS: usize = 2_000;
/// Bytes of a text that are kept; names and values that matter are shorter.
const MAX_CELL_BYTES: usize = 4 << 10;
/// Cells of all files, blank ones within a row among them.
const MAX_CELLS: i64 = 2_500_000;
/// Texts of all files.
const MAX_TEXT_BYTES: i64 = 48 << 20;

/// Cells and bytes of text that may still be kept. Negative if the last row took more than was left.
#[derive(Debug)]
pub struct PeekBudget {
    cells: i64,
    text_bytes: i64,
}

impl Default for PeekBudget {
    /// For all files that are looked at in one go.
    fn default() -> Self {
        Self { cells: MAX_CELLS, text_bytes: MAX_TEXT_BYTES }
    }
}

impl PeekBudget {
    /// For a few rows that are looked at to tell how a file is to be looked at, and not kept.
    pub(super) fn for_guess() -> Self {
        Self { cells: MAX_CELLS / 16, text_bytes: MAX_TEXT_BYTES / 16 }
    }

    /// Lends an equal share for one of so many that are still to come; what it leaves is theirs.
    pub fn lend<T>(&mut self, among: usize, look: impl FnOnce(&mut Self) -> T) -> T {
        let among = i64::try_from(among.max(1)).unwrap_or(i64::MAX);
        let mut share = Self { cells: self.cells.max(0) / among, text_bytes: self.text_bytes.max(0) / among };
        let (cells, text_bytes) = (share.cells, share.text_bytes);
        let looked = look(&mut share);
        self.cells -= cells - share.cells;
        self.text_bytes -= text_bytes - share.text_bytes;
        looked
    }

    /// Takes a row of so many cells and so many bytes of text in, unless nothing is left.
    pub(super) fn take(&mut self, cells: usize, text_bytes: usize) -> bool {
        if self.cells <= 0 || self.text_bytes <= 0 {
            return false;
        }
        // A row without a cell is one all the same.
        self.cells -= i64::try_from(cells.max(1)).unwrap_or(i64::MAX);
        self.text_bytes -= i64::try_from(text_bytes).unwrap_or(i64::MAX);
        true
    }
}

/// As much of a text as is kept.
pub(super) fn kept(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_CELL_BYTES)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_leaves_is_for_the_others_and_what_it_overdraws_is_theirs_too() {
        let mut room = PeekBudget { cells: 100, text_bytes: 1_000 };
        room.lend(4, |share| {
            assert_eq!(share.cells, 25);
            assert!(share.take(20, 10));
        });
        room.lend(2, |share| {
            assert_eq!(share.cells, 40);
            // The first row is taken, however wide.
            assert!(share.take(70, 10));
            assert!(!share.take(1, 1));
        });
        assert_eq!((room.cells, room.text_bytes), (10, 980));
        assert!(room.take(0, 0));
        assert_eq!(room.cells, 9);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(kept("short"), "short");
        assert_eq!(kept(&"é".repeat(MAX_CELL_BYTES)).len(), MAX_CELL_BYTES);
        assert_eq!(kept(&format!("x{}", "é".repeat(MAX_CELL_BYTES))).len(), MAX_CELL_BYTES - 1);
    }
}
