//! From the values of a record to a signal, or to a reject with its reason.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::field::{Field, Position, Records};
use super::instant;
use super::layout::Layout;
use super::signal::{Signal, Signals, Stage};
use super::{Excerpt, ExportError};
use crate::config::{Export, MarketRule, Otherwise, Rows, TextRule};
use crate::model::{ClickEvent, Conventions, Event, Kinds, MarketId, Reason, Reject};

/// Rejects listed per object; the count goes on beyond.
pub const MAX_LISTED_REJECTS: usize = 10_000;
/// A week: a longer stay in a room is a broken number.
const MAX_DWELL_SECONDS: f64 = 7.0 * 86_400.0;

/// Why a record is no signal: a reject with the column to blame, or a row the configuration ignores.
enum NoSignal {
    Reject(Reason, Option<usize>),
    Ignored,
}

type Mapped<T> = Result<T, NoSignal>;

/// What a combination of raw market, broadcast, cover and audience values stands for.
#[derive(Clone, Copy)]
enum Known {
    Stage(usize),
    Ignored,
    Reject(Reason, usize),
}

/// Turns records into signals.
pub(super) struct Mapper<'a, S> {
    export: &'a Export,
    layout: &'a Layout,
    markets: &'a BTreeSet<MarketId>,
    entry_is_click: bool,
    dwell_is_on_leave: bool,
    stay_ms: u32,
    excerpt: Excerpt,
    signals: &'a mut S,
    stages: usize,
    known: HashMap<Box<[u8]>, Known>,
    key: Vec<u8>,
    pub(super) taken: u64,
    pub(super) ignored: u64,
    pub(super) rejected: u64,
    pub(super) rejects: Vec<Reject>,
    pub(super) refusal: Option<ExportError>,
}

impl<'a, S: Signals> Mapper<'a, S> {
    pub(super) fn new(
        export: &'a Export,
        layout: &'a Layout,
        markets: &'a BTreeSet<MarketId>,
        conventions: Conventions,
        stay_seconds: u32,
        excerpt: Excerpt,
        signals: &'a mut S,
    ) -> Self {
        let mapped =
            |event| matches!(&export.rows, Rows::Events { values, .. } if values.values().any(|v| *v == event));
        let click_is_mapped = match &export.rows {
            Rows::Events { .. } => mapped(Event::Click),
            Rows::Impressions { clicked, .. } => clicked.is_some(),
        };
        Self {
            export,
            layout,
            markets,
            entry_is_click: conventions.click == ClickEvent::RoomEntry && !click_is_mapped,
            dwell_is_on_leave: mapped(Event::Leave),
            stay_ms: stay_seconds.saturating_mul(1000),
            excerpt,
            signals,
            stages: 0,
            known: HashMap::new(),
            key: Vec::new(),
            taken: 0,
            ignored: 0,
            rejected: 0,
            rejects: Vec::new(),
            refusal: None,
        }
    }

