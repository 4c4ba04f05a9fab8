//! What can be told of the library without asking a store: the model of text, and a sheet that lies on this machine.

use std::path::Path;

use super::wrong_model;
use coverledger_config::{Declared, SHEET_MOST_BYTES, Sheet, StoreLocation, Workspace};

/// What was found on this machine.
#[derive(Debug, Default)]
pub struct Offline {
    /// How many covers the sheet declares; `None` if it was not read.
    pub declared: Option<usize>,
    /// What is wrong, and would be told by a run.
    pub warnings: Vec<String>,
}

/// Looks at what lies on this machine. `None` where there is no library.
#[must_use]
pub fn offline(workspace: &Workspace) -> Option<Offline> {
    let library = workspace.library.as_ref()?;
    let mut found = Offline::default();
    found.warnings.extend(wrong_model(workspace).map(|error| error.to_string()));
    let StoreLocation::Folder(folder) = &library.pictures else { return Some(found) };
    if !folder.is_dir() {
        found.warnings.push(format!("the folder of pictures `{}` is not there", folder.display()));
    } else if let Some(key) = &library.sheet {
        match sheet_in(folder, key) {
            Ok(sheet) => found.tell(folder, key, &sheet),
            Err(reason) => found.warnings.push(format!("the sheet `{key}` cannot be read: {reason}")),
        }
    }
    Some(found)
}

fn sheet_in(folder: &Path, key: &str) -> Result<Sheet, String> {
    let file = folder.join(key);
    let size = std::fs::metadata(&file).map_err(|error| error.to_string())?.len();
    if size > SHEET_MOST_BYTES {
        return Err(format!("it has {size} bytes, and more than {SHEET_MOST_BYTES} are not read"));
    }
    let bytes = std::fs::read(&file).map_err(|error| error.to_string())?;
    Sheet::read(key, &bytes).map_err(|error| error.to_string())
}

impl Offline {
    fn tell(&mut self, folder: &Path, key: &str, sheet: &Sheet) {
        self.declared = Some(sheet.covers.len());
        self.warnings.extend(sheet.problems.iter().map(|problem| format!("`{key}`, {problem}")));
        for (id, cover) in &sheet.covers {
            let Some(file) = cover.values.get(&Declared::File) else { continue };
            // The name alone may lie in a folder below: only a run, which lists them, can tell.
            if file.contains('/') && !folder.join(file).is_file() {
                let line = cover.line;
                self.warnings
                    .push(format!("`{key}`, line {line}: the file `{file}` of the cover `{id}` is not there"));
            }
        }
    }
}
