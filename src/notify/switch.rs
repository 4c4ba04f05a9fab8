//! Switches: rotations that put another cover on air soon, all at the same instant.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::words;
use coverledger_brief::Text;
use coverledger_config::Language;
use coverledger_core::time::Zone;

/// Switches that a chat lists; a program gets all of them.
const CHAT_SWITCHES: usize = 20;

/// Other covers that go on air at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switches {
    /// When they go on air.
    pub starts_at: Timestamp,
    /// The team's own clock.
    pub home: Zone,
    /// What people call its city.
    pub home_city: Text,
    /// Where and which; not empty.
    pub switches: Vec<Switch>,
}

/// A rotation puts another cover on air in a market.
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
    /// Until when it stays.
    pub ends_at: Timestamp,
    /// The market's clock.
    pub zone: Zone,
    /// What people call its city.
    pub city: Text,
}

impl Switches {
    /// `coverledger: at 20:00 Shanghai another cover goes on air`, and below it `Japan · TikTok (21:00 Tokyo): c-red …`.
    pub(super) fn text(&self, language: Language) -> String {
        let home = self.home.local(self.starts_at);
        let at = words::clock(home, words::of(&self.home_city, language), home.date(), language);
        let mut text = match language {
            Language::English => format!("coverledger: at {at} another cover goes on air"),
            Language::Chinese => format!("coverledger：{at} 换封面"),
        };
        for switch in self.switches.iter().take(CHAT_SWITCHES) {
            let _ = write!(text, "\n{}", self.line(switch, language));
        }
        let rest = self.switches.len().saturating_sub(CHAT_SWITCHES);
        let _ = match (rest, language) {
            (0, _) => Ok(()),
            (_, Language::English) => write!(text, "\n… and {rest} more: see coverledger now"),
            (_, Language::Chinese) => write!(text, "\n……另有 {rest} 处：见 coverledger now"),
        };
        text
    }

    fn line(&self, switch: &Switch, language: Language) -> String {
        let home = self.home.local(self.starts_at);
        let local = switch.zone.local(self.starts_at);
        let there = words::clock(local, words::of(&switch.city, language), home.date(), language);
        let until = self.home.local(switch.ends_at).strftime("%H:%M");
        let market = words::name(words::of(&switch.market_title, language));
        let titles: Vec<String> =
            switch.platforms.iter().map(|(_, title)| words::name(words::of(title, language))).collect();
        let platforms = words::list(&titles, 8, language);
        let cover = words::name(&switch.cover_id);
        let off = switch.instead_of.as_deref().map(words::name);
        let test = words::name(&switch.experiment);
        match language {
            Language::English => {
                let off = off.map(|off| format!(" instead of {off}")).unwrap_or_default();
                format!("{market} · {platforms} ({there}): {cover}{off}, until {until} (test {test})")
            }
            Language::Chinese => {
                let off = off.map(|off| format!("，换下 {off}")).unwrap_or_default();
                format!("{market} · {platforms}（{there}）：换上 {cover}{off}，播到 {until}（测试 {test}）")
            }
        }
    }

    /// For programs; the shape is in docs/OPERATIONS.md.
    pub(super) fn json(&self, language: Language) -> Value {
        let home = |at: Timestamp| self.home.local(at).to_string();
        let switches = self.switches.iter().map(|switch| {
            json!({
                "experiment": switch.experiment,
                "market": switch.market,
                "platforms": switch.platforms.iter().map(|(id, _)| id).collect::<Vec<_>>(),
                "cover_id": switch.cover_id,
                "instead_of": switch.instead_of,
                "ends_at": switch.ends_at.to_string(),
                "ends_home": home(switch.ends_at),
                "starts_local": switch.zone.local(self.starts_at).to_string(),
                "timezone": switch.zone.name(),
            })
        });
        json!({
            "version": 1,
            "topic": "switch",
            "headline": self.text(language).lines().next().unwrap_or_default(),
            "language": language.word(),
            "starts_at": self.starts_at.to_string(),
            "starts_home": home(self.starts_at),
            "home_timezone": self.home.name(),
            "switches": switches.collect::<Vec<_>>(),
        })
    }
}
