//! What the newest brief advises for each place, from the table `advice`.

use std::collections::BTreeMap;

use polars::prelude::{DataFrame, PolarsResult};

use crate::cli::Failure;
use crate::cli::advised::{Advice, Advised};
use crate::cli::newest::newest;
use coverledger_archive::{Archive, TableName};

/// By platform and market; `None` where no brief was ever published.
pub(super) type AdvisedPlaces = Option<BTreeMap<(String, String), Advised>>;

/// The newest advice for each place.
///
/// # Errors
/// The archive does not answer, or what it has cannot be read.
pub(super) async fn read(archive: &Archive) -> Result<AdvisedPlaces, Failure> {
    let Some((key, frame)) = newest(archive, TableName::Advice).await? else { return Ok(None) };
    match places(&frame) {
        Ok(places) => Ok(Some(places)),
        Err(error) => Err(Failure::damaged(&[(key, error.to_string())])),
    }
}

fn places(frame: &DataFrame) -> PolarsResult<BTreeMap<(String, String), Advised>> {
    let places = Advice::read(frame)?.places.into_iter();
    Ok(places.map(|place| ((place.platform.clone(), place.market.clone()), place)).collect())
}

#[cfg(test)]
mod tests {
    use polars::prelude::Column;

    use super::*;
    use coverledger_core::model::{ColumnType, columns as c};
    use coverledger_report as report;

    #[test]
    fn a_place_is_read_from_the_columns_of_the_table() {
        // Midnight of 2026-11-21 in microseconds.
        let midnight = 1_795_219_200_000_000_i64;
        let columns = TableName::Advice.spec().columns().into_iter().map(|column| {
            let name = column.name.as_ref();
            let text = match name {
                c::PLATFORM => Some("p"),
                c::MARKET => Some("JP"),
                c::ACTION => Some("change"),
                c::COVER_ID => Some("c-red"),
                c::SLOT => Some("prime"),
                _ => None,
            };
            let null = report::empty(TableName::Advice).column(name).unwrap().clone();
            match (column.of_type, name) {
                (ColumnType::Text, _) => Column::new(name.into(), [text]),
                (ColumnType::Day, c::AS_OF) => Column::new(name.into(), [20_777]).cast(null.dtype()).unwrap(),
                (ColumnType::Instant, c::SLOT_START_UTC) => {
                    Column::new(name.into(), [midnight]).cast(null.dtype()).unwrap()
                }
                _ => Column::full_null(name.into(), 1, null.dtype()),
            }
        });
        let frame = DataFrame::new(1, columns.collect()).unwrap();
        let places = places(&frame).unwrap();
        let expected = Advised {
            platform: "p".into(),
            market: "JP".into(),
            as_of: Some(jiff::civil::date(2026, 11, 20)),
            action: "change".into(),
            cover_id: Some("c-red".into()),
            slot: Some("prime".into()),
            starts_at: Some("2026-11-21T00:00:00Z".parse().unwrap()),
            ends_at: None,
            ..Advised::default()
        };
        assert_eq!(places[&("p".to_owned(), "JP".to_owned())], expected);
    }
}
