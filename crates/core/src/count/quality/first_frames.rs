//! Exact percentiles of first frames.

use hashbrown::HashMap;

use super::row::FrameRow;

/// How often each first frame came, by place.
#[derive(Default)]
pub(super) struct FirstFrames(HashMap<FrameRow, u64>);

impl FirstFrames {
    /// Takes first frames of one partition: all that are of a place come to the same.
    pub(super) fn take(&mut self, rows: &[FrameRow]) {
        for row in rows {
            *self.0.entry(*row).or_default() += 1;
        }
    }

    /// The median and the 95th percentile of every place, and forgets them.
    pub(super) fn finish(&mut self) -> Vec<(u32, (u32, u32))> {
        let mut all: Vec<(FrameRow, u64)> = self.0.drain().collect();
        all.sort_unstable();
        let of_cells = all.chunk_by(|(one, _), (other, _)| one.cell() == other.cell());
        of_cells.filter_map(|of_cell| Some((of_cell.first()?.0.cell(), percentiles(of_cell)?))).collect()
    }
}

/// The least value such that at least half of all are not above it, and the same for 95 in 100: the inverse of the
/// distribution, a value that some view had. Nothing is drawn between two of them.
fn percentiles(sorted: &[(FrameRow, u64)]) -> Option<(u32, u32)> {
    let total: u64 = sorted.iter().map(|(_, count)| count).sum();
    let at = |percent: u64| {
        let rank = (total * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let reached = sorted.iter().find(|(_, count)| {
            seen += count;
            seen >= rank
        });
        reached.map(|(row, _)| row.first_frame_ms())
    };
    Some((at(50)?, at(95)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[u32]) -> (u32, u32) {
        let mut frames = FirstFrames::default();
        for first_frame_ms in values {
            frames.take(&[FrameRow::new(7, *first_frame_ms)]);
        }
        let found = frames.finish();
        assert_eq!(found[0].0, 7);
        found[0].1
    }

    #[test]
    fn a_percentile_is_the_least_value_that_so_many_do_not_exceed() {
        assert_eq!(of(&[500]), (500, 500));
        assert_eq!(of(&[100, 200]), (100, 200));
        assert_eq!(of(&[300, 100, 200]), (200, 300));
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!(of(&hundred), (50, 95));
        assert_eq!(of(&[1, 1, 1, 9]), (1, 9));
    }

    #[test]
    fn places_have_nothing_to_do_with_each_other() {
        let mut frames = FirstFrames::default();
        frames.take(&[FrameRow::new(1, 10), FrameRow::new(0, 900)]);
        assert_eq!(frames.finish(), [(0, (900, 900)), (1, (10, 10))]);
        assert_eq!(frames.finish(), []);
    }
}
