//! A switch: a rotation that puts another cover on air soon.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::words;
use coverledger_brief::Text;
use coverledger_config::Language;
use coverledger_core::time::Zone;

/// A rotation puts another cover on air.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switch {
    /// The experiment.
    pub experiment: String,
    /// The market's id.
    pub market: String,
    /// What people call it.
    pub market_title: Text,
    /// The platforms' ids, with what people call them.
    pub platforms: Vec<(String, Text)>,
    /// The cover that goes on air.
    pub cover_id: String,
    /// The cover that is on air until then, if there is one.
    pub instead_of: Option<String>,
    /// When it goes on air.
    pub starts_at: Timestamp,
    /// Until when it stays.
    pub ends_at: Timestamp,
    /// The team's own clock.
    pub home: Zone,
    /// What people call its city.
    pub home_city: Text,
    /// The market's clock.
    pub zone: Zone,
    /// What people call its city.
    pub city: Text,
}

impl Switch {
    /// `coverledger: at 20:00 Shanghai (21:00 Tokyo) put c-red on air in Japan · TikTok, until 20:30; c-blue goes off`
    pub(super) fn text(&self, language: Language) -> String {
        let home = self.home.local(self.starts_at);
        let night = home.date();
        let at = words::clock(home, words::of(&self.home_city, language), night, language);
        let local = self.zone.local(self.starts_at);
        let there = words::clock(local, words::of(&self.city, language), night, language);
        let until = self.home.local(self.ends_at).strftime("%H:%M");
        let market = words::name(words::of(&self.market_title, language));
        let titles: Vec<String> =
            self.platforms.iter().map(|(_, title)| words::name(words::of(title, language))).collect();
        let platforms = words::list(&titles, 8, language);
        let cover = words::name(&self.cover_id);
        let off = self.instead_of.as_deref().map(words::name);
        let test = words::name(&self.experiment);
        match language {
            Language::English => {
                let off = off.map(|off| format!("; {off} goes off")).unwrap_or_default();
                format!(
                    "coverledger: at {at} ({there}) put {cover} on air in {market} · {platforms}, until {until}{off} (test {test})"
                )
            }
            Language::Chinese => {
                let off = off.map(|off| format!("；{off} 下播")).unwrap_or_default();
                format!(
                    "coverledger：{at}（{there}）在{market} · {platforms}换上 {cover}，播到 {until}{off}（测试 {test}）"
                )
            }
        }
    }

    /// For programs; the shape is in docs/OPERATIONS.md.
    pub(super) fn json(&self, language: Language) -> Value {
        json!({
            "version": 1,
            "topic": "switch",
            "headline": self.text(language),
            "language": language.word(),
            "experiment": self.experiment,
            "market": self.market,
            "platforms": self.platforms.iter().map(|(id, _)| id).collect::<Vec<_>>(),
            "cover_id": self.cover_id,
            "instead_of": self.instead_of,
            "starts_at": self.starts_at.to_string(),
            "ends_at": self.ends_at.to_string(),
            "starts_home": self.home.local(self.starts_at).to_string(),
            "home_timezone": self.home.name(),
            "starts_local": self.zone.local(self.starts_at).to_string(),
            "timezone": self.zone.name(),
        })
    }
}
