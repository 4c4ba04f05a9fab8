//! The files of a configuration as they were at one moment: read once, so that whoever checks them, and whoever is
//! handed them, sees the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::config_file::{files_in, read_text};

/// What a file or a folder holds, or why it cannot be read.
type Read<T> = Result<T, String>;

/// Every file of a configuration.
///
/// It can be written down and read back: a scheduler hands its runs what it has read itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    config_dir: PathBuf,
    jobs_dir: PathBuf,
    /// The YAML files of every folder that was looked into.
    folders: BTreeMap<PathBuf, Read<Vec<PathBuf>>>,
    texts: BTreeMap<PathBuf, Read<String>>,
}

impl Snapshot {
    /// Reads every file under `config_dir` and `jobs_dir`. What cannot be read is told by
    /// [`load_from`](super::load_from).
    #[must_use]
    pub fn read(config_dir: &Path, jobs_dir: &Path) -> Self {
        let mut snapshot = Self {
            config_dir: config_dir.to_owned(),
            jobs_dir: jobs_dir.to_owned(),
            folders: BTreeMap::new(),
            texts: BTreeMap::new(),
        };
        let (platforms, experiments) = (config_dir.join("platforms"), config_dir.join("experiments"));
        let has_experiments = fs::symlink_metadata(&experiments).is_ok();
        let folders =
            [config_dir, &platforms, jobs_dir].into_iter().chain(has_experiments.then_some(&*experiments));
        for folder in folders {
            let files = files_in(folder);
            for file in files.iter().flatten() {
                snapshot.texts.insert(file.clone(), read_text(file));
            }
            snapshot.folders.insert(folder.to_owned(), files);
        }
        // Those that have to be there, or are there and are no files.
        for name in [
            "archive.yaml",
            "markets.yaml",
            "decisions.yaml",
            "library.yaml",
            "brief.yaml",
            "notifications.yaml",
            "market_rules.yaml",
        ] {
            let file = config_dir.join(name);
            if fs::symlink_metadata(&file).is_ok() && !snapshot.texts.contains_key(&file) {
                snapshot.texts.insert(file.clone(), read_text(&file));
            }
        }
        snapshot
    }

    /// The files that are others than in a snapshot before, by name.
    #[must_use]
    pub fn changed_since(&self, before: &Self) -> Vec<String> {
        let names = self.texts.keys().chain(before.texts.keys());
        let mut changed: Vec<String> = names
            .filter(|name| self.texts.get(*name) != before.texts.get(*name))
            .map(|name| name.display().to_string())
            .collect();
        changed.sort();
        changed.dedup();
        changed
    }

    pub(super) fn config_dir(&self) -> &Path {
        &self.config_dir
    }

    pub(super) fn jobs_dir(&self) -> &Path {
        &self.jobs_dir
    }

    /// Whether there is a file of this name, of whatever kind.
    pub(super) fn has(&self, file: &Path) -> bool {
        self.texts.contains_key(file)
    }

    /// Whether there is a folder of this name, whatever it holds.
    pub(super) fn has_folder(&self, folder: &Path) -> bool {
        self.folders.contains_key(folder)
    }

    pub(super) fn text(&self, file: &Path) -> Read<&str> {
        match self.texts.get(file) {
            Some(Ok(text)) => Ok(text),
            Some(Err(message)) => Err(message.clone()),
            None => Err("no such file".to_owned()),
        }
    }

    /// The YAML files in a folder, sorted.
    pub(super) fn files_in(&self, folder: &Path) -> Read<&[PathBuf]> {
        match self.folders.get(folder) {
            Some(Ok(files)) => Ok(files),
            Some(Err(message)) => Err(message.clone()),
            None => Err("no such folder".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Tree, WORKING};
    use super::super::{Snapshot, load_from};

    #[test]
    fn what_was_read_stays_what_it_was_and_can_be_handed_on() {
        let tree = Tree::new(WORKING);
        let snapshot = tree.snapshot();
        tree.write("config/markets.yaml", "version: 1\nslots:\n");
        tree.remove("jobs/nightly.yaml");
        assert!(tree.load().is_err());
        let handed: Snapshot = serde_json::from_str(&serde_json::to_string(&snapshot).unwrap()).unwrap();
        assert_eq!(handed, snapshot);
        assert_eq!(load_from(&handed).unwrap().jobs["nightly"].markets.len(), 2);
        let changed = tree.snapshot().changed_since(&snapshot);
        assert_eq!(changed.len(), 2);
        assert!(changed[0].ends_with("config/markets.yaml") && changed[1].ends_with("jobs/nightly.yaml"));
    }
}
