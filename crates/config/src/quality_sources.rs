//! `of`: a platform file whose exports say how views of another platform's broadcasts went.

use std::collections::BTreeSet;

use super::config_file::ConfigFile;
use super::problem::among;

/// Tells of every file that is of a platform which is not there, of itself, or of another source of quality.
pub(super) fn check(platforms: &[ConfigFile]) {
    let names: BTreeSet<&str> = platforms.iter().map(ConfigFile::stem).collect();
    let is_source = |file: &&ConfigFile| file.start().is_some_and(|start| start.peek("of").is_some());
    let sources: BTreeSet<&str> = platforms.iter().filter(is_source).map(ConfigFile::stem).collect();
    for file in platforms {
        let Some(start) = file.start() else { continue };
        let Some((of, at)) = start.peek("of") else { continue };
        let counting = || names.iter().copied().filter(|name| !sources.contains(name));
        if of == file.stem() {
            at.problem(format!(
                "`{of}` cannot be of itself (expected the platform whose broadcasts it watched; {})",
                among("known", counting(), of)
            ));
        } else if sources.contains(of) {
            at.problem(format!(
                "`{of}` is a source of quality itself, which has no broadcasts ({})",
                among("known", counting(), of)
            ));
        } else if !names.contains(of) {
            at.problem(format!("unknown platform `{of}` ({})", among("known", counting(), of)));
        }
    }
}
