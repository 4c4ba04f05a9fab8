//! The log: to standard error, as text or as JSON.

use std::fmt;
use std::io::IsTerminal;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::format::{JsonFields, Writer, debug_fn};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

use super::args::{Global, LogFormat};
use coverledger_core::model::{legible, legible_json};
use coverledger_core::time::Clock;

/// Starts the log. JSON logs contain every step by default; text logs leave that to the progress bar.
pub fn start(global: &Global) {
    let level = match (global.quiet, global.verbose, global.log) {
        (true, _, _) => LevelFilter::ERROR,
        (_, 0, LogFormat::Text) => LevelFilter::WARN,
        (_, 0, LogFormat::Json) | (_, 1, _) => LevelFilter::INFO,
        (_, 2, _) => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let is_watched = std::io::stderr().is_terminal();
    // A log that cannot be written, for example on a full disk, does not make a run fail.
    let log = tracing_subscriber::fmt()
        .with_ansi(is_watched)
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .log_internal_errors(false);
    match global.log {
        LogFormat::Text => log.with_target(false).fmt_fields(debug_fn(field).delimited(" ")).init(),
        LogFormat::Json => log.fmt_fields(JsonFields::new()).event_format(JsonLines).init(),
    }
}

/// A field of a line of text. Values may be text of others, so control characters are escaped.
fn field(writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    let value = format!("{value:?}");
    match field.name() {
        "message" => writer.write_str(&legible(&value)),
        name => write!(writer, "{name}={}", legible(&value)),
    }
}

/// One JSON object a line: `timestamp`, `level`, `message` and `target`, and the fields of the event and of the spans around
/// it, such as `run_id`. If several have the same name, the innermost is used.
struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let Fields(mut fields) = fields;
        for span in context.event_scope().into_iter().flatten() {
            let extensions = span.extensions();
            let written = extensions.get::<FormattedFields<N>>().map_or("", |written| written.fields.as_str());
            for (name, value) in serde_json::from_str::<Map<String, Value>>(written).unwrap_or_default() {
                fields.entry(name).or_insert(value);
            }
        }
        let message = fields.remove("message").unwrap_or_default();
        let metadata = event.metadata();
        let head = [
            ("timestamp", Value::from(format!("{:.6}", Clock::System.now()))),
            ("level", Value::from(metadata.level().as_str())),
            ("message", message),
            ("target", Value::from(metadata.target())),
        ];
        let mut separator = '{';
        let rest = fields.iter().filter(|(name, _)| head.iter().all(|(taken, _)| taken != name));
        for (name, value) in
            head.iter().map(|(name, value)| (*name, value)).chain(rest.map(|(name, value)| (name.as_str(), value)))
        {
            write!(writer, "{separator}{}:{}", Value::from(name), legible_json(&value.to_string()))?;
            separator = ',';
        }
        writeln!(writer, "}}")
    }
}

/// The fields of one event.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn insert(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.insert(field, format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A writer that keeps what was logged.
    #[derive(Clone, Default)]
    struct CapturedLog(Arc<Mutex<Vec<u8>>>);

    impl io::Write for CapturedLog {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_line_is_an_object_that_names_its_run() {
        let paper = CapturedLog::default();
        let writer = paper.clone();
        let log = tracing_subscriber::fmt().fmt_fields(JsonFields::new()).event_format(JsonLines);
        let log = log.with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(log, || {
            tracing::warn!(answer = 42, share = 0.5, is_late = true, "outside of \"a run\"\nand on two lines");
            let run = tracing::info_span!("run", run_id = "4f1c0b9a", job = "nightly");
            run.in_scope(|| {
                let day = tracing::info_span!("day", market = %"JP");
                day.in_scope(|| tracing::info!(job = "other", timestamp = "mine", name = ?"x", "inside"));
            });
        });
        let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert_eq!(lines[0]["message"], "outside of \"a run\"\nand on two lines");
        assert_eq!(
            (&lines[0]["answer"], &lines[0]["share"], &lines[0]["is_late"]),
            (&42.into(), &0.5.into(), &true.into())
        );
        assert_eq!((lines[0]["level"].as_str(), lines[0].get("run_id")), (Some("WARN"), None));
        assert_eq!((&lines[1]["run_id"], &lines[1]["market"]), (&"4f1c0b9a".into(), &"JP".into()));
        // The innermost value is used, and no field can replace `timestamp`, `level`, `message` or `target`.
        assert_eq!(lines[1]["job"], "other");
        let timestamp = lines[1]["timestamp"].as_str().unwrap();
        assert!(timestamp.parse::<jiff::Timestamp>().is_ok(), "{timestamp}");
    }
}
