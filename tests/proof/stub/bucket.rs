//! Objects by key, and what changed last.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use md5::{Digest, Md5};

/// One object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    pub bytes: Bytes,
    pub etag: String,
    pub modified: Timestamp,
}

/// One change, as it can be taken back.
#[derive(Debug, Clone)]
struct Change {
    key: String,
    replaced: Option<Object>,
    /// Whether bytes are gone with it.
    loses: bool,
}

/// Objects by key. A clone is a copy of the whole state, and cheap.
#[derive(Debug, Clone, Default)]
pub struct Bucket {
    objects: BTreeMap<String, Object>,
    journal: Vec<Change>,
    ahead: Duration,
}

impl Bucket {
    pub fn get(&self, key: &str) -> Option<&Object> {
        self.objects.get(key)
    }

    pub fn put(&mut self, key: &str, bytes: impl Into<Bytes>) -> &Object {
        let bytes = bytes.into();
        let etag = format!("\"{}\"", hex(&Md5::digest(&bytes)));
        let object = Object { bytes, etag, modified: self.now() };
        let loses = self.objects.get(key).is_some_and(|there| there.bytes != object.bytes);
        let replaced = self.objects.insert(key.to_owned(), object);
        self.journal.push(Change { key: key.to_owned(), replaced, loses });
        &self.objects[key]
    }

    /// Encrypts all objects with a key of their own: their `ETag`s look like an MD5 and are none.
    pub fn encrypt(&mut self) {
        for object in self.objects.values_mut() {
            object.etag = format!("\"{}\"", hex(&Md5::digest([b"sealed", &*object.bytes].concat())));
        }
    }

    pub fn delete(&mut self, key: &str) {
        if let Some(object) = self.objects.remove(key) {
            self.journal.push(Change { key: key.to_owned(), replaced: Some(object), loses: true });
        }
    }

    /// Keys and objects whose key starts like this, in order.
    pub fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a String, &'a Object)> {
        let from = self.objects.range(prefix.to_owned()..);
        from.take_while(move |(key, _)| key.starts_with(prefix))
    }

    /// The bytes below a folder by their keys in it.
    pub fn tree(&self, folder: &str) -> BTreeMap<String, Bytes> {
        let objects = self.under(folder);
        objects.map(|(key, object)| (key[folder.len()..].to_owned(), object.bytes.clone())).collect()
    }

    /// The bucket before its last changes.
    pub fn before(&self, changes: usize) -> Self {
        let mut earlier = self.clone();
        for _ in 0..changes {
            match earlier.journal.pop() {
                Some(Change { key, replaced: Some(object), .. }) => drop(earlier.objects.insert(key, object)),
                Some(Change { key, replaced: None, .. }) => drop(earlier.objects.remove(&key)),
                None => break,
            }
        }
        earlier
    }

    /// Keys that were deleted, or stored over by other bytes.
    pub fn lost(&self) -> BTreeSet<String> {
        let lost = self.journal.iter().filter(|change| change.loses);
        lost.map(|change| change.key.clone()).collect()
    }

    /// Lets the bucket's clock jump.
    pub fn pass(&mut self, time: Duration) {
        self.ahead += time;
    }

    /// S3 tells whole seconds.
    fn now(&self) -> Timestamp {
        let now = Timestamp::now() + self.ahead;
        Timestamp::from_second(now.as_second()).unwrap()
    }
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap());
    bytes.iter().flat_map(digits).collect()
}
