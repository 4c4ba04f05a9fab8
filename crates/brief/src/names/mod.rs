//! What people call markets, platforms, cities, slots and audiences, in both languages.
//!
//! What `brief.yaml` says comes first, then what is known of ISO codes, IANA zones and the words that configurations are
//! made of. Whatever is in neither stays as it is.

mod cities;
mod markets;
mod words;

use std::collections::BTreeMap;

use coverledger_config::{Names, Title};

use self::cities::CITIES;
use self::markets::MARKETS;
use self::words::{AUDIENCES, PLATFORMS, SLOTS};
use crate::Text;

/// Names by key, English, Chinese, sorted by key.
type Known = [(&'static str, &'static str, &'static str)];

/// What things are called.
#[derive(Debug, Clone, Copy, Default)]
pub struct NameBook<'w> {
    own: Option<&'w Names>,
}

impl<'w> NameBook<'w> {
    /// By these names before all others.
    #[must_use]
    pub const fn new(own: Option<&'w Names>) -> Self {
        Self { own }
    }

    /// A market by its id: of a country, or of a part of one such as `US_EAST`.
    #[must_use]
    pub fn market(self, id: &str) -> Text {
        self.named(|own| &own.markets, id, || found(&MARKETS, id).unwrap_or_else(|| part_of_country(id)))
    }

    /// A platform by its id; another export of a platform, such as `shopee_live_ads2`, is called by its id.
    #[must_use]
    pub fn platform(self, id: &str) -> Text {
        self.named(|own| &own.platforms, id, || found(&PLATFORMS, id).unwrap_or_else(|| Text::same(id)))
    }

    /// A slot by its name.
    #[must_use]
    pub fn slot(self, name: &str) -> Text {
        self.named(|own| &own.slots, name, || found(&SLOTS, name).unwrap_or_else(|| Text::same(name)))
    }

    /// An audience as tables have it: parts joined by ` / `, or one of them.
    #[must_use]
    pub fn audience(self, audience: &str) -> Text {
        self.named(|own| &own.audiences, audience, || audience_of_parts(audience))
    }

    /// The city of a time zone.
    #[must_use]
    pub fn city(self, zone: &str) -> Text {
        self.named(|own| &own.cities, zone, || city(zone))
    }

    /// A name of the team's own in each language that it has; a language that it lacks is as without.
    fn named(
        self,
        which: impl Fn(&'w Names) -> &'w BTreeMap<String, Title>,
        id: &str,
        otherwise: impl FnOnce() -> Text,
    ) -> Text {
        let own = self.own.and_then(|own| which(own).get(id));
        match own {
            Some(Title { en: Some(en), zh: Some(zh) }) => Text { en: en.clone(), zh: zh.clone() },
            Some(Title { en, zh }) => {
                let known = otherwise();
                // Without a known name in the other language, the one that was given serves in both.
                let id_only = known == Text::same(id);
                let other = |given: &Option<String>| given.clone().filter(|_| id_only);
                Text {
                    en: en.clone().or_else(|| other(zh)).unwrap_or(known.en),
                    zh: zh.clone().or_else(|| other(en)).unwrap_or(known.zh),
                }
            }
            None => otherwise(),
        }
    }
}

fn found(names: &Known, key: &str) -> Option<Text> {
    let nth = names.binary_search_by_key(&key, |(key, ..)| key).ok()?;
    let (_, en, zh) = names[nth];
    Some(Text { en: en.to_owned(), zh: zh.to_owned() })
}

/// `US_EAST` is a part of `US`, and `id` in small letters is `ID`; all else is what it is.
fn part_of_country(id: &str) -> Text {
    let country = |code: &str| found(&MARKETS, &code.to_ascii_uppercase());
    match id.split_once(['_', '-']) {
        Some((code, part)) if !part.is_empty() => match country(code) {
            Some(Text { en, zh }) => {
                let part = part.replace(['_', '-'], " ");
                Text { en: format!("{en} {part}"), zh: format!("{zh} {part}") }
            }
            None => Text::same(id),
        },
        _ => country(id).unwrap_or_else(|| Text::same(id)),
    }
}

fn audience_of_parts(audience: &str) -> Text {
    let parts: Vec<&str> = audience.split(" / ").collect();
    let is_unknown = |part: &&str| found(&AUDIENCES, &part.to_lowercase()).is_some_and(|name| name.zh == "不详");
    let told = if parts.iter().all(is_unknown) { &parts[..1] } else { &parts[..] };
    let mut name = Text::default();
    for (nth, part) in told.iter().enumerate() {
        let Text { en, zh } = found(&AUDIENCES, &part.to_lowercase()).unwrap_or_else(|| Text::same(&banded(part)));
        // `Women 25–34`, and `Women, not known`.
        let is_band = part.starts_with(|c: char| c.is_ascii_digit());
        let [between_en, between_zh] = match (nth, is_band) {
            (0, _) => ["", ""],
            (_, true) => [" ", " "],
            (_, false) => [", ", "、"],
        };
        name.en.push_str(between_en);
        name.zh.push_str(between_zh);
        name.en.push_str(&if nth == 0 { en } else { en.to_lowercase() });
        name.zh.push_str(&zh);
    }
    name
}

/// An age band with the dash that ranges have.
fn banded(part: &str) -> String {
    match part.split_once('-') {
        Some((from, to))
            if [from, to].iter().all(|end| !end.is_empty() && end.bytes().all(|b| b.is_ascii_digit())) =>
        {
            format!("{from}–{to}")
        }
        _ => part.to_owned(),
    }
}

fn city(zone: &str) -> Text {
    let last = zone.rsplit('/').next().unwrap_or(zone).replace('_', " ");
    match found(&CITIES, zone) {
        Some(Text { en, zh }) => Text { en: if en.is_empty() { last } else { en }, zh },
        None => Text::same(&last),
    }
}

#[cfg(test)]
mod tests;
