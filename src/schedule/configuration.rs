//! The configuration in force, and how it is replaced when the files are edited.
//!
//! There is one at a time, used by the agenda, the runs and the metrics. The files are read again at every look. A new
//! configuration is taken over once two looks in a row found the same and it is sound; until then the last sound one
//! stays in force, so that a half-saved file fails no run.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use coverledger_config::{ConfigError, Snapshot, Workspace, load_from};

/// A configuration that is sound.
#[derive(Debug)]
pub struct Sound {
    /// What it says.
    pub workspace: Arc<Workspace>,
    /// The files that say so.
    pub files: Snapshot,
}

/// What a look at the files found.
#[derive(Debug, Clone)]
pub enum Found {
    /// What is in force, or something that is not yet, or no longer, news.
    NothingNew,
    /// Another configuration, which is in force from now on.
    Taken {
        /// The files that are others, by name.
        changed: Vec<String>,
    },
    /// Another one that is not sound; the last that was stays in force.
    Refused {
        /// What is wrong with it.
        problems: String,
    },
    /// The one in force again, after one that was not sound.
    Restored,
}

/// The configuration in force, and the files that it is read from.
#[derive(Debug)]
pub struct Configuration {
    config_dir: PathBuf,
    jobs_dir: PathBuf,
    in_force: watch::Sender<Arc<Sound>>,
    looks: Mutex<Looks>,
}

/// What the looks before found.
#[derive(Debug)]
struct Looks {
    last: Snapshot,
    /// What was taken or refused last.
    judged: Snapshot,
}

impl Configuration {
    /// Reads a configuration that must be sound.
    ///
    /// # Errors
    /// [`ConfigError`] with every problem.
    pub fn load(config_dir: PathBuf, jobs_dir: PathBuf) -> Result<Self, ConfigError> {
        let files = Snapshot::read(&config_dir, &jobs_dir);
        let workspace = Arc::new(load_from(&files)?);
        let looks = Mutex::new(Looks { last: files.clone(), judged: files.clone() });
        Ok(Self {
            config_dir,
            jobs_dir,
            in_force: watch::Sender::new(Arc::new(Sound { workspace, files })),
            looks,
        })
    }

    /// The one in force.
    #[must_use]
    pub fn sound(&self) -> Arc<Sound> {
        Arc::clone(&self.in_force.borrow())
    }

    /// Tells which one is in force, and of every other.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Arc<Sound>> {
        self.in_force.subscribe()
    }

    /// Reads the files and takes what they say, if it is other than before, settled and sound.
    pub fn look(&self) -> Found {
        let files = Snapshot::read(&self.config_dir, &self.jobs_dir);
        let mut looks = self.looks();
        let is_settled = looks.last == files;
        looks.last.clone_from(&files);
        if !is_settled || looks.judged == files {
            return Found::NothingNew;
        }
        looks.judged.clone_from(&files);
        let before = self.sound();
        if before.files == files {
            return Found::Restored;
        }
        match load_from(&files) {
            Ok(workspace) => {
                let changed = files.changed_since(&before.files);
                self.in_force.send_replace(Arc::new(Sound { workspace: Arc::new(workspace), files }));
                Found::Taken { changed }
            }
            Err(error) => Found::Refused { problems: error.to_string() },
        }
    }

    fn looks(&self) -> MutexGuard<'_, Looks> {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::files;
    use super::*;
    use coverledger_core::model::MarketId;

    const MARKETS: &str = "config/markets.yaml";
    const JOB: &str = "jobs/nightly.yaml";

    fn configuration(folder: &std::path::Path) -> Configuration {
        Configuration::load(folder.join("config"), folder.join("jobs")).unwrap()
    }

    fn markets(configuration: &Configuration) -> usize {
        configuration.sound().workspace.jobs["nightly"].markets.len()
    }

    #[test]
    fn a_sound_change_is_taken_once_it_stands_still() {
        let folder = files();
        let configuration = configuration(folder.path());
        assert!(matches!(configuration.look(), Found::NothingNew));
        let job = std::fs::read_to_string(folder.path().join(JOB)).unwrap();
        // Sound by chance while it is being saved.
        std::fs::write(folder.path().join(JOB), job.replace("[JP, GB]", "[JP]")).unwrap();
        assert!(matches!(configuration.look(), Found::NothingNew));
        std::fs::write(folder.path().join(JOB), job.replace("[JP, GB]", "[GB]")).unwrap();
        assert!(matches!(configuration.look(), Found::NothingNew));
        let Found::Taken { changed } = configuration.look() else { panic!("it is not taken") };
        assert!(changed.len() == 1 && changed[0].ends_with(JOB), "{changed:?}");
        assert!(configuration.sound().workspace.jobs["nightly"].markets.contains(&MarketId::new("GB")));
        assert_eq!(markets(&configuration), 1);
        assert!(matches!(configuration.look(), Found::NothingNew));
    }

    #[test]
    fn the_last_sound_one_stays_in_force_while_a_file_is_cut_in_half() {
        let folder = files();
        let configuration = configuration(folder.path());
        let whole = std::fs::read_to_string(folder.path().join(MARKETS)).unwrap();
        std::fs::write(folder.path().join(MARKETS), &whole[..whole.len() / 2]).unwrap();
        assert!(matches!(configuration.look(), Found::NothingNew));
        let Found::Refused { problems } = configuration.look() else { panic!("it is not refused") };
        assert!(problems.contains(MARKETS), "{problems}");
        assert!(matches!(configuration.look(), Found::NothingNew), "told once");
        assert_eq!(markets(&configuration), 2);
        std::fs::write(folder.path().join(MARKETS), &whole).unwrap();
        assert!(matches!(configuration.look(), Found::NothingNew));
        assert!(matches!(configuration.look(), Found::Restored));
        assert!(matches!(configuration.look(), Found::NothingNew));
    }

    #[test]
    fn a_folder_that_is_gone_for_a_moment_costs_nothing() {
        let folder = files();
        let configuration = configuration(folder.path());
        std::fs::rename(folder.path().join("jobs"), folder.path().join("away")).unwrap();
        assert!(matches!(configuration.look(), Found::NothingNew));
        assert!(matches!(configuration.look(), Found::Refused { .. }));
        assert_eq!(markets(&configuration), 2);
        std::fs::rename(folder.path().join("away"), folder.path().join("jobs")).unwrap();
        assert!(matches!(configuration.look(), Found::NothingNew));
        assert!(matches!(configuration.look(), Found::Restored));
    }
}
