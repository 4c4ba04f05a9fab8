//! Which channels are still to be told what a brief says: once a night, and again only when it says something else.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::error_text;
use crate::notify::{Card, sha256_of_card};
use coverledger_archive::{Archive, RunRecord, ToldBrief};
use coverledger_config::{Channel, Language, Topic, Workspace};

/// The card in question, and what each channel was told before.
#[derive(Debug, Default)]
pub(super) struct BriefNews {
    card: Option<Card>,
    /// By the channel's name, of this job's runs.
    told: BTreeMap<String, ToldBrief>,
    /// The same of other jobs, whose runs may have published the brief before.
    told_by_others: Vec<(String, ToldBrief)>,
}

impl BriefNews {
    /// The card of this run, or one that not every channel took after an earlier run; none of which all has begun by `now`.
    pub fn of(card: Option<&Card>, before: Option<&RunRecord>, now: Timestamp) -> Self {
        let untold = || {
            let card = before.and_then(|before| before.untold_card.clone())?;
            // One of another release is let go: the next brief has another.
            serde_json::from_value(card).ok()
        };
        let told = before.map(|before| before.briefs.clone()).unwrap_or_default();
        let card = card.cloned().or_else(untold).filter(|card| !card.is_over(now));
        Self { card, told, told_by_others: Vec::new() }
    }

    /// Whether there is anything to tell.
    pub const fn is_any(&self) -> bool {
        self.card.is_some()
    }

    /// Takes over what channels were told by runs of other jobs. A record that cannot be read leaves the risk of telling twice.
    pub async fn hear_of_others(&mut self, job: &str, workspace: &Workspace, archive: &Archive) {
        for other in workspace.jobs.keys().filter(|other| *other != job) {
            match archive.run_record(other).await {
                Ok(record) => self.told_by_others.extend(record.into_iter().flat_map(|record| record.briefs)),
                Err(error) => {
                    let error = error_text(&error);
                    tracing::warn!(job = other, error, "its record cannot be read: a brief may be told twice");
                }
            }
        }
    }

    /// The card, if this channel has not been told what it says, nor anything of a later night or a later revision of this one.
    pub fn card_for(&self, channel: &str, language: Language) -> Option<&Card> {
        let card = self.card.as_ref()?;
        let sha256 = sha256_of_card(card, language);
        let others = self.told_by_others.iter().filter(|(name, _)| name == channel).map(|(_, told)| told);
        let mut told = self.told.get(channel).into_iter().chain(others);
        let of = (card.as_of, card.revision);
        let is_old = told.any(|told| (told.as_of, told.revision) > of || told.sha256 == sha256);
        (!is_old).then_some(card)
    }

    /// Notes which channels took the card, and keeps it for those that did not.
    pub fn record(
        &self,
        configured: &BTreeMap<String, Channel>,
        took: impl Fn(&str) -> bool,
        record: &mut RunRecord,
    ) {
        record.briefs = self.told.iter().filter(|(name, _)| configured.contains_key(*name)).map(owned).collect();
        let Some(card) = &self.card else { return };
        let mut is_left = false;
        for (name, channel) in configured.iter().filter(|(_, channel)| channel.tell.contains(&Topic::Brief)) {
            if took(name) {
                let sha256 = sha256_of_card(card, channel.language);
                record
                    .briefs
                    .insert(name.clone(), ToldBrief { as_of: card.as_of, revision: card.revision, sha256 });
            } else if self.card_for(name, channel.language).is_some() {
                is_left = true;
            }
        }
        if is_left {
            record.untold_card = serde_json::to_value(card).ok();
        }
    }
}

