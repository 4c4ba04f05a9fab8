//! Reading that is asked to stop in the middle of an export.

use std::io::{Seek as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use coverledger::export::{ExportError, Signal, Signals};
use coverledger::model::Stage;

use super::mapping::{HEADER, Mapping, good, good_json};
use super::workbook::{sheet, workbook};

const ROWS: usize = 5_000;

/// Asks to stop at its tenth signal.
struct Impatient<'a> {
    stop: &'a AtomicBool,
    signals: usize,
}

impl Signals for Impatient<'_> {
    fn stage(&mut self, _: &Stage) {}

    fn signal(&mut self, _: &Signal<'_>) {
        self.signals += 1;
        self.stop.fetch_or(self.signals == 10, Ordering::SeqCst);
    }
}

#[test]
fn an_export_is_left_between_two_records() {
    let ids = || (0..ROWS).map(|number| format!("e{number}"));
    let lines = |row: fn(&str) -> String| ids().map(|id| row(&id)).collect::<String>();
    let csv = format!("{HEADER}{}", lines(good));
    let objects: Vec<String> = ids().map(|id| good_json(&id).trim_end().to_owned()).collect();
    let exports = [
        (Mapping::events(), csv.clone().into_bytes()),
        (Mapping::events().ndjson(), lines(good_json).into_bytes()),
        (Mapping::events().json(&["[]"]), format!("[{}]", objects.join(",")).into_bytes()),
        (Mapping::events().xlsx(&[]), workbook(vec![sheet("s", &csv)])),
    ];
    for (mapping, bytes) in exports {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        file.rewind().unwrap();
        let patient = mapping.read_file(file.try_clone().unwrap());
        assert_eq!(patient.rows()[0], ROWS as u64, "{:?}", mapping.export.format);
        file.rewind().unwrap();
        let stop = AtomicBool::new(false);
        let mut signals = Impatient { stop: &stop, signals: 0 };
        let report = mapping.read_until(&stop, file, &mut signals);
        assert!(matches!(report, Err(ExportError::Stopped)), "{:?}: {report:?}", mapping.export.format);
        assert_eq!(signals.signals, 10, "{:?}", mapping.export.format);
    }
}
