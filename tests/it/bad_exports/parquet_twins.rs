//! The same records in Parquet, in pages of every layout, mapped column by column and row by row. Signals, stages, the
//! account and the rejects are the same.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    TimestampMillisecondArray,
};
use coverledger::config::{InstantFormat, Otherwise};
use coverledger::model::MarketId;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder, WriterVersion};
use parquet::schema::types::ColumnPath;
use proptest::prelude::*;

use super::mapping::Mapping;

type Columns = Vec<(&'static str, ArrayRef)>;

/// How a file is laid out.
#[derive(Debug, Clone, Copy)]
struct Layout {
    group_rows: usize,
    page_rows: usize,
    /// Beyond so many bytes a dictionary is given up in the middle of a column; `None` makes none at all.
    dictionary_bytes: Option<usize>,
    is_second_version: bool,
    is_packed: bool,
}

fn layout() -> impl Strategy<Value = Layout> {
    let dictionary = prop_oneof![Just(None), (1_usize..60).prop_map(Some), Just(Some(1 << 20))];
    (1_usize..150, 1_usize..60, dictionary, any::<bool>(), any::<bool>()).prop_map(
        |(group_rows, page_rows, dictionary_bytes, is_second_version, is_packed)| Layout {
            group_rows,
            page_rows,
            dictionary_bytes,
            is_second_version,
            is_packed,
        },
    )
}

impl Layout {
    fn properties(self) -> WriterPropertiesBuilder {
        let version = if self.is_second_version { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 };
        let compression = if self.is_packed { Compression::SNAPPY } else { Compression::UNCOMPRESSED };
        WriterProperties::builder()
            .set_writer_version(version)
            .set_compression(compression)
            .set_max_row_group_row_count(Some(self.group_rows))
            .set_data_page_row_count_limit(self.page_rows)
            .set_write_batch_size(self.page_rows)
            .set_dictionary_enabled(self.dictionary_bytes.is_some())
            .set_dictionary_page_size_limit(self.dictionary_bytes.unwrap_or(1))
    }

    /// Pages of dictionaries and of values one after the other.
    fn plain(self, columns: &Columns) -> Vec<u8> {
        let mut so = self.properties();
        for (name, _) in columns {
            // The second version would pack them otherwise once there is no dictionary.
            so = so.set_column_encoding(ColumnPath::from(*name), Encoding::PLAIN);
        }
        write(columns, so.build())
    }

    /// The room in an encoding in which values share prefixes.
    fn with_prefixes(self, columns: &Columns) -> Vec<u8> {
        let room = ColumnPath::from("room");
        let so = self.properties().set_column_dictionary_enabled(room.clone(), false);
        write(columns, so.set_column_encoding(room, Encoding::DELTA_BYTE_ARRAY).build())
    }
}

fn write(columns: &Columns, so: WriterProperties) -> Vec<u8> {
    let fields = columns.iter().map(|(name, array)| (*name, Arc::clone(array), true));
    let batch = RecordBatch::try_from_iter_with_nullable(fields).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(so)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn agree(mapping: &Mapping, layout: Layout, columns: &Columns) -> Result<(), TestCaseError> {
    let by_rows = mapping.read_row_by_row(layout.plain(columns));
    prop_assert_eq!(by_rows.report().rows_in, columns[0].1.len() as u64);
    for bytes in [layout.plain(columns), layout.with_prefixes(columns)] {
        let by_columns = mapping.read(bytes);
        prop_assert_eq!(&by_columns.tape.stages, &by_rows.tape.stages);
        prop_assert_eq!(&by_columns.tape.signals, &by_rows.tape.signals);
        prop_assert_eq!(by_columns.report(), by_rows.report());
    }
    Ok(())
}

/// Mostly sound values, now and then one of the others or nothing.
fn mostly<T: Clone + std::fmt::Debug + 'static>(
    sound: impl Strategy<Value = T>,
    others: Vec<T>,
) -> impl Strategy<Value = Option<T>> {
    prop_oneof![
        20 => sound.prop_map(Some),
        2 => prop::sample::select(others).prop_map(Some),
        1 => Just(None),
    ]
}

fn texts(
    sound: &'static [&'static str],
    others: &[&str],
    long: &[usize],
) -> impl Strategy<Value = Option<String>> {
    let sound = prop::sample::select(sound).prop_map(str::to_owned);
    let others = others.iter().map(|text| (*text).to_owned());
    mostly(sound, others.chain(long.iter().map(|length| "é".repeat(*length))).collect())
}

