//! From published tables to what the page says. One file a part of the page; column names only from the vocabulary.

mod airings;
mod avoided;
mod changes;
mod error;
mod experiments;
mod freshness;
mod line;
mod log;
mod named;
mod next_tests;
mod nights;
mod null;
mod quality;
mod rankings;
mod reading;
mod reviews;
mod slots;
mod table;
mod tables;
#[cfg(test)]
mod tests;
mod titles;
mod words;

use coverledger_config::Workspace;
use jiff::civil::Date;

pub use error::BriefError;
pub use tables::BriefTables;

use self::reading::Reading;
use self::tables::Tables;
use self::titles::Titles;
use crate::Brief;
use crate::names::NameBook;

impl Brief {
    /// Reads what published tables say as of a date. Whatever is missing is left out; a null says why it is one.
    ///
    /// # Errors
    /// A table is of another kind than its name says.
    pub fn read(
        tables: &BriefTables,
        workspace: &Workspace,
        as_of: Date,
        revision: u64,
    ) -> Result<Self, BriefError> {
        let names = NameBook::new(workspace.brief.as_ref().map(|brief| &brief.names));
        let tables = Tables::of(tables)?;
        let titles = Titles::read(&tables, names);
        let reading = Reading { tables: &tables, workspace, names, titles: &titles, as_of };
        let nights = nights::nights(&reading);
        let mut brief = Self {
            as_of,
            revision,
            home: names.city(workspace.settings.home_timezone.name()),
            freshness: freshness::freshness(&reading, &nights),
            tests: experiments::tests(&reading, &nights),
            slot_maps: slots::slot_maps(&reading),
            rankings: rankings::rankings(&reading),
            changes: changes::changes(&reading),
            log: log::log(&reading),
            quality: quality::quality(&reading),
            reviews: reviews::reviews(&reading),
            next_tests: next_tests::next_tests(&reading),
            nights,
            titles: std::collections::BTreeMap::new(),
        };
        brief.titles = named::covers(&brief).into_iter().map(|id| (id.to_owned(), titles.of(id))).collect();
        Ok(brief)
    }

    /// The thumbnails that the page would show, by their SHA-256; those that matter most first.
    #[must_use]
    pub fn wanted_thumbnails(&self) -> Vec<String> {
        let mut wanted: Vec<String> = Vec::new();
        for cover in named::covers(self) {
            let thumbnail = self.titles.get(cover).and_then(|title| title.thumbnail.as_ref());
            wanted.extend(thumbnail.filter(|hash| !wanted.contains(hash)).cloned());
        }
        wanted
    }
}
