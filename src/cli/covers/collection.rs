//! What the archive has of covers: what is declared of them, what their pictures look like, and how they did.
//!
//! Three published tables joined by cover id and by the key of a picture. A table that is not there is a library that was not
//! made; a column that this release does not know is not asked for.

use std::collections::BTreeMap;

use jiff::civil::Date;
use polars::prelude::*;

use crate::cli::Failure;
use coverledger_archive::{Archive, TableName};
use coverledger_core::model::{COUNTS_OF_COVERS, Count, Look, Looks, PictureHash, PictureHashes, columns as c};

/// The library of covers as it was published last.
#[derive(Debug, Default)]
pub(super) struct Collection {
    /// The last local date that the history stands on; `None` without a history.
    pub as_of: Option<Date>,
    /// By cover id.
    pub covers: BTreeMap<String, KnownCover>,
    /// By their keys.
    pub pictures: BTreeMap<String, KnownPicture>,
    /// In the order in which it is published.
    pub history: Vec<Aired>,
}

/// What is declared of a cover, and its family.
#[derive(Debug, Default)]
pub(super) struct KnownCover {
    pub picture: Option<String>,
    pub name: Option<String>,
    /// The same in Chinese.
    pub name_zh: Option<String>,
    /// What the sheet says of it, by column.
    pub tags: BTreeMap<String, String>,
    pub family: Option<String>,
    pub family_source: Option<String>,
    /// Covers that may be versions of it.
    pub proposed: Vec<String>,
    /// In what the sheet and pictures disagree, in English and Chinese.
    pub contradiction: Option<[String; 2]>,
}

/// A picture as it was measured, or why it was not.
#[derive(Debug, Default)]
pub(super) struct KnownPicture {
    pub is_measured: bool,
    pub reason: Option<String>,
    pub format: Option<String>,
    pub size_px: Option<(i64, i64)>,
    pub notes: Option<String>,
    /// The SHA-256 of its thumbnail.
    pub thumbnail: Option<String>,
    pub looks: Looks,
    pub colours: Option<String>,
    pub text_method: Option<String>,
    pub face_method: Option<String>,
    pub hashes: Option<PictureHashes>,
}

/// How a cover, or a family of covers, did in a place.
#[derive(Debug)]
pub(super) struct Aired {
    pub is_family: bool,
    /// Of a family its name.
    pub cover_id: String,
    pub platform: String,
    pub market: String,
    pub slot: String,
    pub first_on_air: Option<Date>,
    pub last_on_air: Option<Date>,
    pub rested_days: Option<i64>,
    pub days: Option<i64>,
    pub broadcasts: Option<i64>,
    /// In the order of [`COUNTS_OF_COVERS`].
    pub counts: [Option<i64>; COUNTS_OF_COVERS.len()],
    /// In the order of [`RATES`].
    pub rates: [ToldRate; RATES.len()],
    pub fatigue: Option<String>,
    pub half_life_days: Bounded,
    pub half_life_impressions: Bounded,
    pub rest: Option<String>,
    /// When the platform changed its ways, and in what.
    pub changed: Option<(Date, String)>,
    pub conventions: [Option<String>; 2],
    pub reason: [Option<String>; 2],
}

/// A rate that is told of covers: the count above its line, and the one below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RateOf {
    pub name: &'static str,
    pub count: Count,
    pub of: Count,
}

/// The rates that are told of covers.
pub(super) const RATES: [RateOf; 4] = [
    RateOf { name: c::CTR, count: Count::Clicks, of: Count::Impressions },
    RateOf { name: c::EFFECTIVE_CTR, count: Count::Entrants, of: Count::Impressions },
    RateOf { name: c::CLICK_CONVERSION, count: Count::Orders, of: Count::Entrants },
    RateOf { name: c::STAY_RATE, count: Count::Stays, of: Count::Entries },
];

/// A rate, what is to be expected of it, and between which bounds that lies with 95 %.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ToldRate {
    pub rate: Option<f64>,
    pub shrunken: Bounded,
}

/// A number with its bounds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bounded {
    pub value: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

