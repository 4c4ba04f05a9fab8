//! Finds the export that a key would belong to on any date, for a file of which only the name is known.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::civil::{Date, date};

use super::find::named;
use coverledger_config::{Export, Market, PathPart};
use coverledger_core::model::MarketId;

/// The years in which a date in a path is looked for.
pub const PLACED_YEARS: Range<i16> = 2000..2100;

/// The export date in some years, such as [`PLACED_YEARS`], that a key names by the path of an export: `Some(None)` where that path has no date, `None` where the
/// key does not belong to the export.
#[must_use]
pub fn placed(
    export: &Export,
    markets: &BTreeMap<MarketId, Market>,
    key: &str,
    years: Range<i16>,
) -> Option<Option<Date>> {
    if let Some(PathPart::Literal(front)) = export.path.parts.first()
        && !key.starts_with(front.as_str())
    {
        return None;
    }
    let is_of =
        |dates: &[Date]| named(export, markets, &dates.iter().copied().collect::<BTreeSet<_>>(), key).is_some();
    if !export.path.is_dated() {
        return is_of(&[]).then_some(None);
    }
    years.rev().find_map(|year| {
        let days = std::iter::successors(Some(date(year, 1, 1)), |day| day.tomorrow().ok());
        let days: Vec<Date> = days.take_while(|day| day.year() == year).collect();
        let mut days = is_of(&days).then_some(&days[..])?;
        while let [_, _, ..] = days {
            let (earlier, later) = days.split_at(days.len() / 2);
            days = if is_of(earlier) { earlier } else { later };
        }
        days.first().copied().map(Some)
    })
}
