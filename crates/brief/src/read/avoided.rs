//! Covers that are not to be used, with what `diagnosis` says of them.

use std::collections::BTreeMap;

use coverledger_core::model::{TableName, columns as c};

use super::line::Line;
use super::reading::Reading;
use super::tables::{PlaceId, place};
use super::words::finding;
use crate::{Avoided, Figure, Row, Text};

type OfCovers<'r> = BTreeMap<(PlaceId<'r>, &'r str), Line<'r>>;

fn found<'s>(covers: &'s OfCovers<'s>, here: PlaceId<'s>, cover: &'s str) -> Option<&'s Line<'s>> {
    covers.get(&(here, cover))
}

/// Rows of `diagnosis` by place and cover, rules that covers break, and tests that they lost.
pub(super) struct Avoiding<'r> {
    reading: &'r Reading<'r>,
    diagnosis: OfCovers<'r>,
    breaks: OfCovers<'r>,
    lost: OfCovers<'r>,
}

impl<'r> Avoiding<'r> {
    pub(super) fn new(reading: &'r Reading<'r>) -> Self {
        let of = |table| {
            let places = reading.tables.newest_of_places(table, reading.as_of).into_iter();
            places.flat_map(|(place, lines)| {
                lines.into_iter().map(move |line| ((place, line.id(c::COVER_ID)), line))
            })
        };
        let is_lost = |line: &Line<'_>| ["worse", "guardrail failed"].contains(&line.id(c::DECISION));
        let tests = reading.tables.newest_by(TableName::Experiment, reading.as_of, |line| line.id(c::EXPERIMENT));
        let lost = tests.into_iter().filter(is_lost).map(|line| ((place(line), line.id(c::COVER_ID)), line));
        let breaks = of(TableName::CoverChecks).filter(|(_, line)| line.id(c::FINDING) == "breaks");
        Self {
            reading,
            diagnosis: of(TableName::Diagnosis).collect(),
            breaks: breaks.collect(),
            lost: lost.collect(),
        }
    }

    /// What a row of `advice` says not to use.
    pub(super) fn of<'s>(&'s self, advice: Line<'s>) -> Vec<Avoided> {
        let here = place(advice);
        let all = self.diagnosis.keys().chain(self.breaks.keys()).chain(self.lost.keys());
        let known: Vec<&str> = all.filter(|(place, _)| *place == here).map(|(_, cover)| *cover).collect();
        let covers = covers_in(advice.id(c::AVOID), &known);
        covers.into_iter().map(|cover| self.avoided(advice, here, cover)).collect()
    }

    fn avoided<'s>(&'s self, advice: Line<'s>, here: PlaceId<'s>, cover: &'s str) -> Avoided {
        let [rate, usual, ..] = c::STAY_STEP;
        let reason = self.reason(here, cover);
        let Some(line) = found(&self.diagnosis, here, cover) else {
            // It was not on air in the window; a test or a rule speaks of it.
            let not_there = |column| Figure { value: None, column, why_null: Some(not_on_air()), row: None };
            let day = advice.day(c::AS_OF).map(|day| day.to_string()).unwrap_or_default();
            let cells = [here.0.to_owned(), here.1.to_owned(), day, cover.to_owned()];
            let key = [c::PLATFORM, c::MARKET, c::AS_OF, c::COVER_ID].into_iter().zip(cells).collect();
            let row = Row { table: TableName::Diagnosis, key };
            let [stay_rate, stay_usual] = [rate, usual].map(not_there);
            return Avoided { cover_id: cover.to_owned(), row, stay_rate, stay_usual, reason };
        };
        let [stay_rate, stay_usual] = [rate, usual].map(|column| line.figure(column));
        Avoided { cover_id: cover.to_owned(), row: line.row(), stay_rate, stay_usual, reason }
    }

    /// The gravest reason: a rule of the market, then a test, then what was found without lots.
    fn reason<'s>(&'s self, here: PlaceId<'s>, cover: &'s str) -> Text {
        if let Some(rule) = found(&self.breaks, here, cover) {
            return self.reading.reason(*rule);
        }
        if let Some(test) = found(&self.lost, here, cover) {
            let name = test.id(c::EXPERIMENT);
            return Text {
                en: format!("It lost the test {name}."), zh: format!("它在测试 {name} 中落败。")
            };
        }
        let wrong = found(&self.diagnosis, here, cover).and_then(|line| finding(line.id(c::FINDING)));
        wrong.unwrap_or_else(|| Text::new("It is not to be used here.", "这里不要使用它。"))
    }
}

fn not_on_air() -> Text {
    Text::new("It was not on air here in these weeks.", "这几周它没有在这里播出。")
}

/// The covers of a list that blanks part, where ids may have blanks in them: the longest id that is known at each place, and
/// up to the next blank where none is.
fn covers_in<'a>(list: &'a str, known: &[&str]) -> Vec<&'a str> {
    let mut covers = Vec::new();
    let mut rest = list.trim_start();
    while !rest.is_empty() {
        let ends =
            |id: &&&str| rest.strip_prefix(**id).is_some_and(|after| after.is_empty() || after.starts_with(' '));
        let known = known.iter().filter(|id| !id.is_empty()).filter(ends).map(|id| id.len()).max();
        let end = known.unwrap_or_else(|| rest.find(' ').unwrap_or(rest.len()));
        covers.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    covers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_with_blanks_are_told_apart() {
        let known = ["a", "a b", "free gift", "", "=1+1 x"];
        assert_eq!(covers_in("a b free gift a", &known), ["a b", "free gift", "a"]);
        assert_eq!(covers_in("  ab =1+1 x  new", &known), ["ab", "=1+1 x", "new"]);
        assert!(covers_in(" ", &known).is_empty());
    }
}
