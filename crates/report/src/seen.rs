//! What is told of each cover without any model.

use coverledger_core::model::OneConvention as _;
use std::collections::BTreeSet;

use jiff::civil::Date;

use super::evidence::Evidence;
use coverledger_core::model::Figures;

/// A cover's own rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub(super) figures: Figures,
    /// Whether any row is the cover's own.
    pub(super) is_clean: bool,
    pub(super) broadcasts: BTreeSet<usize>,
    pub(super) days: BTreeSet<Date>,
    /// Rows that are partly another cover's, and left out of all the rest.
    pub(super) contaminated_rows: usize,
}

/// Of each cover, what its clean rows say.
pub(super) fn seen(evidence: &Evidence) -> Vec<Seen> {
    let mut covers = vec![Seen::default(); evidence.covers.len()];
    for row in &evidence.rows {
        let cover = &mut covers[row.cover];
        if row.contaminated {
            cover.contaminated_rows += 1;
            continue;
        }
        if cover.is_clean {
            cover.figures.add(&row.figures);
        } else {
            cover.figures = row.figures;
        }
        cover.is_clean = true;
        cover.broadcasts.insert(row.broadcast);
        cover.days.insert(row.local_date);
    }
    covers
}
