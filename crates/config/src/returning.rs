//! Which viewers are kept over days, and by which key.
//!
//! The secret is handed in: nothing here reads the environment.

use super::{Platform, Workspace};
use coverledger_core::model::{MarketId, PlatformId, ReturningKey, ViewerKey};

impl Workspace {
    /// Takes the secret that [`super::Returning::key_env`] names; `None` if it is too short. Without `returning` it is of no
    /// use.
    #[must_use]
    pub fn with_returning_secret(mut self, secret: &str) -> Option<Self> {
        if let Some(returning) = &self.settings.returning {
            self.returning = Some(ReturningKey::new(secret.as_bytes(), returning.generation)?);
        }
        Some(self)
    }

    /// What the viewers of a platform in a market are kept by; `None` where nothing is kept of them: it is not asked for, or no
    /// export names them.
    #[must_use]
    pub fn viewers_kept_by(&self, platform: &PlatformId, market: &MarketId) -> Option<ViewerKey> {
        let key = self.returning.as_ref()?;
        let definition = self.platforms.get(platform)?;
        // Whoever watched a platform's broadcasts saw its viewers.
        let whose = definition.of.as_ref().unwrap_or(platform);
        definition.names_viewers(market).then(|| key.viewers_of(whose, market))
    }

    /// The platforms that say how views of this one's broadcasts went.
    pub fn quality_sources_of(&self, platform: &PlatformId) -> impl Iterator<Item = &PlatformId> {
        let is_one = move |source: &Platform| source.of.as_ref() == Some(platform);
        self.platforms.iter().filter(move |(_, source)| is_one(source)).map(|(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Tree, WORKING, changed};

    const SETTING: &str = "returning: {key_env: KEY}\n";

    fn tree(viewers: &str, settings: &str) -> Workspace {
        let tree = Tree::new(WORKING);
        let of = |name: &str| WORKING.iter().find(|(file, _)| *file == name).unwrap().1;
        let platform = "config/platforms/tiktok.yaml";
        let mapped =
            changed(of(platform), &[("      broadcast_id: room", &format!("{viewers}      broadcast_id: room"))]);
        tree.write(platform, mapped);
        tree.write("config/archive.yaml", format!("{}{settings}", of("config/archive.yaml")));
        tree.load().unwrap()
    }

    #[test]
    fn viewers_are_kept_where_that_is_asked_for_and_exports_name_them() {
        let viewers = "      viewer_id: user\n";
        let kept = |workspace: &Workspace| {
            workspace.viewers_kept_by(&PlatformId::new("tiktok"), &MarketId::new("US")).is_some()
        };
        let secret = "sixteen letters and more";
        let asked = tree(viewers, SETTING);
        assert!(!kept(&asked), "as long as nobody hands in the secret");
        assert!(asked.clone().with_returning_secret("fifteen letters").is_none());
        assert!(kept(&asked.with_returning_secret(secret).unwrap()));
        for workspace in [tree("", SETTING), tree(viewers, "")] {
            assert!(!kept(&workspace.with_returning_secret(secret).unwrap()));
        }
    }

    #[test]
    fn it_makes_no_market_day_due() {
        let viewers = "      viewer_id: user\n";
        let (with, without) = (tree(&format!("{viewers}      host_id: owner\n"), SETTING), tree(viewers, ""));
        let hash = |workspace: &Workspace| workspace.config_hash(&PlatformId::new("tiktok"), &MarketId::new("US"));
        assert_eq!(hash(&with), hash(&without));
    }
}
