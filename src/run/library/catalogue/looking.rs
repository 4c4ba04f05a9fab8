//! Pictures are fetched and looked at: as many at a time as there are threads and as memory holds, each content once.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::sync::{Arc, Mutex, PoisonError};

use futures::{StreamExt, stream};
use tokio::sync::{OnceCell, Semaphore};

use super::listing::{Listed, etag_of};
use super::looked_at::LookedAt;
use super::model::TextModelSource;
use super::rows::Rows;
use super::{Librarian, Unmade, portrait};
use crate::run::blocking::blocking;
use crate::run::error_text;
use coverledger_archive::Archive;
use coverledger_config::{Library, PictureLimits};
use coverledger_picture::{Eye, Limits, Refused, TextModel, memory_of_a_look};
use coverledger_report::library::{Picture, Seen};
use coverledger_store::{Object, Store, StoreError, StoreProblem, sha256_hex};

/// Memory is given out in pieces of this size.
const PIECE: u64 = 1 << 20;

impl Librarian<'_> {
    /// The rows of every picture that is there: those of before that still hold, and those that are looked at now.
    pub(super) async fn looked_at(
        &self,
        library: &Library,
        listed: &Listed,
        before: &Rows,
        model: TextModelSource,
    ) -> Result<LookedAt, Unmade> {
        let measured_by = self.measured_by();
        let kept = |object: &Object| before.row_of(object, &measured_by).cloned();
        let (mut looked, mut due) = (LookedAt::default(), Vec::new());
        for object in &listed.pictures {
            match kept(object) {
                Some(row) => looked.pictures.push(row),
                None => due.push(object),
            }
        }
        if due.is_empty() {
            return Ok(looked);
        }
        tracing::info!(pictures = due.len(), "pictures to be looked at");
        let model = model.load().map_err(|error| Unmade::of(&error))?;
        let viewing = Viewing::new(self, library, listed, before, model, measured_by);
        let at_a_time = (2 * self.threads).min(listed.store.requests()).max(1);
        let looks = due.into_iter().map(|object| viewing.picture(object));
        let mut looks = stream::iter(looks).buffer_unordered(at_a_time);
        while let Some(look) = self.or_stop(looks.next()).await? {
            match look {
                Ok(picture) => looked.pictures.push(picture),
                Err(Unseen::Left { key, reason }) => {
                    // As it was known, if it was: the next night tries again.
                    looked.pictures.extend(before.pictures.get(&key).cloned());
                    looked.unread.push((key, reason));
                }
                Err(Unseen::All(reason)) => return Err(Unmade::Failed(reason)),
            }
        }
        looked.looks = viewing.looks();
        looked.pictures.sort_by(|one, other| one.key.cmp(&other.key));
        looked.unread.sort();
        Ok(looked)
    }
}

/// Why a picture is not looked at.
enum Unseen {
    /// It cannot be had, and others can.
    Left { key: String, reason: String },
    /// No other can be had either.
    All(String),
}

/// What looks at pictures, on several threads.
struct Viewing<'a> {
    store: &'a Store,
    archive: &'a Archive,
    spill_dir: &'a std::path::Path,
    limits: Limits,
    model: Option<TextModel>,
    faces: bool,
    measured_by: String,
    /// Those that are not looking just now.
    eyes: Arc<Mutex<Vec<Eye>>>,
    threads: Semaphore,
    /// Pieces of memory that are free, and how many there are in all.
    memory: Semaphore,
    pieces: u32,
    /// What is known of contents, by their hash.
    contents: Mutex<HashMap<String, Arc<OnceCell<Seen>>>>,
    looks: Mutex<usize>,
}

impl<'a> Viewing<'a> {
    fn new(
        librarian: &'a Librarian<'_>,
        library: &Library,
        listed: &'a Listed,
        before: &Rows,
        model: Option<TextModel>,
        measured_by: String,
    ) -> Self {
        let pieces = librarian.workspace.settings.memory_bytes / PIECE;
        let pieces = u32::try_from(pieces).unwrap_or(u32::MAX).clamp(1, u32::MAX >> 4);
        let known = before.contents(&measured_by).into_iter();
        let known = known.map(|(sha256, seen)| (sha256.to_owned(), Arc::new(OnceCell::from(seen.clone()))));
        let PictureLimits { file_bytes, side_px, pixels } = library.limits;
        Self {
            store: &listed.store,
            archive: librarian.archive,
            spill_dir: &librarian.spill_dir,
            limits: Limits { file_bytes, side_px, pixels },
            model,
            faces: library.faces,
            contents: Mutex::new(known.collect()),
            measured_by,
            eyes: Arc::default(),
            threads: Semaphore::new(librarian.threads.max(1)),
            memory: Semaphore::new(pieces as usize),
            pieces,
            looks: Mutex::default(),
        }
    }

