//! `pictures` and `covers`: what is known of each picture and of each cover, as rows, written and read back.
//!
//! What was measured once is read from here the next night, so every row comes back as it was written.

mod columns;
mod cover;
mod picture;

pub use cover::CataloguedCover;
pub use picture::{Measured, Picture, Seen};

use std::collections::BTreeMap;

use super::{Shelf, ShelvedCover};
use coverledger_config::Declared;
use coverledger_core::model::columns as c;

impl Shelf {
    /// What is known of these covers, by these pictures.
    #[must_use]
    pub fn of(covers: &[CataloguedCover], pictures: &[Picture]) -> Self {
        let looks: BTreeMap<&str, &Measured> =
            pictures.iter().filter_map(|picture| Some((picture.key.as_str(), picture.measured()?))).collect();
        let cover = |cover: &CataloguedCover| {
            let measured = cover.picture.as_deref().and_then(|key| looks.get(key));
            let shelved = ShelvedCover {
                family: cover.family.clone(),
                tags: tags_of(cover),
                looks: measured.map(|measured| measured.looks),
            };
            (cover.cover_id.clone(), shelved)
        };
        Self { covers: covers.iter().map(cover).collect() }
    }
}

/// What kinds of cover it is: what is declared of it, but for what names the cover itself.
fn tags_of(cover: &CataloguedCover) -> BTreeMap<String, String> {
    const KINDS: [Declared; 6] = [
        Declared::Theme,
        Declared::Language,
        Declared::PriceTag,
        Declared::Product,
        Declared::Festival,
        Declared::Designer,
    ];
    let Some(declared) = &cover.declared else { return BTreeMap::new() };
    let known =
        KINDS.into_iter().filter_map(|kind| Some((kind.word().to_owned(), declared.values.get(&kind)?.clone())));
    declared.tags.clone().into_iter().chain(known).collect()
}

/// The column of `covers` of what is declared.
const fn column_of(declared: Declared) -> &'static str {
    match declared {
        Declared::File => c::FILE,
        Declared::Name => c::NAME,
        Declared::NameZh => c::NAME_ZH,
        Declared::Theme => c::THEME,
        Declared::Language => c::LANGUAGE,
        Declared::PriceTag => c::PRICE_TAG,
        Declared::Product => c::PRODUCT,
        Declared::Festival => c::FESTIVAL,
        Declared::Designer => c::DESIGNER,
        Declared::Family => c::DECLARED_FAMILY,
        Declared::CoverImageUrl => c::COVER_IMAGE_URL,
    }
}

#[cfg(test)]
mod tests;
