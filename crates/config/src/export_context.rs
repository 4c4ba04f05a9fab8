//! Export settings needed to parse its columns.

use std::collections::BTreeSet;

use super::definition::Format;
use super::kind::RowKind;
use super::path::PathPattern;
use coverledger_core::model::ClickEvent;

/// Export settings needed to parse its columns. `None`: the setting could not be read; its problem has been told, so
/// checks that need it are left out.
#[derive(Clone, Copy)]
pub(super) struct ExportContext<'a> {
    pub kind: RowKind,
    pub format: Option<&'a Format>,
    pub path: Option<&'a PathPattern>,
    /// The names of all markets.
    pub markets: Option<&'a BTreeSet<String>>,
    /// What the platform calls a click.
    pub click: Option<ClickEvent>,
}

impl ExportContext<'_> {
    /// Whether the path may lack something that is asked of it.
    pub fn path_lacks(&self, has: impl FnOnce(&PathPattern) -> bool) -> bool {
        self.path.is_some_and(|path| !has(path))
    }
}
