//! What changed, told before the table `mix`: a paragraph for each place, those where most changed first.
//!
//! The sentences are those of the table, in the language of the reader.

use std::io;

use polars::prelude::*;

use super::cell::plain;
use crate::cli::Failure;
use crate::cli::lang::Lang;
use crate::cli::screen::Screen;
use crate::cli::wrap::wrapped;
use coverledger_core::model::{columns as c, legible};

/// Lines are not longer, however wide the screen: they could not be read.
const WIDEST: usize = 100;
/// How many covers are told of in each place.
const COVERS: usize = 2;

/// What one row says.
#[derive(Clone)]
struct Told {
    cover_id: Option<String>,
    /// From when to when, and against which time before.
    periods: [String; 2],
    /// By how much the rate changed.
    change: Option<f64>,
    /// Whether that is more than chance.
    is_sure: bool,
    note: String,
}

impl Told {
    /// Whether it is said of the place as a whole.
    const fn is_whole(&self) -> bool {
        self.cover_id.is_none()
    }
}

/// A place and what there is to say of it.
struct Paragraph {
    place: (String, String),
    /// Of the whole place: one sentence for each period that is compared.
    whole: Vec<Told>,
    covers: Vec<Told>,
}

/// Prints the paragraphs.
///
/// # Errors
/// It cannot be written.
pub(super) fn print(frame: &DataFrame, lang: Lang, out: &mut Screen<'_>) -> Result<(), Failure> {
    let mut paragraphs = paragraphs(frame, lang)?;
    // What is more than chance before what may be chance, whatever its size.
    let strength = |of: &Paragraph| {
        let changes = of.whole.iter().filter_map(|told| Some((told.is_sure, told.change?.abs())));
        changes.max_by(|(one, by), (other, its)| one.cmp(other).then(by.total_cmp(its))).unwrap_or((false, -1.0))
    };
    paragraphs.sort_by(|one, other| {
        let ((one, by), (other, its)) = (strength(one), strength(other));
        other.cmp(&one).then(its.total_cmp(&by))
    });
    for paragraph in &mut paragraphs {
        write(paragraph, lang, out)?;
    }
    Ok(())
}

fn write(paragraph: &mut Paragraph, lang: Lang, out: &mut Screen<'_>) -> io::Result<()> {
    let (platform, market) = &paragraph.place;
    let [mut whole, mut covers] = [&mut paragraph.whole, &mut paragraph.covers].map(std::mem::take);
    whole.dedup_by(|one, other| one.note == other.note);
    covers.retain(|told| told.is_sure);
    covers.sort_by(|one, other| other.change.unwrap_or(0.0).abs().total_cmp(&one.change.unwrap_or(0.0).abs()));
    let sentence = |told: &Told| {
        let ([after, before], note) = (&told.periods, &told.note);
        lang.of(format!("{after} against {before}: {note}"), format!("{after} 对比 {before}：{note}"))
    };
    let mut sentences: Vec<String> = whole.iter().map(sentence).collect();
    for told in covers.iter().take(COVERS) {
        let cover = told.cover_id.as_deref().unwrap_or_default();
        sentences.push(lang.of(format!("{cover}: {}", told.note), format!("{cover}：{}", told.note)));
    }
    let text = format!("{market}, {platform}: {}", sentences.join(" "));
    let text = lang.of(text, format!("{market} · {platform}：{}", sentences.join("")));
    for line in wrapped(&legible(&text), out.width().min(WIDEST)) {
        writeln!(out, "{line}")?;
    }
    writeln!(out)
}

/// One for each place, in the order of the table: of entrants where they are known, else of clicks.
fn paragraphs(frame: &DataFrame, lang: Lang) -> PolarsResult<Vec<Paragraph>> {
    let rows = (0..frame.height()).map(|row| Row::of(frame, row, lang)).collect::<PolarsResult<Vec<_>>>()?;
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    for Row { place, .. } in &rows {
        if !paragraphs.iter().any(|paragraph| paragraph.place == *place) {
            paragraphs.push(Paragraph { place: place.clone(), whole: Vec::new(), covers: Vec::new() });
        }
    }
    for paragraph in &mut paragraphs {
        let here = || rows.iter().filter(|row| row.place == paragraph.place);
        let is_known = |metric: &str| here().any(|row| row.metric == metric && row.told.change.is_some());
        let metric = if is_known(c::CTR) && !is_known(c::EFFECTIVE_CTR) { c::CTR } else { c::EFFECTIVE_CTR };
        let (whole, covers) =
            here().filter(|row| row.metric == metric).map(|row| row.told.clone()).partition(Told::is_whole);
        (paragraph.whole, paragraph.covers) = (whole, covers);
    }
    Ok(paragraphs)
}

/// A row of the table.
struct Row {
    place: (String, String),
    metric: String,
    told: Told,
}

impl Row {
    fn of(frame: &DataFrame, row: usize, lang: Lang) -> PolarsResult<Self> {
        let text = |column: &str| plain(frame, column, row);
        let number =
            |column: &str| -> PolarsResult<Option<f64>> { Ok(frame.column(column)?.get(row)?.extract::<f64>()) };
        let note = match lang {
            Lang::En => None,
            Lang::Zh => text(c::NOTE_ZH)?,
        };
        // An older row speaks English only.
        let note = note.map_or_else(|| text(c::NOTE), |note| Ok(Some(note)))?.unwrap_or_default();
        let period = |since: &str, until: &str| -> PolarsResult<String> {
            let (since, until) = (text(since)?.unwrap_or_default(), text(until)?.unwrap_or_default());
            let is_day = since == until;
            Ok(if is_day { since } else { lang.of(format!("{since} to {until}"), format!("{since} 至 {until}")) })
        };
        let periods = [period(c::AFTER_SINCE, c::UNTIL)?, period(c::BEFORE_SINCE, c::BEFORE_UNTIL)?];
        let bounds = (number(&c::low(c::WITHIN))?, number(&c::high(c::WITHIN))?);
        let is_sure = matches!(bounds, (Some(low), Some(high)) if low > 0.0 || high < 0.0);
        Ok(Self {
            place: (text(c::PLATFORM)?.unwrap_or_default(), text(c::MARKET)?.unwrap_or_default()),
            metric: text(c::METRIC)?.unwrap_or_default(),
            told: Told { cover_id: text(c::COVER_ID)?, periods, change: number(c::CHANGE)?, is_sure, note },
        })
    }
}
