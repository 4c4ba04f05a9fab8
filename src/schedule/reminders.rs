//! Which switches are to be told of now, computed from configuration and the clock; never from a tick.
//!
//! A switch is told once it is no further away than the configuration says, and not after it. A look that was lost or late
//! changes nothing but how early it is told. Nothing here waits, reads a clock or sends anything. What was told is kept in
//! memory alone: a scheduler that starts anew in the minutes before a switch tells of it a second time.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use coverledger_config::{Stint, Workspace};
use coverledger_core::model::{MarketId, PlatformId};

/// For how long it is kept that a switch was told, in case the clock is set back.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// A switch of a running rotation that is to be told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueSwitch {
    /// The experiment.
    pub experiment: String,
    /// In which market.
    pub market: MarketId,
    /// On which platforms.
    pub platforms: Vec<PlatformId>,
    /// The cover that goes on air.
    pub cover_id: String,
    /// The cover that goes off air, if one does.
    pub instead_of: Option<String>,
    /// From when to when it is on air.
    pub stint: Stint,
}

/// The switches that were told of.
#[derive(Debug, Default)]
pub struct Reminders {
    told: BTreeMap<(String, MarketId), Vec<Timestamp>>,
}

impl Reminders {
    /// The switches to tell of now, the earliest first. They count as told.
    pub fn look(&mut self, workspace: &Workspace, now: Timestamp) -> Vec<DueSwitch> {
        let Some(ahead) = workspace.remind_seconds else { return Vec::new() };
        let until = now.checked_add(SignedDuration::from_secs(ahead)).unwrap_or(Timestamp::MAX);
        self.told.retain(|_, told| {
            told.retain(|at| at.duration_until(now) < KEPT);
            !told.is_empty()
        });
        let mut due = Vec::new();
        for (name, experiment) in &workspace.experiments {
            for market in &experiment.markets {
                for stint in experiment.stints_within(market, now, until) {
                    let told = self.told.entry((name.clone(), market.clone())).or_default();
                    if told.contains(&stint.starts_at) {
                        continue;
                    }
                    told.push(stint.starts_at);
                    due.push(DueSwitch {
                        experiment: name.clone(),
                        market: market.clone(),
                        platforms: experiment.platforms.iter().cloned().collect(),
                        cover_id: experiment.covers[stint.cover].clone(),
                        instead_of: stint.instead_of.map(|cover| experiment.covers[cover].clone()),
                        stint,
                    });
                }
            }
        }
        due.sort_by_key(|due| due.stint.starts_at);
        due
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{at, files};
    use super::*;
    use coverledger_config as config;

    /// A rotation of half hours in Japan and Britain, announced ten minutes before.
    fn workspace(remind: &str) -> Workspace {
        let folder = files();
        let write = |file: &str, text: &str| {
            let file = folder.path().join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        };
        write("config/decisions.yaml", "version: 1\n");
        write(
            "config/experiments/hero.yaml",
            "version: 1\ndesign: rotation\nplatforms: [p]\nmarkets: [JP, GB]\ncovers: [a, b]\n\
             window: {from: 2026-11-20, to: 2026-11-22}\nrotation: {turn: 30m, seed: 7}\n",
        );
        write(
            "config/notifications.yaml",
            &format!("version: 1\nchannels: {{ops: {{kind: slack, url_env: OPS_URL}}}}\n{remind}"),
        );
        config::load(&folder.path().join("config"), &folder.path().join("jobs")).unwrap()
    }

    /// What is told over a simulated day and a half, when by how many seconds before.
    fn told(workspace: &Workspace, every_seconds: i64) -> Vec<(DueSwitch, i64)> {
        let mut reminders = Reminders::default();
        let (mut now, end) = (at("2026-11-20T00:00:07Z"), at("2026-11-21T12:00:00Z"));
        let mut told = Vec::new();
        while now < end {
            for due in reminders.look(workspace, now) {
                let before = now.duration_until(due.stint.starts_at).as_secs();
                told.push((due, before));
            }
            now = now.checked_add(SignedDuration::from_secs(every_seconds)).unwrap();
        }
        told
    }

    #[test]
    fn every_switch_is_told_once_some_minutes_before_and_no_turn_that_keeps_its_cover() {
        let workspace = workspace("remind: 10m\n");
        let hero = &workspace.experiments["hero"];
        let (start, end) = (at("2026-11-20T00:00:07Z"), at("2026-11-21T12:09:00Z"));
        let mut expected: Vec<(MarketId, Timestamp)> = Vec::new();
        for market in &hero.markets {
            let turns = hero.rotation().unwrap().schedule.turns(market);
            assert!(turns.windows(2).any(|pair| pair[0].cover == pair[1].cover), "some turn keeps its cover");
            let of_market =
                turns.windows(2).filter(|pair| pair[0].cover != pair[1].cover).map(|pair| pair[1].starts_at);
            let first = (turns[0].starts_at > start).then_some(turns[0].starts_at);
            let within = first.into_iter().chain(of_market).filter(|at| *at > start && *at < end);
            expected.extend(within.map(|at| (market.clone(), at)));
        }
        expected.sort();
        for every_seconds in [1, 13, 300] {
            let told = told(&workspace, every_seconds);
            assert!(told.iter().all(|(_, before)| (1..=600).contains(before)), "{every_seconds}");
            assert!(every_seconds > 1 || told.iter().skip(2).all(|(_, before)| *before > 598));
            let mut found: Vec<_> = told.into_iter().map(|(due, _)| (due.market, due.stint.starts_at)).collect();
            found.sort();
            found.retain(|(_, at)| *at < end);
            let up_to = found.iter().map(|(_, at)| *at).max().unwrap();
            expected.retain(|(_, at)| *at <= up_to);
            assert_eq!(found, expected, "{every_seconds}");
        }
    }

    #[test]
    fn a_clock_that_is_set_back_tells_nothing_again_and_a_new_start_once_more() {
        let workspace = workspace("remind: 10m\n");
        let first = workspace.experiments["hero"].stints(&MarketId::new("GB"))[3];
        let before = |seconds: i64| first.starts_at.checked_sub(SignedDuration::from_secs(seconds)).unwrap();
        let mut reminders = Reminders::default();
        let of_gb = |due: Vec<DueSwitch>| due.into_iter().filter(|due| due.market == MarketId::new("GB")).count();
        assert_eq!(of_gb(reminders.look(&workspace, before(601))), 0);
        assert_eq!(of_gb(reminders.look(&workspace, before(600))), 1);
        assert_eq!(of_gb(reminders.look(&workspace, before(300))), 0);
        assert_eq!(of_gb(reminders.look(&workspace, before(600))), 0, "the clock was set back");
        let mut anew = Reminders::default();
        assert_eq!(of_gb(anew.look(&workspace, before(300))), 1);
        assert_eq!(of_gb(anew.look(&workspace, before(0))), 0, "it has begun");
    }

    #[test]
    fn without_a_time_nobody_is_reminded() {
        assert_eq!(told(&workspace(""), 300), []);
    }
}
