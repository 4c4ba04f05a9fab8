//! Which cover each picture is: by the sheet, or by its name. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::listing::id_of;
use super::sheet::SheetOfCovers;
use coverledger_config::{Declared, DeclaredCover};
use coverledger_report::library::{CataloguedCover, HashedCover, Picture, families};

/// So many notes of a kind are told one by one.
const TOLD: usize = 12;

/// The covers of the catalogue, and what there is to say about how they came about.
pub(super) struct Covers {
    pub(super) covers: Vec<CataloguedCover>,
    pub(super) notes: Vec<String>,
}

/// The covers that are declared or have a picture, sorted by id, with their families.
pub(super) fn covers(pictures: &[Picture], sheet: Option<&SheetOfCovers>, link: u32, propose: u32) -> Covers {
    let mut shelving = Shelving::of(pictures);
    let mut notes = Vec::new();
    if let Some(sheet) = sheet {
        let problems = sheet.problems.iter().map(|problem| format!("`{}`, {problem}", sheet.key));
        notes.extend(at_most(problems.collect()));
        shelving.declared(sheet);
    }
    shelving.named();
    let mut covers: Vec<CataloguedCover> = shelving.covers.into_values().collect();
    find_families(&mut covers, pictures, link, propose);
    notes.extend(at_most(shelving.notes));
    Covers { covers, notes }
}

fn at_most(mut notes: Vec<String>) -> Vec<String> {
    let more = notes.len().saturating_sub(TOLD);
    notes.truncate(TOLD);
    notes.extend((more > 0).then(|| format!("and {more} more of this kind")));
    notes
}

struct Shelving<'p> {
    by_key: BTreeMap<&'p str, &'p Picture>,
    /// By the name of the file, and by that without its end.
    by_name: BTreeMap<&'p str, Vec<&'p Picture>>,
    by_id: BTreeMap<&'p str, Vec<&'p Picture>>,
    /// Pictures that the sheet names: their own names say nothing.
    taken: BTreeSet<&'p str>,
    covers: BTreeMap<String, CataloguedCover>,
    notes: Vec<String>,
}

impl<'p> Shelving<'p> {
    fn of(pictures: &'p [Picture]) -> Self {
        let mut shelving = Self {
            by_key: BTreeMap::new(),
            by_name: BTreeMap::new(),
            by_id: BTreeMap::new(),
            taken: BTreeSet::new(),
            covers: BTreeMap::new(),
            notes: Vec::new(),
        };
        for picture in pictures {
            let key = picture.key.as_str();
            shelving.by_key.insert(key, picture);
            shelving.by_name.entry(key.rsplit('/').next().unwrap_or(key)).or_default().push(picture);
            shelving.by_id.entry(id_of(key)).or_default().push(picture);
        }
        shelving
    }

    /// The covers of the sheet.
    fn declared(&mut self, sheet: &SheetOfCovers) {
        for (id, declared) in &sheet.covers {
            let found = match declared.values.get(&Declared::File) {
                Some(file) => self.file(id, file, declared, sheet),
                None => None,
            };
            self.taken.extend(found.map(|picture| picture.key.as_str()));
            let cover = catalogued(id, found, Some(declared));
            self.covers.insert(id.clone(), cover);
        }
    }

    /// The picture that the sheet names.
    fn file(
        &mut self,
        id: &str,
        file: &str,
        declared: &DeclaredCover,
        sheet: &SheetOfCovers,
    ) -> Option<&'p Picture> {
        if let Some(picture) = self.by_key.get(file) {
            return Some(picture);
        }
        let of_name = self.by_name.get(file).map(Vec::as_slice).unwrap_or_default();
        let why = match of_name {
            [picture] => return Some(picture),
            [] => "is not in the store of pictures".to_owned(),
            several => {
                format!("is in {} folders (write the folder with it, as in `{}`)", several.len(), several[0].key)
            }
        };
        let line = match declared.line {
            0 => String::new(),
            line => format!(", line {line}"),
        };
        self.notes.push(format!("`{}`{line}: the file `{file}` of the cover `{id}` {why}", sheet.key));
        None
    }

    /// Covers whose picture is found by its name: those of the sheet that name no file, and those that are not in it.
    fn named(&mut self) {
        let by_id = std::mem::take(&mut self.by_id);
        for (id, pictures) in by_id {
            let free = pictures.into_iter().filter(|picture| !self.taken.contains(picture.key.as_str()));
            let mut free: Vec<&Picture> = free.collect();
            // One that could be measured before one that could not.
            free.sort_by_key(|picture| picture.measured().is_none());
            let names_a_file = |cover: &CataloguedCover| {
                cover.declared.as_ref().is_some_and(|declared| declared.values.contains_key(&Declared::File))
            };
            let Some(&first) = free.first().filter(|_| !self.covers.get(id).is_some_and(names_a_file)) else {
                continue;
            };
            if let [_, second, ..] = free.as_slice() {
                let all = free.len();
                self.notes.push(format!(
                    "the cover `{id}` has {all} pictures: `{}` counts, and not `{}` (name one as its `file` in the sheet)",
                    first.key, second.key
                ));
            }
            let declared = self.covers.get(id).and_then(|cover| cover.declared.clone());
            self.covers.insert(id.to_owned(), catalogued(id, Some(first), declared.as_ref()));
        }
    }
}

fn catalogued(id: &str, picture: Option<&Picture>, declared: Option<&DeclaredCover>) -> CataloguedCover {
    CataloguedCover {
        cover_id: id.to_owned(),
        picture: picture.map(|picture| picture.key.clone()),
        sha256: picture.and_then(|picture| picture.sha256.clone()),
        declared: declared.map(|declared| DeclaredCover { line: 0, ..declared.clone() }),
        ..CataloguedCover::default()
    }
}

fn find_families(covers: &mut [CataloguedCover], pictures: &[Picture], link: u32, propose: u32) {
    let by_key: BTreeMap<&str, _> =
        pictures.iter().filter_map(|picture| Some((picture.key.as_str(), &picture.measured()?.hashes))).collect();
    let hashed: Vec<HashedCover<'_>> = covers
        .iter()
        .map(|cover| HashedCover {
            cover_id: &cover.cover_id,
            declared: cover.declared.as_ref().and_then(|of| of.values.get(&Declared::Family)).map(String::as_str),
            hashes: cover.picture.as_deref().and_then(|key| by_key.get(key).copied()),
        })
        .collect();
    let found = families(&hashed, link, propose);
    for (cover, found) in covers.iter_mut().zip(found) {
        cover.family = found.family;
        cover.family_source = found.source.map(|source| source.word().to_owned());
        cover.proposed = found.proposed;
        cover.contradiction = found.contradiction.map(|told| (told.en, told.zh));
    }
}

#[cfg(test)]
mod tests;
