//! `events` and `app_feed`: one's own tracking.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use parquet::arrow::ArrowWriter;

use super::{preset, settle};

#[test]
fn events_of_one_s_own_tracking_are_counted() {
    let event = |id: u32, minute: u32, name: &str, viewer: &str, country: &str, seconds: &str| {
        // 2026-11-20T09:00:00Z and so many minutes.
        let at = 1_795_165_200_000_u64 + u64::from(minute) * 60_000;
        format!(
            r#"{{"id": "e{id}", "ts": {at}, "name": "{name}", "country": "{country}", "broadcast": "r1", "cover": "c1", "viewer": "{viewer}", "segment": "new", "seconds_in_room": {seconds}}}"#
        )
    };
    let lines = [
        event(1, 0, "cover_shown", "v1", "UK", "null"),
        event(2, 1, "cover_shown", "v2", "GB", "null"),
        event(3, 1, "cover_tapped", "v2", "GB", "null"),
        event(4, 1, "room_entered", "v2", "GB", "null"),
        event(5, 4, "room_left", "v2", "GB", "180"),
        event(6, 5, "order_created", "v2", "GB", "null"),
        event(7, 5, "order_paid", "v2", "GB", "null"),
        event(8, 5, "cover_shown", "v3", "XX", "null"),
    ];
    let scenario = preset("events", &[("GB", "Europe/London")])
        .export("events/dt=2026-11-20/09.ndjson.gz", lines.join("\n") + "\n")
        .export("events/dt=2026-11-21/00.ndjson.gz", event(9, 1440, "heart_sent", "v1", "GB", "null") + "\n");
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "slot_audience",
        "slot     audience  impressions  unique_impressions  clicks  clickers  entries  entrants  stays  dwell_seconds  orders  ctr  unique_basis
         morning  new       2            2                   1       1         1        1         1      180            1       0.5  first_touch",
    );
}

#[test]
fn impressions_of_a_feed_log_are_counted() {
    let text = |values: [&str; 2]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    let flag = |values: [bool; 2]| Arc::new(BooleanArray::from(values.to_vec())) as ArrayRef;
    // 2026-11-20T19:00:00Z and a minute later.
    let shown_at = TimestampMicrosecondArray::from(vec![1_795_201_200_000_000, 1_795_201_260_000_000]);
    let batch = RecordBatch::try_from_iter([
        ("request_item_id", text(["i1", "i2"])),
        ("shown_at", Arc::new(shown_at.with_timezone("UTC")) as ArrayRef),
        ("region", text(["GB", "GB"])),
        ("room_id", text(["r1", "r1"])),
        ("cover_id", text(["c1", "c2"])),
        ("device_id", text(["v1", "v1"])),
        ("gender", text(["f", "f"])),
        ("age_band", text(["25-34", "25-34"])),
        ("is_click", flag([true, false])),
        ("is_enter", flag([true, false])),
        ("is_order", flag([false, false])),
        ("stay_s", Arc::new(Float64Array::from(vec![Some(75.0), None])) as ArrayRef),
    ])
    .unwrap();
    let file = |batch: &RecordBatch| {
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(batch).unwrap();
        writer.close().unwrap();
        bytes
    };
    // Read together with the files of the Shanghai days that the London day overlaps.
    let scenario = preset("app_feed", &[("GB", "Europe/London")])
        .export("feed/20261120/0.parquet", file(&batch.slice(0, 0)))
        .export("feed/20261121/0.parquet", file(&batch));
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "funnel",
        "slot   audience   cover_id  impressions  unique_impressions  clicks  entries  stays  dwell_seconds  orders
         prime  f / 25-34  c1        1            1                   1       1        1      75             0
         prime  f / 25-34  c2        1            1                   0       0        0      0              0",
    );
}
