//! `newest`: which of several deliveries of the same rows is counted.

use super::counting::{Newest, Order};
use super::frame::Frame;
use super::instant;
use super::path::PathInstant;
use super::place::Place;
use coverledger_core::model::Extent;

/// Reads it.
pub(super) fn read(at: &Place<'_>, frame: &Frame<'_>) -> Option<Newest> {
    let section = at.section("a rule for newer deliveries", &["by", "per"])?;
    let by = section
        .required("by", "`modified`, `name`, `path` or `{column: …, format: …}`")
        .and_then(|at| read_order(&at, frame));
    let extents = [("period", Extent::Period), ("broadcast", Extent::Broadcast)];
    let per = section
        .required("per", "`period` if a delivery has all broadcasts of its period, else `broadcast`")
        .and_then(|at| at.word("what a newer delivery replaces", &extents));
    Some(Newest { by: by?, per: per? })
}

fn read_order(at: &Place<'_>, frame: &Frame<'_>) -> Option<Order> {
    if at.is_map() {
        return instant::read(at, frame).map(Order::Column);
    }
    let words = [("modified", Word::Modified), ("name", Word::Name), ("path", Word::Path)];
    match at.word("what makes a delivery newer", &words)? {
        Word::Modified => Some(Order::Modified),
        Word::Name => Some(Order::Name),
        Word::Path if frame.path_lacks(|path| path.says(PathInstant::Created)) => at
            .refuse("`path` of this export has no `{created:…}` (expected one such as `{created:%Y%m%dT%H%M%S}`)"),
        Word::Path => Some(Order::Path),
    }
}

#[derive(Clone, Copy)]
enum Word {
    Modified,
    Name,
    Path,
}
