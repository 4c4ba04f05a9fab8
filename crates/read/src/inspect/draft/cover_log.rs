//! The export of a log of covers, by itself or beside the counts that it names the covers of.

use std::fmt::Write;

use super::folders::ASKED;
use super::folders::folders;
use super::{Draft, Drafted, DraftedLog, Sample, one_line, quoted};
use crate::export::PeekFormat;
use crate::inspect::cover_log::{CoverLog, LogClock, clock, find};

/// What a log is called in a draft.
const EXPORT: &str = "cover_log";

/// An entry of `exports`, and what it asks.
pub(super) struct LogExport {
    pub(super) text: String,
    pub(super) log: DraftedLog,
    pub(super) question: Option<String>,
}

/// Whether a table is a log of covers.
pub(super) fn is_log(sample: &Sample<'_>) -> bool {
    find(sample.finding).is_some()
}

impl Draft<'_> {
    /// The entry of `exports` for a log of covers.
    pub(super) fn log_export(&self, name: &str, file: &str, log: CoverLog) -> LogExport {
        let clock = clock(self.finding, log);
        let (key, said) = match &clock {
            LogClock::Own => (String::new(), "every time says its own offset, or is UTC".to_owned()),
            LogClock::Said(zone) if zone == "market" => (
                ", timezone: market".to_owned(),
                "its header says that times are by the market's clock".to_owned(),
            ),
            LogClock::Said(zone) => {
                (format!(", timezone: {zone}"), format!("the file says that times are {zone}"))
            }
            LogClock::Unsaid => (format!(", timezone: {ASKED}"), String::new()),
        };
        let mut why: Vec<String> = self.order_of_days(log.from).into_iter().collect();
        if clock == LogClock::Unsaid {
            let column = one_line(&self.column(log.from).name);
            why.push(format!(
                "whose clock `{column}` is on: `market` for that of each row's market, or one zone for all, such as `Asia/Shanghai`"
            ));
        }
        let mut times = vec![format!("from: {}", self.instant(log.from, &key))];
        times.extend(log.until.map(|until| format!("until: {}", self.until(log, until, &key))));
        let (market, folder) = match log.market {
            Some(column) => (format!("{{column: {}, otherwise: reject}}", self.name(column)), ""),
            None => ("path   # or one market for all: {value: US}".to_owned(), "{market}/"),
        };
        let ending = match self.peek.format {
            PeekFormat::Xlsx => "*.xlsx",
            PeekFormat::Parquet => "*.parquet",
            PeekFormat::Json => "*.json",
            PeekFormat::Ndjson => "*.ndjson",
            PeekFormat::Delimited { .. } => "*.csv",
        };
        // Writing to text cannot fail.
        let mut text = format!(
            "  # Which cover was on air, from {} rows of `{}`. Without an end a cover lasts until the broadcast's next one.\n",
            self.finding.rows,
            one_line(file)
        );
        let path = quoted(&format!("{name}/covers/{folder}{ending}"));
        let _ = write!(text, "  - name: {EXPORT}\n    rows: covers\n    path: {path}\n{}", self.format());
        text.push_str("    newest: {by: modified, per: broadcast}   # the newest file that has a broadcast says all of it\n    columns:\n");
        for why in &why {
            let _ = writeln!(text, "      # DECIDE: {}", one_line(why));
        }
        if why.is_empty() {
            let _ = writeln!(text, "      # {}", one_line(&said));
        } else {
            text.push_str("      # Then take away the `#`, with what is right:\n");
        }
        for line in times {
            let _ = writeln!(text, "      {}{line}", if why.is_empty() { "" } else { "# " });
        }
        let (broadcast, cover) = (self.name(log.broadcast), self.name(log.cover));
        let _ = writeln!(text, "      market: {market}\n      broadcast_id: {broadcast}\n      cover_id: {cover}");
        let question =
            (!why.is_empty()).then(|| format!("of the log of covers: {} (`columns.from`)", why.join("; and ")));
        let log = DraftedLog { file: file.to_owned(), export: EXPORT, lies_at: log_lies_at(name, file, log) };
        LogExport { text, log, question }
    }

    /// The end is written as the beginning is, also where no cover has ended yet.
    fn until(&self, log: CoverLog, until: usize, key: &str) -> String {
        let from = self.instant(log.from, key);
        from.replacen(&self.name(log.from), &self.name(until), 1)
    }
}

/// A draft of nothing but a log: it counts nothing until a table of counts stands beside it.
pub(super) fn alone(name: &str, draft: &Draft<'_>, file: &str, log: CoverLog) -> Drafted {
    let export = draft.log_export(name, file, log);
    let path = format!("config/platforms/{name}.yaml");
    let alone = format!(
        "what is counted: a log of covers counts nothing by itself. Draft it together with the platform's table (`coverledger inspect TABLE {} --write {path}`), or copy its entry into the platform's file and write `cover_id: log` there",
        one_line(file)
    );
    let to_decide: Vec<String> = std::iter::once(alone).chain(export.question.clone()).collect();
    let mut text = "# Drafted by `coverledger inspect`. It does not load before this is decided:\n".to_owned();
    for (index, question) in to_decide.iter().enumerate() {
        let _ = writeln!(text, "#   {}. {}", index + 1, one_line(question));
    }
    let _ = write!(
        text,
        "version: 1\n# DECIDE: conventions, settle, and the export of counts\nexports:\n{}",
        export.text
    );
    Drafted { text, export: EXPORT, lies_at: export.log.lies_at, log: None, to_decide }
}

fn log_lies_at(name: &str, file: &str, log: CoverLog) -> String {
    let base = file.rsplit('/').next().unwrap_or(file);
    let market = folders(file).market.unwrap_or("MARKET");
    let market = if log.market.is_some() { String::new() } else { format!("{market}/") };
    format!("{name}/covers/{market}{base}")
}