impl Collection {
    /// Reads it; `None` where there is no library.
    ///
    /// # Errors
    /// The store does not answer, or a table is damaged.
    pub(super) async fn read(archive: &Archive) -> Result<Option<Self>, Failure> {
        let covers = newest(archive, TableName::Covers).await?;
        let pictures = newest(archive, TableName::Pictures).await?;
        let history = newest(archive, TableName::CoverHistory).await?;
        if covers.is_none() && pictures.is_none() && history.is_none() {
            return Ok(None);
        }
        let mut collection = Self::default();
        if let Some(table) = covers {
            let known = |row| Some((table.text(c::COVER_ID, row)?, table.cover(row)));
            collection.covers = table.rows().filter_map(known).collect();
        }
        if let Some(table) = pictures {
            let known = |row| Some((table.text(c::PICTURE, row)?, table.picture(row)));
            collection.pictures = table.rows().filter_map(known).collect();
        }
        if let Some(table) = history {
            collection.as_of = table.rows().next().and_then(|row| table.day(c::AS_OF, row)).or(table.as_of);
            collection.history = table.rows().filter_map(|row| table.aired(row)).collect();
        }
        Ok(Some(collection))
    }

    /// The picture of a cover.
    pub(super) fn picture_of(&self, cover_id: &str) -> Option<&KnownPicture> {
        self.pictures.get(self.covers.get(cover_id)?.picture.as_deref()?)
    }
}

impl KnownPicture {
    /// Why it does not tell this measure.
    pub(super) fn unmeasured(&self, look: Look) -> String {
        if !self.is_measured {
            return format!("picture refused: {}", self.reason.as_deref().unwrap_or("no reason is published"));
        }
        let method = match look {
            Look::TextShare | Look::TextLines | Look::TextHeight | Look::TextContrast => {
                self.text_method.as_deref()
            }
            Look::Faces | Look::FaceShare => self.face_method.as_deref(),
            _ => None,
        };
        method.map_or_else(|| "not measured".to_owned(), |method| format!("not told by `{method}`"))
    }
}

impl Aired {
    /// Whether it is told that it does not fade.
    pub(super) fn is_lasting(&self) -> bool {
        self.fatigue.as_deref().is_some_and(|word| ["steady", "growing"].contains(&word))
    }

    /// How often something was counted.
    pub(super) fn count(&self, count: Count) -> Option<i64> {
        let at = COUNTS_OF_COVERS.iter().position(|other| *other == count)?;
        self.counts[at]
    }

    /// One of its rates.
    pub(super) fn rate(&self, rate: RateOf) -> ToldRate {
        let at = RATES.iter().position(|other| *other == rate);
        at.map(|at| self.rates[at]).unwrap_or_default()
    }
}

/// A table whose columns are asked for by name.
struct Table {
    frame: DataFrame,
    as_of: Option<Date>,
}

/// The newest object of a table; `None` where there is none.
async fn newest(archive: &Archive, table: TableName) -> Result<Option<Table>, Failure> {
    let found = crate::cli::newest::newest(archive, table).await?;
    Ok(found.map(|(key, frame)| {
        let as_of = key.split('/').find_map(|part| part.strip_prefix("as_of=")?.parse().ok());
        Table { frame, as_of }
    }))
}

impl Table {
    fn rows(&self) -> std::ops::Range<usize> {
        0..self.frame.height()
    }

    fn text(&self, name: &str, row: usize) -> Option<String> {
        self.frame.column(name).ok()?.str().ok()?.get(row).map(str::to_owned)
    }

    fn whole(&self, name: &str, row: usize) -> Option<i64> {
        self.frame.column(name).ok()?.i64().ok()?.get(row)
    }

    fn float(&self, name: &str, row: usize) -> Option<f64> {
        self.frame.column(name).ok()?.f64().ok()?.get(row)
    }

    fn day(&self, name: &str, row: usize) -> Option<Date> {
        let days = self.frame.column(name).ok()?.date().ok()?.phys.get(row)?;
        crate::cli::rows::day(days)
    }

    fn bounded(&self, name: &str, row: usize) -> Bounded {
        Bounded {
            value: self.float(name, row),
            low: self.float(&c::low(name), row),
            high: self.float(&c::high(name), row),
        }
    }

