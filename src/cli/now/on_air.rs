//! Which cover is on air in a place at an instant, and which one is next.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::advised::AdvisedPlaces;
use crate::cli::advised::Advised;
use coverledger_config::{Experiment, Market, Stint, Workspace};
use coverledger_core::model::{MarketId, PlatformId};

/// A cover from when to when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Air {
    pub cover_id: String,
    pub slot: Option<String>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

/// What is known of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OnAir {
    pub platform: PlatformId,
    pub market: MarketId,
    /// `rotation` by the schedule of a test, `advice` by the newest brief, `none`.
    pub source: &'static str,
    pub experiment: Option<String>,
    /// What the brief says to do.
    pub action: Option<String>,
    pub now: Option<Air>,
    /// Until when viewers may still have seen the cover before, where that is not over.
    pub settles_at: Option<Timestamp>,
    pub next: Option<Air>,
    pub note: String,
}

/// Every platform in every market that some job has or some test runs in, in order of market.
pub(super) fn all(workspace: &Workspace, advised: &AdvisedPlaces, at: Timestamp) -> Vec<OnAir> {
    let of_jobs = workspace.jobs.values().map(|job| (&job.markets, &job.platforms));
    let of_tests = workspace.experiments.values().map(|test| (&test.markets, &test.platforms));
    let mut places: BTreeSet<(&MarketId, &PlatformId)> = BTreeSet::new();
    for (markets, platforms) in of_jobs.chain(of_tests) {
        for market in markets {
            places.extend(platforms.iter().map(|platform| (market, platform)));
        }
    }
    places.retain(|(market, platform)| workspace.counts(platform) && workspace.markets.contains_key(*market));
    places.into_iter().map(|(market, platform)| place(workspace, advised, platform, market, at)).collect()
}

fn place(
    workspace: &Workspace,
    advised: &AdvisedPlaces,
    platform: &PlatformId,
    market: &MarketId,
    at: Timestamp,
) -> OnAir {
    let mut on_air = OnAir {
        platform: platform.clone(),
        market: market.clone(),
        source: "none",
        experiment: None,
        action: None,
        now: None,
        settles_at: None,
        next: None,
        note: String::new(),
    };
    let mut to_come = None;
    for (name, test) in &workspace.experiments {
        if !test.platforms.contains(platform) || !test.markets.contains(market) {
            continue;
        }
        let (now, next) = test.stints_at(market, at);
        let has_begun = test.rotation().is_some_and(|rotation| {
            rotation.schedule.turns(market).first().is_some_and(|first| first.starts_at <= at)
        });
        if now.is_some() || (has_begun && next.is_some()) {
            return by_rotation(on_air, workspace, name, test, (now, next), at);
        }
        to_come = to_come.or(next.map(|next| format!("test {name} begins at {}", next.starts_at)));
    }
    let of_place = |advised: &AdvisedPlaces| {
        advised.as_ref().map(|places| places.get(&(platform.to_string(), market.to_string())).cloned())
    };
    match of_place(advised) {
        None => on_air.note.push_str("no test runs here, and there is no brief yet"),
        Some(None) => on_air.note.push_str("no test runs here, and the newest brief has no such place"),
        Some(Some(advised)) => by_advice(&mut on_air, advised, at),
    }
    if let Some(to_come) = to_come {
        on_air.note = format!("{}; {to_come}", on_air.note);
    }
    on_air
}

fn by_rotation(
    mut on_air: OnAir,
    workspace: &Workspace,
    name: &str,
    test: &Experiment,
    (now, next): (Option<Stint>, Option<Stint>),
    at: Timestamp,
) -> OnAir {
    let market = &workspace.markets[&on_air.market];
    let air = |stint: Stint| Air {
        cover_id: test.covers[stint.cover].clone(),
        slot: slot_at(market, test, &on_air.market, stint.starts_at.max(at)),
        starts_at: stint.starts_at,
        ends_at: stint.ends_at,
    };
    let (now_air, next_air) = (now.map(air), next.map(air));
    on_air.source = "rotation";
    on_air.experiment = Some(name.to_owned());
    on_air.settles_at = now.map(|stint| stint.settles_at).filter(|settles_at| at < *settles_at);
    on_air.note = match (&now_air, &next_air) {
        (None, _) => "between two turns of the test".to_owned(),
        (Some(_), None) => "the last turns of the test".to_owned(),
        (Some(_), Some(_)) if on_air.settles_at.is_some() => {
            "burn-in: viewers may still have seen the cover before".to_owned()
        }
        _ => String::new(),
    };
    (on_air.now, on_air.next) = (now_air, next_air);
    on_air
}

/// The slot of the turn in which an instant lies: a cover that stays may go on through several.
fn slot_at(market: &Market, test: &Experiment, id: &MarketId, at: Timestamp) -> Option<String> {
    let turns = test.rotation()?.schedule.turns(id);
    let turn = turns.iter().rfind(|turn| turn.starts_at <= at && at < turn.ends_at)?;
    market.slots.names().nth(turn.slot).map(str::to_owned)
}

