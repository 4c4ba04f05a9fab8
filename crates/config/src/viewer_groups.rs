//! Which market-days are counted by groups of viewers, and the keys that put viewers into groups.
//!
//! A split that assigns viewers has a key of its own, so that the groups of two experiments have nothing to do with each
//! other. It is derived from the experiment's name and, where `viewer_groups` of `archive.yaml` names a variable, from the
//! secret in it. The secret is handed in: nothing here reads the environment.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::Workspace;
use super::experiments::{Assignment, Experiment};
use coverledger_core::model::{GroupKey, MarketId, PlatformId};

/// Raised when the same name and secret come to make other groups.
const SCHEME: &str = "coverledger viewer groups 1";

/// The groups of viewers of an experiment.
#[derive(Debug, Clone)]
pub struct ViewerGroups {
    /// What decides into which one a viewer falls.
    pub key: GroupKey,
    /// What tells the key from others without giving it away: 16 hex digits of a hash of it.
    pub key_id: String,
}

impl ViewerGroups {
    fn new(experiment: &str, secret: &str) -> Self {
        let key = digest(&[SCHEME, "key", experiment, secret]);
        let mut first = [0; 16];
        first.copy_from_slice(&key[..16]);
        let mut key_id = String::with_capacity(16);
        for byte in digest(&[SCHEME, "id", &format!("{first:?}")]).iter().take(8) {
            let _ = write!(key_id, "{byte:02x}");
        }
        Self { key: GroupKey::new(first), key_id }
    }

    /// Those of every split that assigns viewers, by its name.
    pub(super) fn of(experiments: &BTreeMap<String, Experiment>, secret: &str) -> BTreeMap<String, Self> {
        let by_viewer = experiments.iter().filter(|(_, one)| one.assignment() == Some(Assignment::Viewer));
        by_viewer.map(|(name, _)| (name.clone(), Self::new(name, secret))).collect()
    }
}

/// SHA-256 of texts, each with its length, so that no two lists of them are hashed alike.
fn digest(texts: &[&str]) -> [u8; 32] {
    let mut sha256 = Sha256::new();
    for text in texts {
        sha256.update(text.len().to_le_bytes());
        sha256.update(text.as_bytes());
    }
    sha256.finalize().into()
}

impl Workspace {
    /// The groups that a market-day is counted by: it is within the window of a split that assigns viewers, and an export
    /// of the platform names them in the market. `None` for any other, and as long as a configured secret is not handed in.
    #[must_use]
    pub fn viewer_groups(
        &self,
        platform: &PlatformId,
        market: &MarketId,
        local_date: Date,
    ) -> Option<&ViewerGroups> {
        // Two experiments are never on one platform in one market at one time.
        let (name, _) = self.experiments.iter().find(|(name, experiment)| {
            self.viewer_groups.contains_key(*name)
                && (experiment.from..=experiment.last_date()).contains(&local_date)
                && experiment.platforms.contains(platform)
                && experiment.markets.contains(market)
        })?;
        let names_viewers = self.platforms.get(platform).is_some_and(|platform| platform.names_viewers(market));
        self.viewer_groups.get(name).filter(|_| names_viewers)
    }

    /// Takes the secret that [`super::Settings::viewer_groups_key_env`] names.
    #[must_use]
    pub fn with_viewer_groups_secret(mut self, secret: &str) -> Self {
        self.viewer_groups = ViewerGroups::of(&self.experiments, secret);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Tree, WORKING, changed};
    use coverledger_core::model::Id;
    use jiff::civil::date;

    const SPLIT: &str = "version: 1\ndesign: split\nplatforms: [tiktok]\nmarkets: [US]\ncovers: [a, b]\n\
                         window: {from: 2026-10-24, to: 2026-11-02}\nsplit: {broadcasts: 40}\n";

    fn tree(split: &str, viewers: &str, settings: &str) -> Tree {
        let tree = Tree::new(WORKING);
        let of = |name: &str| WORKING.iter().find(|(file, _)| *file == name).unwrap().1;
        let platform = "config/platforms/tiktok.yaml";
        let mapped =
            changed(of(platform), &[("      broadcast_id: room", &format!("{viewers}      broadcast_id: room"))]);
        tree.write(platform, mapped);
        tree.write("config/archive.yaml", format!("{}{settings}", of("config/archive.yaml")));
        tree.write("config/decisions.yaml", "version: 1\n");
        tree.write("config/experiments/hero.yaml", split);
        tree
    }

    fn key_id(workspace: &Workspace, market: &str, day: Date) -> Option<String> {
        let of = workspace.viewer_groups(&PlatformId::new("tiktok"), &MarketId::new(market), day);
        of.map(|groups| groups.key_id.clone())
    }

    const VIEWERS: &str = "      viewer_id: user\n";

    #[test]
    fn only_market_days_of_a_split_by_viewer_whose_exports_name_viewers_are_counted_by_groups() {
        let workspace = tree(SPLIT, VIEWERS, "").load().unwrap();
        let first = key_id(&workspace, "US", date(2026, 10, 24));
        assert!(first.is_some());
        assert_eq!(key_id(&workspace, "US", date(2026, 11, 2)), first);
        assert_eq!(key_id(&workspace, "US", date(2026, 10, 23)), None);
        assert_eq!(key_id(&workspace, "US", date(2026, 11, 3)), None);
        assert_eq!(key_id(&workspace, "GB", date(2026, 10, 24)), None);
        let by_broadcast = changed(SPLIT, &[("broadcasts: 40", "broadcasts: 40, assignment: broadcast")]);
        for tree in [tree(&by_broadcast, VIEWERS, ""), tree(SPLIT, "", "")] {
            assert_eq!(key_id(&tree.load().unwrap(), "US", date(2026, 10, 24)), None);
        }
    }

    #[test]
    fn a_key_depends_on_the_name_and_the_secret_and_on_nothing_else() {
        let day = date(2026, 10, 24);
        let plain = tree(SPLIT, VIEWERS, "").load().unwrap();
        let other_covers = tree(&changed(SPLIT, &[("[a, b]", "[a, c]")]), VIEWERS, "late_after: 2d\n");
        assert_eq!(key_id(&plain, "US", day), key_id(&other_covers.load().unwrap(), "US", day));

        let keyed = tree(SPLIT, VIEWERS, "viewer_groups: {key_env: GROUPS}\n").load().unwrap();
        assert_eq!(keyed.settings.viewer_groups_key_env.as_deref(), Some("GROUPS"));
        assert_eq!(key_id(&keyed, "US", day), None, "as long as nobody hands in the secret");
        let one = keyed.clone().with_viewer_groups_secret("a secret of many letters");
        let other = keyed.with_viewer_groups_secret("another of many letters");
        let ids = [&plain, &one, &other].map(|workspace| key_id(workspace, "US", day).unwrap());
        assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "{ids:?}");
        assert!(ids.iter().all(|id| id.len() == 16), "{ids:?}");
        let group = |workspace: &Workspace, name: &str, viewer: &str| {
            workspace.viewer_groups[name].key.group(Id::hash_of(viewer))
        };
        let moved = (0..100).filter(|viewer| {
            group(&one, "hero", &viewer.to_string()) != group(&other, "hero", &viewer.to_string())
        });
        assert!(moved.count() > 90);
    }
}
