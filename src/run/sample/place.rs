//! Which export a local file belongs to: by where it lies, or as somebody says.

use std::path::{Component, Path, PathBuf};

use jiff::civil::Date;
use thiserror::Error;

use coverledger_config::{Export, PathPart, Platform, Workspace};
use coverledger_core::model::PlatformId;
use coverledger_read::export::{PLACED_YEARS, placed};

/// A local file, and what it is tried as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The file.
    pub file: PathBuf,
    /// Of which platform.
    pub platform: PlatformId,
    /// Index into the platform's exports.
    pub export: usize,
    /// Where it would lie below the exports' store.
    pub key: String,
    /// The date that the key names, if paths of the export have one.
    pub export_date: Option<Date>,
}

/// Why a file is tried as nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlaceError {
    /// No such export.
    #[error("there is no export `{name}` (known: {known})")]
    UnknownExport {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// It lies where no export does.
    #[error(
        "`{file}` lies at no path of {exports}: say where it would lie below the exports' store, such as `--path {example}`"
    )]
    Nowhere {
        /// The file, or the key that was given.
        file: String,
        /// The exports with their paths.
        exports: String,
        /// A path that fits the first of them.
        example: String,
    },
    /// It may be of several.
    #[error("`{file}` may be of {exports}: say which with `--as`")]
    Several {
        /// The file.
        file: String,
        /// The exports.
        exports: String,
    },
}

/// Finds out what a file is tried as. `name` is a platform, or `platform/export`; `key` is where the file would lie below
/// the exports' store. Without them where it lies decides, as far as folders go up.
///
/// # Errors
/// [`PlaceError`] where that is not one export.
pub fn place(
    workspace: &Workspace,
    file: &Path,
    name: Option<&str>,
    key: Option<&str>,
) -> Result<Placed, PlaceError> {
    let candidates = candidates(workspace, name)?;
    let keys: Vec<String> = match key {
        Some(key) => vec![key.trim_start_matches('/').to_owned()],
        None => tails(file),
    };
    let mut found: Vec<Placed> = Vec::new();
    for (platform, export, definition) in &candidates {
        let of_export = keys.iter().find_map(|key| {
            let export_date = placed(definition, &workspace.markets, key, PLACED_YEARS)?;
            let (file, platform) = (file.to_owned(), (*platform).clone());
            Some(Placed { file, platform, export: *export, key: key.clone(), export_date })
        });
        // A path that only stars describe fits every file: `--as` has to name that export, and then any name will do.
        found.extend(of_export.or_else(|| by_name_alone(file, platform, *export, definition, name, key)));
    }
    // Of two, the one whose path says more of where the file lies.
    let longest = found.iter().map(|placed| placed.key.len()).max();
    found.retain(|placed| Some(placed.key.len()) == longest);
    let shown = key.map_or_else(|| file.display().to_string(), str::to_owned);
    match found.len() {
        1 => found.pop().ok_or_else(|| nowhere(workspace, &shown, &candidates)),
        0 => Err(nowhere(workspace, &shown, &candidates)),
        _ => {
            let exports = found.iter().map(|placed| format!("`{}`", full_name(workspace, placed)));
            Err(PlaceError::Several { file: shown, exports: exports.collect::<Vec<_>>().join(" and ") })
        }
    }
}

/// `platform/export`.
#[must_use]
pub fn full_name(workspace: &Workspace, placed: &Placed) -> String {
    let platform = workspace.platforms.get(&placed.platform);
    let export = platform.and_then(|platform| platform.exports.get(placed.export));
    format!("{}/{}", placed.platform, export.map_or("", |export| export.name.as_str()))
}

type Candidate<'w> = (&'w PlatformId, usize, &'w Export);