fn by_advice(on_air: &mut OnAir, advised: Advised, at: Timestamp) {
    on_air.source = "advice";
    let as_of = advised.as_of.map(|as_of| format!(" as of {as_of}")).unwrap_or_default();
    let air = advised.cover_id.zip(advised.starts_at.zip(advised.ends_at));
    let air = air.map(|(cover_id, (starts_at, ends_at))| Air { cover_id, slot: advised.slot, starts_at, ends_at });
    on_air.action = Some(advised.action);
    match air {
        None => {
            on_air.source = "none";
            on_air.note = format!("the brief{as_of} advises no cover");
        }
        Some(air) if at < air.starts_at => {
            on_air.note = format!("advised by the brief{as_of}, which says nothing of what is on air before");
            on_air.next = Some(air);
        }
        Some(air) if at < air.ends_at => {
            on_air.note = format!("advised by the brief{as_of}, whoever puts it on air");
            on_air.now = Some(air);
        }
        Some(_) => {
            on_air.source = "none";
            on_air.note = format!("the slot of which the brief{as_of} speaks is over; the next run makes another");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use coverledger_config as config;

    const FILES: [(&str, &str); 4] = [
        (
            "config/archive.yaml",
            "version: 1\nhome_timezone: UTC\nstores: {exports: {url: exports}, archive: {url: archive}}\n",
        ),
        (
            "config/markets.yaml",
            "version: 1\nslots: {day: {day: \"00:00\"}}\nmarkets: {JP: {timezone: Asia/Tokyo, slots: day}}\n",
        ),
        (
            "config/platforms/p.yaml",
            "version: 1\nconventions: {impression: displays, click: cover_tap}\nsettle: 48h\nexports:\n  - name: e\n    \
             rows: events\n    path: e/{date:%F}.csv\n    day: {timezone: UTC}\n    format: csv\n    columns:\n      \
             occurred_at: {column: t, format: rfc3339}\n      event: {column: e, values: {show: impression}}\n      \
             market: {column: m}\n      broadcast_id: b\n      cover_id: c\n",
        ),
        ("jobs/nightly.yaml", "version: 1\nplatforms: [p]\nmarkets: [JP]\nlookback_days: 3\n"),
    ];

    fn workspace() -> Workspace {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in FILES {
            let file = folder.path().join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        config::load(&folder.path().join("config"), &folder.path().join("jobs")).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn advised() -> Advised {
        Advised {
            as_of: Some(jiff::civil::date(2026, 11, 20)),
            action: "take_off".to_owned(),
            cover_id: Some("c-red".to_owned()),
            slot: Some("day".to_owned()),
            starts_at: Some(at("2026-11-21T10:00:00Z")),
            ends_at: Some(at("2026-11-21T14:00:00Z")),
            ..Advised::default()
        }
    }

    fn at_jp(advised: &AdvisedPlaces, instant: &str) -> OnAir {
        let mut places = all(&workspace(), advised, at(instant));
        assert_eq!(places.len(), 1);
        places.remove(0)
    }

    #[test]
    fn what_is_advised_is_next_then_on_air_then_over() {
        let places = || Some(BTreeMap::from([(("p".to_owned(), "JP".to_owned()), advised())]));
        let before = at_jp(&places(), "2026-11-21T09:59:59Z");
        let air = before.next.clone().unwrap();
        assert_eq!((before.source, before.now, air.cover_id.as_str()), ("advice", None, "c-red"));
        assert_eq!((air.starts_at, air.slot.as_deref()), (at("2026-11-21T10:00:00Z"), Some("day")));
        assert_eq!(
            before.note,
            "advised by the brief as of 2026-11-20, which says nothing of what is on air before"
        );
        assert_eq!(before.action.as_deref(), Some("take_off"));
        let during = at_jp(&places(), "2026-11-21T10:00:00Z");
        assert_eq!((during.now, during.next), (Some(air), None));
        let after = at_jp(&places(), "2026-11-21T14:00:00Z");
        assert_eq!((after.source, after.now, after.next), ("none", None, None));
        assert!(after.note.contains("is over"), "{}", after.note);
    }

    #[test]
    fn a_brief_that_advises_nothing_there_says_so() {
        let nothing = Advised { action: "no_data".to_owned(), ..Advised::default() };
        let places = Some(BTreeMap::from([(("p".to_owned(), "JP".to_owned()), nothing)]));
        assert_eq!(at_jp(&places, "2026-11-21T09:00:00Z").note, "the brief advises no cover");
        let note = at_jp(&Some(BTreeMap::new()), "2026-11-21T09:00:00Z").note;
        assert_eq!(note, "no test runs here, and the newest brief has no such place");
        assert!(at_jp(&None, "2026-11-21T09:00:00Z").note.contains("there is no brief yet"));
    }
}
