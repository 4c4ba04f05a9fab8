//! The same brief, where everybody who may name something is hostile.

use std::collections::BTreeMap;

use super::fixture::brief;
use crate::{Brief, CoverTitle, PlaceName, Row, Text};

/// What people put into names.
pub const HOSTILE: [&str; 9] = [
    "<script>document.title='owned'</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)' x='",
    "=HYPERLINK(\"https://evil.example\";\"click\")",
    "abc\u{202e}gnp.exe\u{2066}\u{200f}",
    "</style></title><svg/onload=alert(1)>",
    "&lt;b&gt; &amp; {{7*7}} ${7*7} %3Cscript%3E",
    "👩🏽‍🚀🏳️‍🌈 e\u{301}\u{7f}\u{0}\n\t--><!--",
    // Three hundred characters without a place to break, filled in below.
    "long",
];

fn hostile_name(nth: usize) -> String {
    match HOSTILE[nth % HOSTILE.len()] {
        "long" => "Wwwwwwwwwm".repeat(30),
        name => name.to_owned(),
    }
}

/// Names given so far, so that one id stays one id.
#[derive(Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    fn id(&mut self, id: &mut String) {
        let nth = self.0.len();
        let given = self.0.entry(id.clone()).or_insert_with(|| format!("{}{nth}", hostile_name(nth)));
        id.clone_from(given);
    }

    fn maybe(&mut self, id: &mut Option<String>) {
        if let Some(id) = id {
            self.id(id);
        }
    }

    fn text(&mut self, text: &mut Text) {
        let nth = self.0.len();
        self.0.insert(format!("\u{0}{nth}"), String::new());
        *text = Text { en: hostile_name(nth), zh: hostile_name(nth + 1) };
    }

    fn place(&mut self, place: &mut PlaceName) {
        self.text(&mut place.platform_title);
        self.text(&mut place.market_title);
    }

    fn row(&mut self, row: &mut Row) {
        for (column, value) in &mut row.key {
            if column.ends_with("_id") {
                self.id(value);
            }
        }
    }
}

/// A brief with hostile ids, names and sentences in every place that has any. Ids of platforms and markets stay: no
/// configuration may have such.
#[must_use]
pub fn hostile() -> Brief {
    let (mut brief, mut names) = (brief(), Names::default());
    names.text(&mut brief.home);
    for place in &mut brief.freshness.places {
        names.place(&mut place.place);
        if let Some(text) = &mut place.reason {
            names.text(text);
        }
    }
    nights(&mut brief, &mut names);
    tests(&mut brief, &mut names);
    rankings(&mut brief, &mut names);
    rest(&mut brief, &mut names);
    let titles = std::mem::take(&mut brief.titles);
    for (mut id, CoverTitle { mut title, thumbnail }) in titles {
        names.id(&mut id);
        names.text(&mut title);
        brief.titles.insert(id, CoverTitle { title, thumbnail });
    }
    brief
}

fn nights(brief: &mut Brief, names: &mut Names) {
    for night in &mut brief.nights {
        names.text(&mut night.title);
        names.text(&mut night.city);
        if let Some(text) = &mut night.clock_note {
            names.text(text);
        }
        for advice in &mut night.places {
            names.place(&mut advice.place);
            names.maybe(&mut advice.cover_id);
            names.maybe(&mut advice.instead_of);
            names.maybe(&mut advice.test_against);
            names.maybe(&mut advice.experiment);
            names.text(&mut advice.reason);
            if let Some(text) = &mut advice.held {
                names.text(text);
            }
            if let Some(air) = &mut advice.air {
                names.text(&mut air.slot);
            }
            for avoided in &mut advice.avoid {
                names.id(&mut avoided.cover_id);
                names.row(&mut avoided.row);
                names.text(&mut avoided.reason);
            }
        }
    }
}

fn tests(brief: &mut Brief, names: &mut Names) {
    for test in &mut brief.tests {
        names.id(&mut test.experiment);
        names.place(&mut test.place);
        for arm in &mut test.arms {
            names.id(&mut arm.cover_id);
            names.row(&mut arm.row);
            names.text(&mut arm.reason);
        }
    }
    for test in &mut brief.next_tests {
        names.place(&mut test.place);
        names.id(&mut test.cover_id);
        names.id(&mut test.against_cover_id);
        names.text(&mut test.reason);
        if let Some((kind, value)) = &mut test.kind {
            names.id(kind);
            names.id(value);
        }
    }
}

fn rankings(brief: &mut Brief, names: &mut Names) {
    for ranking in &mut brief.rankings {
        names.place(&mut ranking.place);
        for cover in ranking.covers.iter_mut().chain(&mut ranking.overpromising) {
            names.id(&mut cover.cover_id);
            names.row(&mut cover.row);
            let figures = [&mut cover.half_life_days, &mut cover.rested_days].into_iter().flatten();
            figures.filter_map(|figure| figure.row.as_mut()).for_each(|row| names.row(row));
            let words = cover.breaks.iter_mut().chain(&mut cover.diagnosis).chain(&mut cover.revisits);
            words.for_each(|text| names.text(text));
        }
    }
}

fn rest(brief: &mut Brief, names: &mut Names) {
    for map in &mut brief.slot_maps {
        names.place(&mut map.place);
        for slot in &mut map.slots {
            names.text(&mut slot.title);
        }
        for audience in map.audiences.iter_mut().skip(1) {
            names.id(&mut audience.id);
            names.text(&mut audience.title);
        }
    }
    for changes in &mut brief.changes {
        names.place(&mut changes.place);
        for change in changes.last_date.iter_mut().chain(&mut changes.last_week) {
            names.text(&mut change.note);
        }
        for (cover, change) in &mut changes.covers {
            names.id(cover);
            names.row(&mut change.row);
            names.text(&mut change.note);
        }
    }
    for past in &mut brief.log.past {
        names.place(&mut past.place);
        names.maybe(&mut past.cover_id);
        names.maybe(&mut past.instead_of);
        names.text(&mut past.reason);
    }
    for quality in &mut brief.quality {
        names.place(&mut quality.place);
        for loss in &mut quality.losses {
            names.text(&mut loss.assumptions);
            names.text(&mut loss.reason);
        }
    }
    for review in &mut brief.reviews {
        names.place(&mut review.place);
        names.id(&mut review.broadcast_id);
        names.row(&mut review.row);
        for airing in &mut review.airings {
            names.id(&mut airing.cover_id);
        }
    }
}
