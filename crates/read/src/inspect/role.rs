//! The role that a column claims by its name. Arithmetic may overrule it.

use super::alias;
use super::name::fold;
use super::published::is_published;
use super::qualifier;
use coverledger_core::model::Count;

/// No column has a longer name; texts have, and a first look asks of many cells whether they are names.
const LONGEST_NAME_BYTES: usize = 512;

/// What a name claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// When the row begins, or happened.
    Start,
    /// When it ends.
    End,
    /// Its day.
    Date,
    /// The hour of that day.
    Hour,
    /// How long the broadcast was.
    Length,
    /// Whose clock.
    Zone,
    /// The id of the broadcast.
    Broadcast,
    /// What the broadcast is called.
    Title,
    /// The country or region.
    Market,
    /// The cover.
    Cover,
    /// A segment of viewers.
    Audience,
    /// Something that is yes or no.
    Flag,
    /// One of the counts that are published.
    Count(Count),
    /// Mean time in the room per viewer.
    MeanPerViewer,
    /// Mean time in the room, per viewer or per view.
    Mean,
    /// Times a product was shown.
    ProductImpressions,
    /// Clicks on products, in the room.
    ProductClicks,
    /// Another count that nothing here needs.
    OtherCount,
    /// Entries by impressions, as the name has it.
    EntryRate,
    /// Clicks on the cover by impressions, as the name has it.
    CoverRate,
    /// A click rate that does not say of what.
    ClickRate,
    /// A rate of products.
    ProductRate,
    /// When something was published, uploaded, created or changed: never when a row counts.
    Published,
}

impl Role {
    /// What a name claims, if it is a known one.
    pub(super) fn of(name: &str) -> Option<Self> {
        if name.len() > LONGEST_NAME_BYTES {
            return None;
        }
        let folded = fold(name);
        // `traffic.views` of a document is known by its last member.
        let member = || {
            let (way, member) = folded.rsplit_once('.')?;
            alias::find(member).filter(|_| !qualifier::is_of_another(way))
        };
        let known = alias::find(&folded).or_else(|| qualifier::role(&folded)).or_else(member);
        match known {
            // A time of publication stays one whatever its first word is.
            None | Some(Self::Start | Self::End | Self::Date | Self::Hour) if is_published(&folded) => {
                Some(Self::Published)
            }
            known => known,
        }
    }

    /// Whether the name claims a rate.
    pub(super) const fn is_rate(self) -> bool {
        matches!(self, Self::EntryRate | Self::CoverRate | Self::ClickRate | Self::ProductRate)
    }

    /// Whether the name claims a time.
    pub(super) const fn is_time(self) -> bool {
        matches!(self, Self::Start | Self::End | Self::Date | Self::Hour | Self::Published)
    }

    /// Whether the name claims how long something was.
    pub(super) const fn is_length(self) -> bool {
        matches!(self, Self::Length | Self::Mean | Self::MeanPerViewer | Self::Count(Count::Dwell))
    }

    /// Whether the name claims text or an id.
    pub(super) const fn is_word(self) -> bool {
        matches!(self, Self::Broadcast | Self::Title | Self::Market | Self::Cover | Self::Audience | Self::Zone)
    }

    /// What a report calls it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::End => "end",
            Self::Date => "date",
            Self::Hour => "hour",
            Self::Length => "length",
            Self::Zone => "time zone",
            Self::Broadcast => "broadcast",
            Self::Title => "title",
            Self::Market => "market",
            Self::Cover => "cover",
            Self::Audience => "audience",
            Self::Flag => "flag",
            Self::Count(Count::Dwell) => "total time",
            Self::Count(count) => count.word(),
            Self::MeanPerViewer => "mean time per viewer",
            Self::Mean => "mean time",
            Self::ProductImpressions => "product impressions",
            Self::ProductClicks => "product clicks",
            Self::OtherCount => "another count",
            Self::EntryRate => "entry rate?",
            Self::CoverRate => "cover's rate?",
            Self::ClickRate => "click rate?",
            Self::ProductRate => "rate of products",
            Self::Published => "published",
        }
    }
}