fn owned((name, told): (&String, &ToldBrief)) -> (String, ToldBrief) {
    (name.clone(), told.clone())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::notify::CardMarket;
    use coverledger_brief::Text;
    use coverledger_config::ChannelKind;

    fn card(day: i8, url: &str) -> Card {
        Card {
            as_of: date(2026, 11, day),
            revision: 1,
            home: Text::same("Shanghai"),
            public_url: Some(url.to_owned()),
            provisional_days: 0,
            final_by: None,
            problems: Vec::new(),
            markets: Vec::new(),
        }
    }

    /// Says something else.
    fn changed(day: i8) -> Card {
        let market = CardMarket { market: "BR".into(), title: Text::same("Brazil"), lines: Vec::new() };
        Card { markets: vec![market], ..card(day, "https://example.com/") }
    }

    fn channels() -> BTreeMap<String, Channel> {
        let channel = |tell: &[Topic], language| Channel {
            kind: ChannelKind::Slack,
            url_env: "URL".into(),
            secret_env: None,
            tell: tell.iter().copied().collect(),
            language,
        };
        BTreeMap::from([
            ("team".into(), channel(&[Topic::Brief], Language::Chinese)),
            ("ops".into(), channel(&[Topic::Brief, Topic::Failed], Language::English)),
            ("alerts".into(), channel(&[Topic::Failed], Language::English)),
        ])
    }

    /// A run with a card, after one that left a record: who is told, and what it records.
    fn run(card: Option<&Card>, before: Option<&RunRecord>, refuses: &[&str]) -> (Vec<String>, RunRecord) {
        let news = BriefNews::of(card, before, now());
        let channels = channels();
        let wants = channels.iter().filter(|(_, channel)| channel.tell.contains(&Topic::Brief));
        let told = wants.filter(|(name, channel)| news.card_for(name, channel.language).is_some());
        let told: Vec<String> = told.map(|(name, _)| name.clone()).collect();
        let mut record = RunRecord::new("nightly", "r", "2026-11-02T01:00:00Z".parse().unwrap());
        let took = |name: &str| told.iter().any(|told| told == name) && !refuses.contains(&name);
        news.record(&channels, took, &mut record);
        (told, record)
    }

    fn now() -> Timestamp {
        "2026-11-02T01:00:00Z".parse().unwrap()
    }

    const EVERYBODY: [&str; 2] = ["ops", "team"];

    #[test]
    fn once_a_night_and_again_only_when_it_says_something_else() {
        let first = card(1, "https://example.com/");
        let (told, record) = run(Some(&first), None, &[]);
        assert_eq!(told, EVERYBODY);
        assert_eq!((record.briefs.len(), &record.untold_card), (2, &None));
        let (told, record) = run(Some(&card(1, "https://elsewhere.example/")), Some(&record), &[]);
        assert_eq!(told, [""; 0], "where it can be read is no news");
        let (told, record) = run(None, Some(&record), &[]);
        assert_eq!((told.len(), record.briefs.len()), (0, 2), "a run without a brief forgets nothing");
        let (told, record) = run(Some(&changed(1)), Some(&record), &[]);
        assert_eq!(told, EVERYBODY);
        let (told, record) = run(Some(&card(2, "https://example.com/")), Some(&record), &[]);
        assert_eq!(told, EVERYBODY, "the next night");
        let (told, _) = run(Some(&changed(1)), Some(&record), &[]);
        assert_eq!(told, [""; 0], "nothing of the night before");
    }

    #[test]
    fn who_did_not_take_it_is_told_by_the_next_run_and_the_others_are_not() {
        let first = card(1, "https://example.com/");
        let (_, record) = run(Some(&first), None, &["team"]);
        assert!(record.briefs.contains_key("ops") && record.untold_card.is_some());
        let (told, record) = run(None, Some(&record), &["team"]);
        assert_eq!(told, ["team"]);
        let (told, record) = run(None, Some(&record), &[]);
        assert_eq!((told, record.untold_card), (vec!["team".to_owned()], None));
        let other = RunRecord { untold_card: Some(serde_json::json!({"of": "another release"})), ..record };
        assert_eq!(run(None, Some(&other), &[]).0, [""; 0]);
    }

    #[test]
    fn an_older_revision_that_was_left_untold_is_not_told_after_a_newer_one() {
        let older = card(1, "https://example.com/");
        let newer = Card { revision: 2, ..changed(1) };
        let (_, left) = run(Some(&older), None, &["team"]);
        assert!(left.untold_card.is_some());
        let (_, by_other) = run(Some(&newer), None, &[]);
        let mut news = BriefNews::of(None, Some(&left), now());
        assert!(news.card_for("team", Language::Chinese).is_some());
        news.told_by_others.extend(by_other.briefs);
        assert_eq!(news.card_for("team", Language::Chinese), None);
        let newest = Card { revision: 3, ..older };
        news.card = Some(newest);
        assert!(
            news.card_for("team", Language::Chinese).is_some(),
            "a later one may say again what an earlier one said"
        );
    }

    #[test]
    fn what_another_jobs_run_told_is_not_told_again() {
        let first = card(1, "https://example.com/");
        let (_, record) = run(Some(&first), None, &[]);
        let mut news = BriefNews::of(Some(&first), None, now());
        assert!(news.card_for("team", Language::Chinese).is_some());
        news.told_by_others.extend(record.briefs);
        assert_eq!(news.card_for("team", Language::Chinese), None);
        assert!(news.card_for("new", Language::Chinese).is_some());
    }
}
