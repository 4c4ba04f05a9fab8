//! `newest`: which of several deliveries of the same rows is counted.

use super::counting::{Newest, Order};
use super::cursor::Cursor;
use super::export_context::ExportContext;
use super::instant;
use super::instant::InstantKeys;
use super::path::PathInstant;
use super::registry::{Keys, Part, Required, Shape, Words, keys, required};
use coverledger_core::model::Extent;

keys! {
    /// Which delivery is newer.
    section NewestKeys("newest", "a rule for newer deliveries") {
        by: Required<Part> = required(
            "`modified`, `name`, `path` or `{column: …, format: …}`",
            Part(Shape::AnyOf(vec![
                Shape::Words(vec!["modified", "name", "path"]), Shape::section::<InstantKeys<'_>>(),
            ]).called("`modified`, `name`, `path` or section")),
            "what makes a delivery newer: when the store got it, its key as text, `{created:…}` in its path, or the latest value of a column, which is a section like `occurred_at`. Equal ones are ordered by key",
        ),
        per: Required<Words<Extent>> = required(
            "`period` if a delivery has all broadcasts of its period, else `broadcast`",
            Words("what a newer delivery replaces", &[("period", Extent::Period), ("broadcast", Extent::Broadcast)]),
            "what it replaces of an older one: all rows of the same market and interval, where a delivery has all broadcasts of its period; or all rows of the same market and broadcast that begin at the same instant: a session that was told while it was on air ends later the next time (rows that have no slot still compete for their interval)",
        ),
    }
}

/// Reads it.
pub(super) fn read(at: &Cursor<'_>, context: &ExportContext<'_>) -> Option<Newest> {
    let keys = NewestKeys::open(at)?;
    let by = keys.by.required().and_then(|at| read_order(&at, context));
    let per = keys.per.read();
    Some(Newest { by: by?, per: per? })
}

fn read_order(at: &Cursor<'_>, context: &ExportContext<'_>) -> Option<Order> {
    if at.is_map() {
        return instant::read(at, context).map(Order::Column);
    }
    let words = [("modified", Word::Modified), ("name", Word::Name), ("path", Word::Path)];
    match at.word("what makes a delivery newer", &words)? {
        Word::Modified => Some(Order::Modified),
        Word::Name => Some(Order::Name),
        Word::Path if context.path_lacks(|path| path.says(PathInstant::Created)) => at
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