    fn map(&mut self, at: Position, fields: &[Field<'_>]) -> Mapped<()> {
        let record = u32::try_from(at.record).map_err(|_| {
            self.refusal.get_or_insert(ExportError::TooManyRecords);
            NoSignal::Ignored
        })?;
        let layout = self.layout;
        let blame = |column: usize| move |reason| NoSignal::Reject(reason, Some(column));
        let occurred_us = instant::read(fields[layout.occurred_at], &self.export.columns.occurred_at.format)
            .map_err(blame(layout.occurred_at))?;
        let (kinds, dwell_ms, credited_us) = self.happened(fields, occurred_us)?;
        let (mut event_id, mut viewer_id) = (itoa::Buffer::new(), itoa::Buffer::new());
        let event_id =
            layout.event_id.map(|column| id(fields[column], &mut event_id).map_err(blame(column))).transpose()?;
        let viewer_id = layout
            .viewer_id
            .map(|column| id(fields[column], &mut viewer_id).map_err(blame(column)))
            .transpose()?;
        let stage = self.stage(fields)?;
        let signal = Signal { record, occurred_us, credited_us, kinds, dwell_ms, event_id, viewer_id, stage };
        self.signals.signal(&signal);
        Ok(())
    }

    /// What the row counts as, its dwell, and the instant it is credited to.
    fn happened(&self, fields: &[Field<'_>], occurred_us: i64) -> Mapped<(Kinds, u32, i64)> {
        match &self.export.rows {
            Rows::Events { values, .. } => self.event(fields, values, occurred_us),
            Rows::Impressions { .. } => {
                let (kinds, dwell_ms) = self.flags(fields)?;
                Ok((kinds, dwell_ms, occurred_us))
            }
        }
    }

    fn event(
        &self,
        fields: &[Field<'_>],
        values: &std::collections::BTreeMap<String, Event>,
        occurred_us: i64,
    ) -> Mapped<(Kinds, u32, i64)> {
        let column = self.layout.event.unwrap_or_default();
        let event = match fields[column] {
            Field::Text(word) => values.get(word).copied(),
            Field::Int(code) => values.get(itoa::Buffer::new().format(code)).copied(),
            Field::Null => return Err(NoSignal::Reject(Reason::MissingValue, Some(column))),
            _ => None,
        };
        let event = event.ok_or(NoSignal::Reject(Reason::UnknownEvent, Some(column)))?;
        let kinds = match event {
            Event::Impression => Kinds::IMPRESSION,
            Event::Click => Kinds::CLICK,
            Event::Entry if self.entry_is_click => Kinds::ENTRY.and(Kinds::CLICK),
            Event::Entry => Kinds::ENTRY,
            Event::Leave => Kinds::default(),
            Event::Order => Kinds::ORDER,
            Event::Ignore => return Err(NoSignal::Ignored),
        };
        let carries_dwell = if self.dwell_is_on_leave { event == Event::Leave } else { event == Event::Entry };
        let Some(column) = self.layout.dwell_seconds.filter(|_| carries_dwell) else {
            return Ok((kinds, 0, occurred_us));
        };
        let dwell_ms = dwell_ms(fields[column]).map_err(|reason| NoSignal::Reject(reason, Some(column)))?;
        let dwell_ms = dwell_ms.ok_or(NoSignal::Reject(Reason::MissingValue, Some(column)))?;
        let credited_us =
            if event == Event::Leave { occurred_us - i64::from(dwell_ms) * 1000 } else { occurred_us };
        Ok((self.with_stay(kinds, dwell_ms), dwell_ms, credited_us))
    }

    fn flags(&self, fields: &[Field<'_>]) -> Mapped<(Kinds, u32)> {
        let flag = |column: Option<usize>| match column {
            Some(column) => flag(fields[column]).map_err(|reason| NoSignal::Reject(reason, Some(column))),
            None => Ok(false),
        };
        let mut kinds = Kinds::IMPRESSION;
        if flag(self.layout.clicked)? {
            kinds = kinds.and(Kinds::CLICK);
        }
        let entered = flag(self.layout.entered)?;
        if entered {
            kinds = kinds.and(Kinds::ENTRY);
            if self.entry_is_click {
                kinds = kinds.and(Kinds::CLICK);
            }
        }
        if flag(self.layout.ordered)? {
            kinds = kinds.and(Kinds::ORDER);
        }
        let Some(column) = self.layout.dwell_seconds else { return Ok((kinds, 0)) };
        let reject = |reason| NoSignal::Reject(reason, Some(column));
        let dwell_ms = dwell_ms(fields[column]).map_err(reject)?;
        match (entered, dwell_ms) {
            (true, Some(dwell_ms)) => Ok((self.with_stay(kinds, dwell_ms), dwell_ms)),
            (true, None) => Err(reject(Reason::MissingValue)),
            (false, None | Some(0)) => Ok((kinds, 0)),
            (false, Some(_)) => Err(reject(Reason::DwellWithoutEntry)),
        }
    }

    fn with_stay(&self, kinds: Kinds, dwell_ms: u32) -> Kinds {
        if dwell_ms >= self.stay_ms { kinds.and(Kinds::STAY) } else { kinds }
    }

    /// The stage of a row, through a table of the combinations seen so far.
    fn stage(&mut self, fields: &[Field<'_>]) -> Mapped<usize> {
        let layout = self.layout;
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        let columns =
            layout.market.iter().chain(&layout.broadcast_id).chain(&layout.cover_id).chain(&layout.audience);
        for column in columns {
            push_key(&mut key, fields[*column]);
        }
        let known = self.known.get(key.as_slice()).copied().unwrap_or_else(|| {
            let known = self.resolve(fields);
            self.known.insert(key.as_slice().into(), known);
            known
        });
        self.key = key;
        match known {
            Known::Stage(stage) => Ok(stage),
            Known::Ignored => Err(NoSignal::Ignored),
            Known::Reject(reason, column) => Err(NoSignal::Reject(reason, Some(column))),
        }
    }

    fn resolve(&mut self, fields: &[Field<'_>]) -> Known {
        match self.new_stage(fields) {
            Ok(Some(stage)) => {
                if !self.signals.stage(&stage) {
                    self.refusal.get_or_insert(ExportError::TooManyCells(self.stages));
                }
                self.stages += 1;
                Known::Stage(self.stages - 1)
            }
            Ok(None) => Known::Ignored,
            Err((reason, column)) => Known::Reject(reason, column),
        }
    }

    fn new_stage(&self, fields: &[Field<'_>]) -> Result<Option<Stage>, (Reason, usize)> {
        let columns = &self.export.columns;
        let Some(market) = self.market(fields)? else { return Ok(None) };
        let text = |rule: &TextRule, column: Option<usize>| match (rule, column) {
            (TextRule::Value(value), _) => Ok(value.clone()),
            (TextRule::Column(_), column) => {
                let column = column.unwrap_or_default();
                let mut number = itoa::Buffer::new();
                id(fields[column], &mut number).map(str::to_owned).map_err(|reason| (reason, column))
            }
        };
        Ok(Some(Stage {
            market,
            audience: self.audience(fields)?,
            broadcast_id: text(&columns.broadcast_id, self.layout.broadcast_id)?,
            cover_id: text(&columns.cover_id, self.layout.cover_id)?,
        }))
    }

    fn market(&self, fields: &[Field<'_>]) -> Result<Option<MarketId>, (Reason, usize)> {
        let (values, otherwise) = match &self.export.columns.market {
            MarketRule::Value(market) => return Ok(Some(market.clone())),
            MarketRule::Column { values, otherwise, .. } => (values, otherwise),
        };
        let column = self.layout.market.unwrap_or_default();
        let named = match fields[column] {
            Field::Text(name) => values
                .get(name)
                .cloned()
                .or_else(|| Some(MarketId::new(name)).filter(|market| self.markets.contains(market))),
            Field::Int(code) => values.get(code.to_string().as_str()).cloned(),
            _ => None,
        };
        match (named, otherwise) {
            (Some(market), _) => Ok(Some(market)),
            (None, Otherwise::Market(market)) => Ok(Some(market.clone())),
            (None, Otherwise::Ignore) => Ok(None),
            (None, Otherwise::Reject) if fields[column] == Field::Null => Err((Reason::MissingValue, column)),
            (None, Otherwise::Reject) => Err((Reason::UnknownMarket, column)),
        }
    }

    /// The audience columns joined by ` / `, a missing one as `unknown`; without any, everybody is `all`.
    fn audience(&self, fields: &[Field<'_>]) -> Result<String, (Reason, usize)> {
        if self.layout.audience.is_empty() {
            return Ok("all".to_owned());
        }
        let mut joined = String::new();
        for (index, column) in self.layout.audience.iter().enumerate() {
            if index > 0 {
                joined.push_str(" / ");
            }
            match fields[*column] {
                Field::Null => joined.push_str("unknown"),
                Field::Text(text) if text.trim().is_empty() => joined.push_str("unknown"),
                Field::Text(text) => joined.push_str(text.trim()),
                Field::Int(number) => joined.push_str(&number.to_string()),
                Field::Bool(flag) => joined.push_str(if flag { "true" } else { "false" }),
                _ => return Err((Reason::BadValue, *column)),
            }
        }
        Ok(joined)
    }

    fn reject(
        &mut self,
        at: Position,
        reason: Reason,
        column: Option<usize>,
        text: impl FnOnce() -> Option<String>,
    ) {
        self.rejected += 1;
        if self.rejects.len() < MAX_LISTED_REJECTS {
            self.rejects.push(Reject {
                record: at.record,
                byte_offset: at.byte_offset,
                reason,
                column: column.map(|column| self.layout.columns[column].clone()),
                text: text(),
            });
        }
    }
}

impl<S: Signals> Records for Mapper<'_, S> {
    fn record(&mut self, at: Position, fields: &[Field<'_>], raw: &dyn Fn() -> String) {
        match self.map(at, fields) {
            Ok(()) => self.taken += 1,
            Err(NoSignal::Ignored) => self.ignored += 1,
            Err(NoSignal::Reject(reason, column)) => {
                let excerpt = self.excerpt;
                let viewer = self.layout.viewer_id.map(|column| match fields[column] {
                    Field::Text(text) => text.to_owned(),
                    Field::Int(number) => number.to_string(),
                    Field::Float(number) => number.to_string(),
                    _ => String::new(),
                });
                self.reject(at, reason, column, || excerpt.of(&raw(), viewer.as_deref()));
            }
        }
    }

    fn broken(&mut self, at: Position, reason: Reason, raw: &[u8]) {
        let excerpt = self.excerpt;
        let may_name_a_viewer = self.layout.viewer_id.is_some();
        self.reject(at, reason, None, || excerpt.of_broken(raw, may_name_a_viewer));
    }

    fn is_refused(&self) -> bool {
        self.refusal.is_some()
    }
}

/// An id as text. A number that a spreadsheet rounded is no id any more.
fn id<'a>(field: Field<'a>, number: &'a mut itoa::Buffer) -> Result<&'a str, Reason> {
    match field {
        Field::Text(text) => {
            let text = text.trim();
            if text.is_empty() {
                Err(Reason::MissingValue)
            } else if is_mangled(text) {
                Err(Reason::MangledId)
            } else {
                Ok(text)
            }
        }
        Field::Int(value) => Ok(number.format(value)),
        Field::Null => Err(Reason::MissingValue),
        Field::Float(_) => Err(Reason::MangledId),
        _ => Err(Reason::BadValue),
    }
}

/// Whether text looks like `7.65142E+18`.
fn is_mangled(text: &str) -> bool {
    let bytes = text.as_bytes();
    if memchr::memchr(b'+', bytes).is_none() {
        return false;
    }
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    exponent.strip_prefix('+').is_some_and(digits)
        && mantissa
            .split_once(['.', ','])
            .map_or_else(|| digits(mantissa), |(whole, part)| digits(whole) && digits(part))
}

fn flag(field: Field<'_>) -> Result<bool, Reason> {
    match field {
        Field::Bool(flag) => Ok(flag),
        Field::Int(0) | Field::Null => Ok(false),
        Field::Int(1) => Ok(true),
        Field::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
            "1" | "true" | "t" | "yes" | "y" => Ok(true),
            "0" | "false" | "f" | "no" | "n" | "" => Ok(false),
            _ => Err(Reason::BadFlag),
        },
        _ => Err(Reason::BadFlag),
    }
}

/// Seconds, whole or decimal, as milliseconds rounded half up.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded to a week just before")]
#[expect(clippy::cast_precision_loss, reason = "seconds within a week are exact")]
fn dwell_ms(field: Field<'_>) -> Result<Option<u32>, Reason> {
    let seconds = match field {
        Field::Null => return Ok(None),
        Field::Int(seconds) => seconds as f64,
        Field::Float(seconds) => seconds,
        Field::Text(text) => text.trim().parse::<f64>().map_err(|_| Reason::BadNumber)?,
        _ => return Err(Reason::BadNumber),
    };
    if !(0.0..=MAX_DWELL_SECONDS).contains(&seconds) {
        return Err(Reason::BadNumber);
    }
    Ok(Some((seconds * 1000.0).round() as u32))
}

/// Adds a value to a look-up key so that no two different rows of values share a key.
fn push_key(key: &mut Vec<u8>, field: Field<'_>) {
    match field {
        Field::Null => key.push(0),
        Field::Text(text) => {
            key.push(1);
            key.extend_from_slice(&text.len().to_le_bytes());
            key.extend_from_slice(text.as_bytes());
        }
        Field::Int(number) | Field::Instant(number) | Field::Wall(number) => {
            key.push(2);
            key.extend_from_slice(&number.to_le_bytes());
        }
        Field::Float(number) => {
            key.push(3);
            key.extend_from_slice(&number.to_le_bytes());
        }
        Field::Bool(flag) => key.extend_from_slice(&[4, u8::from(flag)]),
        Field::Nested => key.push(5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_a_spreadsheet_rounded_are_known() {
        for mangled in ["7.65142E+18", "7E+5", "7,65E+18", "1.2e+10"] {
            assert!(is_mangled(mangled), "{mangled}");
        }
        for sound in ["765142", "7.65", "E+18", "a7.65E+18", "7E18", "u+1", "+", "7.E+1"] {
            assert!(!is_mangled(sound), "{sound}");
        }
    }

    #[test]
    fn dwell_is_whole_milliseconds_within_a_week() {
        assert_eq!(dwell_ms(Field::Text("18.2804")), Ok(Some(18_280)));
        assert_eq!(dwell_ms(Field::Int(60)), Ok(Some(60_000)));
        assert_eq!(dwell_ms(Field::Null), Ok(None));
        for bad in ["-1", "nan", "inf", "604801", "1m28s"] {
            assert_eq!(dwell_ms(Field::Text(bad)), Err(Reason::BadNumber), "{bad}");
        }
    }

    #[test]
    fn no_two_rows_of_values_share_a_key() {
        let key = |fields: &[Field<'_>]| {
            let mut key = Vec::new();
            fields.iter().for_each(|field| push_key(&mut key, *field));
            key
        };
        assert_ne!(key(&[Field::Text("a"), Field::Text("b")]), key(&[Field::Text("ab"), Field::Null]));
        assert_ne!(key(&[Field::Text("a"), Field::Null]), key(&[Field::Null, Field::Text("a")]));
    }
}
