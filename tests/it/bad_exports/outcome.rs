//! What reading an export came to, in a form that is short to compare.

use coverledger::export::{ExportError, ReadReport, Signal, Signals};
use coverledger::model::Dimensions;

/// Keeps everything that reading gives out.
#[derive(Debug, Default)]
pub struct Tape {
    pub stages: Vec<Dimensions>,
    pub signals: Vec<Taken>,
}

/// A signal, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub record: u32,
    pub occurred_us: i64,
    pub kinds: u8,
    pub dwell_ms: u32,
    pub event_id: Option<String>,
    pub viewer_id: Option<String>,
    pub stage: usize,
}

impl Signals for Tape {
    fn stage(&mut self, stage: &Dimensions) {
        self.stages.push(stage.clone());
    }

    fn signal(&mut self, signal: &Signal<'_>) {
        assert!(signal.stage < self.stages.len(), "a signal at a stage that was not announced");
        self.signals.push(Taken {
            record: signal.record,
            occurred_us: signal.occurred_us,
            kinds: signal.kinds.bits(),
            dwell_ms: signal.dwell_ms,
            event_id: signal.event_id.map(|id| id.text().into_owned()),
            viewer_id: signal.viewer_id.map(|id| id.text().into_owned()),
            stage: signal.stage,
        });
    }
}

/// What reading an export came to.
#[derive(Debug)]
pub struct Outcome {
    pub report: Result<ReadReport, ExportError>,
    pub tape: Tape,
    /// What was read, to see what lies at a byte offset.
    pub bytes: Vec<u8>,
}

impl Outcome {
    pub fn report(&self) -> &ReadReport {
        self.report.as_ref().unwrap_or_else(|error| panic!("refused: {error}"))
    }

    /// The message of the refusal.
    #[track_caller]
    pub fn refusal(&self) -> String {
        self.report.as_ref().expect_err("it was read").to_string()
    }

    /// Rows in, taken, ignored, rejected; the numbers are checked against what was given out.
    #[track_caller]
    pub fn rows(&self) -> [u64; 4] {
        let report = self.report();
        assert_eq!(report.rows_in, report.taken + report.ignored + report.rejected);
        assert_eq!(report.taken, self.tape.signals.len() as u64);
        assert_eq!(report.rejected, report.rejects.len() as u64);
        [report.rows_in, report.taken, report.ignored, report.rejected]
    }

    /// Each reject: its record, the first two bytes of the line at its offset, its reason, the column to blame.
    pub fn rejects(&self) -> Vec<String> {
        let reject = |reject: &coverledger::model::Reject| {
            let mut text = reject.record.to_string();
            if let Some(offset) = reject.byte_offset {
                let line = &self.bytes[usize::try_from(offset).unwrap()..];
                let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
                text = format!("{text} `{}`", String::from_utf8_lossy(&line[..line.len().min(2)]));
            }
            text = format!("{text} {}", reject.reason.word());
            if let Some(column) = &reject.column {
                text = format!("{text} {column}");
            }
            text
        };
        self.report().rejects.iter().map(reject).collect()
    }

    /// The event ids that were taken, in order.
    pub fn ids(&self) -> Vec<&str> {
        self.tape.signals.iter().map(|signal| signal.event_id.as_deref().unwrap_or_default()).collect()
    }
}