fn candidates<'w>(workspace: &'w Workspace, name: Option<&str>) -> Result<Vec<Candidate<'w>>, PlaceError> {
    let of_platform = |(id, platform): (&'w PlatformId, &'w Platform)| {
        platform.exports.iter().enumerate().map(move |(number, export)| (id, number, export))
    };
    let all: Vec<Candidate<'w>> = workspace.platforms.iter().flat_map(of_platform).collect();
    let Some(name) = name else { return Ok(all) };
    let (platform, export) =
        name.split_once('/').map_or((name, None), |(platform, export)| (platform, Some(export)));
    let is_meant = |(id, _, definition): &Candidate<'_>| {
        id.as_str() == platform && export.is_none_or(|export| definition.name == export)
    };
    let meant: Vec<Candidate<'w>> = all.iter().copied().filter(is_meant).collect();
    if meant.is_empty() {
        let known: Vec<String> = all.iter().map(|(id, _, export)| format!("`{id}/{}`", export.name)).collect();
        return Err(PlaceError::UnknownExport { name: name.to_owned(), known: known.join(", ") });
    }
    Ok(meant)
}

/// The path of a file without more and more of its front, the longest first: `a/b/c.csv`, `b/c.csv`, `c.csv`.
fn tails(file: &Path) -> Vec<String> {
    let whole = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let names: Vec<String> = whole
        .components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect();
    (0..names.len()).map(|first| names[first..].join("/")).collect()
}

/// A key for a file whose export was named and whose path asks for nothing but names.
fn by_name_alone(
    file: &Path,
    platform: &PlatformId,
    export: usize,
    definition: &Export,
    name: Option<&str>,
    key: Option<&str>,
) -> Option<Placed> {
    let is_asked = name.is_some() && key.is_none();
    let name = any_name(definition, &file.to_string_lossy());
    let name = name.trim_start_matches(['_', '.', '~']);
    let mut key = String::new();
    for part in definition.path.parts.iter().filter(|_| is_asked) {
        match part {
            PathPart::Literal(text) => key.push_str(text),
            PathPart::Any => key.push_str(name),
            _ => return None,
        }
    }
    is_asked.then(|| Placed { file: file.to_owned(), platform: platform.clone(), export, key, export_date: None })
}

/// The name of a file where any will do: with its ending, unless the path has one of its own.
fn any_name(export: &Export, file: &str) -> String {
    let file = Path::new(file);
    let ends_in_any = export.path.parts.last() == Some(&PathPart::Any);
    let name = if ends_in_any { file.file_name() } else { file.file_stem() };
    name.map_or_else(|| "table".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn nowhere(workspace: &Workspace, file: &str, candidates: &[Candidate<'_>]) -> PlaceError {
    let exports = candidates
        .iter()
        .take(4)
        .map(|(id, _, export)| format!("`{id}/{}` (`{}`)", export.name, export.path.text));
    let mut exports = exports.collect::<Vec<_>>().join(", ");
    if candidates.len() > 4 {
        exports = format!("{exports} and {} more", candidates.len() - 4);
    }
    let example = candidates.first().map(|(_, _, export)| example(workspace, export, file)).unwrap_or_default();
    PlaceError::Nowhere { file: file.to_owned(), exports, example }
}

/// A path as an export has it, with this file's name where any will do.
fn example(workspace: &Workspace, export: &Export, file: &str) -> String {
    let name = any_name(export, file);
    let date = jiff::civil::date(2026, 11, 21);
    let part = |part| match part {
        PathPart::Literal(text) => text,
        PathPart::Market => workspace.markets.keys().next().map(ToString::to_string).unwrap_or_default(),
        PathPart::Broadcast => "room-1".to_owned(),
        PathPart::Any => name.clone(),
        PathPart::Instant(_, format) | PathPart::Date(format) => {
            date.at(0, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).map_or_else(
                |_| format.clone(),
                |at| jiff::fmt::strtime::format(&format, &at).unwrap_or_else(|_| format.clone()),
            )
        }
    };
    export.path.on(Some(date)).into_iter().map(part).collect()
}