    /// How many contents were looked at.
    fn looks(&self) -> usize {
        *self.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fetches a picture and looks at it, unless its content is known.
    async fn picture(&self, object: &Object) -> Result<Picture, Unseen> {
        let (sha256, seen) = if object.size > self.limits.file_bytes {
            let refused = Refused::FileTooLarge { bytes: object.size, allowed: self.limits.file_bytes };
            (None, portrait::refused(&refused))
        } else {
            let fetched = self.store.fetch(object, self.spill_dir).await;
            let fetched = fetched.map_err(|error| Unseen::of(object, &error))?;
            let content = {
                let mut contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
                Arc::clone(contents.entry(fetched.sha256.clone()).or_default())
            };
            let seen = content.get_or_try_init(|| self.look(object, fetched.file, &fetched.sha256)).await?;
            (Some(fetched.sha256), seen.clone())
        };
        Ok(Picture {
            key: object.key.clone(),
            etag: etag_of(object),
            size_bytes: object.size,
            sha256,
            measured_by: self.measured_by.clone(),
            seen,
        })
    }

    async fn look(&self, object: &Object, file: File, sha256: &str) -> Result<Seen, Unseen> {
        let all = |error: &dyn std::error::Error| Unseen::All(error_text(error));
        let _thread = self.threads.acquire().await.map_err(|error| all(&error))?;
        let (size, limits) = (object.size, self.limits);
        let read = blocking(move || read(file, size)).await.map_err(|error| all(&error))?;
        let bytes = read.map_err(|error| Unseen::left(object, &error.to_string()))?;
        if sha256_hex(&bytes) != sha256 {
            return Err(Unseen::left(object, "it changed while it was read; the next run reads it again"));
        }
        let needed = memory_of_a_look(&bytes, &limits, self.model.is_some()).div_ceil(PIECE);
        // What needs more than there is is looked at alone.
        let needed = u32::try_from(needed).unwrap_or(u32::MAX).clamp(1, self.pieces);
        let _memory = self.memory.acquire_many(needed).await.map_err(|error| all(&error))?;
        let (eyes, model, faces) = (Arc::clone(&self.eyes), self.model.clone(), self.faces);
        let looked = blocking(move || {
            let rested = eyes.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut eye = rested.map_or_else(|| Eye::new(limits, model, faces), Ok)?;
            let looked = eye.look(&bytes);
            eyes.lock().unwrap_or_else(PoisonError::into_inner).push(eye);
            Ok::<_, coverledger_picture::EyeError>(looked)
        });
        *self.looks.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        let seen = match looked.await {
            Ok(looked) => looked.map_err(|error| all(&error))?,
            // A defect of this program costs the picture that shows it, and no other.
            Err(error) => return Err(Unseen::left(object, &error.to_string())),
        };
        match seen {
            Ok(seen) => {
                let thumbnail = self.archive.keep_thumbnail(seen.thumbnail.clone().into()).await;
                Ok(portrait::seen(&seen, thumbnail.map_err(|error| all(&error))?))
            }
            Err(refused) => Ok(portrait::refused(&refused)),
        }
    }
}

impl Unseen {
    fn of(object: &Object, error: &StoreError) -> Self {
        match error.problem {
            StoreProblem::Unreachable(_)
            | StoreProblem::GaveUp(_)
            | StoreProblem::NoBucket(_)
            | StoreProblem::NoCredentials
            | StoreProblem::MissingFolder
            | StoreProblem::Setup(_)
            | StoreProblem::Disk(_) => Self::All(error_text(error)),
            _ => Self::left(object, &error.problem.to_string()),
        }
    }

    fn left(object: &Object, reason: &str) -> Self {
        Self::Left { key: object.key.clone(), reason: reason.to_owned() }
    }
}

/// The whole of a file that has so many bytes, or had when it was hashed.
fn read(file: File, size: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.take(size.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}
