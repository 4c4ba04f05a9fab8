//! Families of the catalogue that covers made for a market are told from.

use super::Desk;
use coverledger_archive::{BoxError, TableName, Unit};
use coverledger_config::Decisions;
use coverledger_report::{self as report, library::Kindred};

impl Desk<'_> {
    /// As the newest catalogue has them: that of the night before, where this one's is made afterwards. None without a
    /// library.
    pub(super) async fn kindred(&self, rules: &Decisions) -> Result<Kindred, BoxError> {
        if self.workspace.library.is_none() {
            return Ok(Kindred::default());
        }
        let Some(newest) = self.archive.newest(&Unit::Catalogue).await? else { return Ok(Kindred::default()) };
        let revision = newest.content.revision;
        match self.archive.table_of(&Unit::Catalogue, revision, TableName::Covers).await? {
            Some(covers) => Ok(Kindred::read(&report::frame(&[covers])?, &rules.families)?),
            None => Ok(Kindred::default()),
        }
    }
}