    fn cover(&self, row: usize) -> KnownCover {
        let text = |name: &str| self.text(name, row);
        let declared = [c::THEME, c::LANGUAGE, c::PRICE_TAG, c::PRODUCT, c::FESTIVAL, c::DESIGNER];
        let mut tags: BTreeMap<String, String> =
            text(c::TAGS).and_then(|tags| serde_json::from_str(&tags).ok()).unwrap_or_default();
        tags.extend(declared.into_iter().filter_map(|name| Some((name.to_owned(), text(name)?))));
        KnownCover {
            picture: text(c::PICTURE),
            name: text(c::NAME),
            name_zh: text(c::NAME_ZH),
            tags,
            family: text(c::FAMILY),
            family_source: text(c::FAMILY_SOURCE),
            proposed: text(c::PROPOSED).map(|ids| ids.split(' ').map(str::to_owned).collect()).unwrap_or_default(),
            contradiction: text(c::CONTRADICTION_EN).zip(text(c::CONTRADICTION_ZH)).map(|(en, zh)| [en, zh]),
        }
    }

    fn picture(&self, row: usize) -> KnownPicture {
        let text = |name: &str| self.text(name, row);
        let hash = |name: &str| text(name).and_then(|hash| hash.parse::<PictureHash>().ok());
        let hashes = || {
            Some(PictureHashes {
                whole: hash(c::HASH)?,
                trimmed: hash(c::HASH_TRIMMED)?,
                centre: hash(c::HASH_CENTRE)?,
                heart: hash(c::HASH_HEART)?,
                mirrored: hash(c::HASH_MIRRORED)?,
            })
        };
        let mut looks = Looks::default();
        for look in Look::ALL {
            looks.set(look, self.float(look.word(), row));
        }
        KnownPicture {
            is_measured: text(c::STATE).as_deref() == Some("measured"),
            reason: text(c::REASON_TEXT).or_else(|| text(c::REASON)),
            format: text(c::FORMAT),
            size_px: self.whole(c::WIDTH_PX, row).zip(self.whole(c::HEIGHT_PX, row)),
            notes: text(c::NOTES),
            thumbnail: text(c::THUMBNAIL),
            looks,
            colours: text(c::COLOURS),
            text_method: text(c::TEXT_METHOD),
            face_method: text(c::FACE_METHOD),
            hashes: hashes(),
        }
    }

    fn aired(&self, row: usize) -> Option<Aired> {
        let text = |name: &str| self.text(name, row);
        let whole = |name: &str| self.whole(name, row);
        let rate = |RateOf { name, .. }: RateOf| ToldRate {
            rate: self.float(name, row),
            shrunken: self.bounded(&c::shrunken(name), row),
        };
        Some(Aired {
            is_family: text(c::LEVEL).as_deref() == Some(FAMILY_LEVEL),
            cover_id: text(c::COVER_ID)?,
            platform: text(c::PLATFORM)?,
            market: text(c::MARKET)?,
            slot: text(c::SLOT)?,
            first_on_air: self.day(c::FIRST_AIRED, row),
            last_on_air: self.day(c::LAST_AIRED, row),
            rested_days: whole(c::RESTED_DAYS),
            days: whole(c::DAYS),
            broadcasts: whole(c::BROADCASTS),
            counts: COUNTS_OF_COVERS.map(|count| whole(count.word())),
            rates: RATES.map(rate),
            fatigue: text(c::FATIGUE),
            half_life_days: self.bounded(c::HALF_LIFE_DAYS, row),
            half_life_impressions: self.bounded(c::HALF_LIFE_IMPRESSIONS, row),
            rest: text(c::REST),
            changed: self.day(c::CHANGED_ON, row).zip(text(c::CHANGE_KIND)),
            conventions: [text(c::IMPRESSION_BASIS), text(c::CLICK_EVENT)],
            reason: [text(c::REASON_EN), text(c::REASON_ZH)],
        })
    }
}

/// The level of rows that tell of a family.
const FAMILY_LEVEL: &str = "family";
/// The slot of rows that tell of all slots together.
pub(super) const ALL_SLOTS: &str = "all";