fn text(values: impl Iterator<Item = Option<String>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn whole(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

/// The values of an event; ids and instants are numbers that become what the file has.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) id: Option<i64>,
    pub(super) id_text: Option<String>,
    pub(super) at_ms: Option<i64>,
    pub(super) what: Option<String>,
    pub(super) country: Option<String>,
    pub(super) room: Option<String>,
    pub(super) cover: Option<String>,
    pub(super) viewer: Option<i64>,
    pub(super) who: Option<String>,
    pub(super) dwell: Option<f64>,
}

const TEN_MS: i64 = 1_795_219_200_000;

pub(super) fn event() -> impl Strategy<Value = Event> {
    let ids = (
        mostly(0..500_i64, vec![-1, i64::MAX]),
        texts(&["e1", "e2", "e3", "e4", "e5"], &["", " e1 ", "7.65E+18", "a+b", "\u{a0}"], &[70, 200]),
        mostly(0..40_i64, vec![-1]),
    );
    let at_ms = mostly((0..100_000_i64).prop_map(|ms| TEN_MS + ms), vec![0, i64::MAX / 2_000, -5]);
    let words = (
        texts(&["show", "tap", "enter", "leave", "paid", "scroll"], &["like", "", "840"], &[300]),
        texts(&["US", "GB", "840"], &["XX", "FR", "", " US"], &[70, 200]),
        texts(&["r1", "r2", "7651423456789012345"], &["", " r1", "7E+1"], &[]),
        texts(&["c1", "c2", "c3", "ça"], &["", " "], &[70, 200]),
        texts(&["f", "m", "x"], &["", " "], &[200]),
    );
    let dwell = mostly((0..200_000_u32).prop_map(|ms| f64::from(ms) / 1000.0), vec![f64::NAN, -1.0, 1e9]);
    let dwell = prop_oneof![dwell, Just(None)];
    (ids, at_ms, words, dwell).prop_map(
        |((id, id_text, viewer), at_ms, (what, country, room, cover, who), dwell)| Event {
            id,
            id_text,
            at_ms,
            what,
            country,
            room,
            cover,
            viewer,
            who,
            dwell,
        },
    )
}

/// Which types the columns of a file have.
#[derive(Debug, Clone, Copy)]
struct Types {
    ids_are_numbers: bool,
    viewers_are_numbers: bool,
    instants: Instants,
    dwell_is_whole: bool,
}

#[derive(Debug, Clone, Copy)]
enum Instants {
    Text,
    Millis,
    Micros,
    Epoch,
}

fn types() -> impl Strategy<Value = Types> {
    let instants = prop::sample::select(vec![Instants::Text, Instants::Millis, Instants::Micros, Instants::Epoch]);
    (any::<bool>(), any::<bool>(), instants, any::<bool>()).prop_map(
        |(ids_are_numbers, viewers_are_numbers, instants, dwell_is_whole)| Types {
            ids_are_numbers,
            viewers_are_numbers,
            instants,
            dwell_is_whole,
        },
    )
}

fn at(instants: Instants, values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    match instants {
        Instants::Text => text(values.map(|ms| {
            ms.map(|ms| {
                let at = jiff::Timestamp::from_millisecond(ms);
                at.map_or_else(|_| "never".to_owned(), |at| at.to_string())
            })
        })),
        Instants::Millis => Arc::new(values.collect::<TimestampMillisecondArray>().with_timezone("UTC")),
        Instants::Micros => {
            let micros = values.map(|ms| ms.map(|ms| ms.saturating_mul(1_000)));
            Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
        }
        Instants::Epoch => whole(values),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a number that no number is stays one that is not taken")]
fn events(rows: &[Event], types: Types) -> Columns {
    let of = |text_of: fn(&Event) -> &Option<String>| text(rows.iter().map(|row| text_of(row).clone()));
    let id = |is_number: bool, number: fn(&Event) -> Option<i64>| {
        if is_number {
            whole(rows.iter().map(number))
        } else {
            text(rows.iter().map(|row| {
                row.id_text
                    .clone()
                    .filter(|text| text.len() != 2)
                    .or_else(|| number(row).map(|id| format!("v{id}")))
            }))
        }
    };
    let dwell = rows.iter().map(|row| row.dwell);
    vec![
        ("id", id(types.ids_are_numbers, |row| row.id)),
        ("at", at(types.instants, rows.iter().map(|row| row.at_ms))),
        ("what", of(|row| &row.what)),
        ("country", of(|row| &row.country)),
        ("room", of(|row| &row.room)),
        ("cover", of(|row| &row.cover)),
        ("viewer", id(types.viewers_are_numbers, |row| row.viewer)),
        ("who", of(|row| &row.who)),
        (
            "dwell",
            if types.dwell_is_whole {
                whole(dwell.map(|seconds| seconds.map(|seconds| seconds as i64)))
            } else {
                Arc::new(dwell.collect::<Float64Array>())
            },
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn events_are_the_same_by_columns_and_by_rows(
        rows in prop::collection::vec(event(), 1..300),
        layout in layout(),
        types in types(),
        otherwise in prop::sample::select(vec![0, 1, 2]),
    ) {
        let otherwise = match otherwise {
            0 => Otherwise::Reject,
            1 => Otherwise::Ignore,
            _ => Otherwise::Market(MarketId::new("GB")),
        };
        let format = match types.instants {
            Instants::Epoch => InstantFormat::EpochMillis,
            _ => InstantFormat::Rfc3339,
        };
        let mapping = Mapping::events().parquet().otherwise(otherwise).at(format);
        agree(&mapping, layout, &events(&rows, types))?;
    }

    #[test]
    fn impressions_are_the_same_by_columns_and_by_rows(
        rows in prop::collection::vec((event(), [any::<Option<bool>>(), any::<Option<bool>>()], 0..3_i64), 1..300),
        layout in layout(),
    ) {
        let columns: Columns = vec![
            ("at", at(Instants::Millis, rows.iter().map(|(row, _, _)| row.at_ms))),
            ("room", text(rows.iter().map(|(row, _, _)| row.room.clone()))),
            ("cover", text(rows.iter().map(|(row, _, _)| row.cover.clone()))),
            ("clicked", Arc::new(rows.iter().map(|(_, [clicked, _], _)| *clicked).collect::<BooleanArray>())),
            ("entered", Arc::new(rows.iter().map(|(_, [_, entered], _)| *entered).collect::<BooleanArray>())),
            ("ordered", whole(rows.iter().map(|(_, _, ordered)| Some(*ordered)))),
            ("dwell", Arc::new(rows.iter().map(|(row, _, _)| row.dwell).collect::<Float64Array>())),
        ];
        agree(&Mapping::impressions().parquet(), layout, &columns)?;
    }
}
