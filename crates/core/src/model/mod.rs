//! Words of the domain as types: ids, signals, conventions, counts, rejects, column names.
//!
//! Nothing here reads, writes or decides. Stands on nothing of this crate.

mod bar;
mod check;
pub mod columns;
mod convention;
mod count;
mod count_table;
mod extent;
mod fact;
mod figures;
mod id;
mod ids;
mod kinds;
mod legible;
mod look;
mod measure;
mod parts;
mod picture_hash;
mod rate;
mod reject;
mod signal;
mod tables;
mod turn;
mod unknown;
mod viewer_group;
mod viewer_key;
mod visit;
mod visit_measures;
mod visit_quality;

pub use bar::{Bar, BarFact, BarKey};
pub use check::{Bounds, Check, CheckScope, Verdict};
pub use convention::{Change, ClickEvent, Conventions, Eras, ImpressionBasis, UniqueBasis};
pub use count::{Count, CountSet, Counts};
pub use count_table::{CountRow, CountTable, Dimensions, LEAST_OVERLAP_US, OnAir};
pub use extent::Extent;
pub use fact::{DayPart, Era, Fact, FactKey, Series};
pub use figures::{Figures, OneConvention, Prorated, Share};
pub(crate) use id::SPREAD;
pub use id::{Id, IdHash};
pub use ids::{MarketDay, MarketId, PlatformId};
pub use kinds::Kinds;
pub use legible::{is_steering, legible, legible_json, shown};
pub use look::{Look, Looks};
pub use measure::Measure;
pub use parts::Parts;
pub use picture_hash::{PICTURE_HASH_BITS, PictureHash, PictureHashes};
pub use rate::{ENTERING, RATES, Rate};
pub use reject::{Reason, Reject};
pub use signal::Event;
pub use tables::{
    COUNTS_OF_COVERS, ColumnSpec, ColumnType, MEASURES, Shown, ShownBy, TableFamily, TableName, TableSpec, View,
    heading_zh,
};
pub use turn::{Turn, TurnFact, TurnNumber, TurnSpan, Turns};
pub use unknown::Unknown;
pub use viewer_group::{GroupFact, GroupKey, ViewerGroup};
pub use viewer_key::{ReturningKey, ViewerKey};
pub use visit::Visit;
pub use visit_measures::VisitMeasures;
pub use visit_quality::{GOOD_START_MS, STALL_MS, VisitQuality};
