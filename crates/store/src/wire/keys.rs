//! Keys of a listing that no request can name: with an empty folder name, `.`, `..`, a control character.
//!
//! For one of them `object_store` gives up the whole listing. They are taken out of the page before it is read, and
//! kept beside it. Keys that end in `/` stand for folders, as consoles make them: they hold nothing and are taken out.

use std::borrow::Cow;

use hyper::http::Extensions;
use jiff::Timestamp;
use object_store::path::Path as ObjectPath;

use crate::Object;

/// What was taken out of a page, beside what `object_store` makes of the rest. Keys are those of the bucket.
#[derive(Debug, Clone)]
pub(crate) struct Unnameable(Vec<Object>);

impl Unnameable {
    /// What was taken out of the page that these came with.
    pub(crate) fn beside(extensions: &Extensions) -> Vec<Object> {
        extensions.get::<Self>().map(|taken| taken.0.clone()).unwrap_or_default()
    }
}

/// Whether a request for this key is a request for this key.
pub(crate) fn is_nameable(key: &str) -> bool {
    ObjectPath::parse(key).is_ok_and(|path| path.as_ref() == key)
}

/// A page without what cannot be named, and that; `None` if all can be.
pub(super) fn sift(body: &[u8]) -> Option<(String, Unnameable)> {
    let page = String::from_utf8_lossy(body);
    let mut sieve = Sieve { is_text: matches!(page, Cow::Borrowed(_)), is_whole: true, taken: Vec::new() };
    let (object, folder) = if page.contains("<EnumerationResults") {
        (("Blob", "Name"), ("BlobPrefix", "Name"))
    } else {
        (("Contents", "Key"), ("CommonPrefixes", "Prefix"))
    };
    let kept = sieve.keep(&page, object, Entry::Object);
    let kept = sieve.keep(&kept, folder, Entry::Folder);
    (!sieve.is_text || !sieve.is_whole).then_some((kept, Unnameable(sieve.taken)))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Entry {
    Object,
    /// What several keys begin with, up to a `/`. What lies in one that cannot be named cannot be named either.
    Folder,
}

struct Sieve {
    /// Whether the page is UTF-8.
    is_text: bool,
    /// Whether nothing was taken out.
    is_whole: bool,
    taken: Vec<Object>,
}

impl Sieve {
    /// A page with those entries of a kind that can be named.
    fn keep(&mut self, page: &str, (entry_tag, key_tag): (&str, &str), kind: Entry) -> String {
        let (open, close) = (format!("<{entry_tag}>"), format!("</{entry_tag}>"));
        let (mut kept, mut rest) = (String::with_capacity(page.len()), page);
        while let Some((before, behind)) = rest.split_once(&open)
            && let Some((entry, behind)) = behind.split_once(&close)
        {
            kept.push_str(before);
            let key = Key::of(entry, key_tag);
            let name = match kind {
                Entry::Object => &*key.text,
                Entry::Folder => key.text.strip_suffix('/').unwrap_or(&key.text),
            };
            let is_known = key.is_told && (self.is_text || !name.contains(char::REPLACEMENT_CHARACTER));
            if is_known && is_nameable(name) {
                kept.extend([&open, entry, &close]);
            } else {
                self.is_whole = false;
                if kind == Entry::Object && !name.ends_with('/') {
                    self.taken.push(object(key.text.into_owned(), entry));
                }
            }
            rest = behind;
        }
        kept.push_str(rest);
        kept
    }
}

/// A key as a listing tells it.
struct Key<'e> {
    text: Cow<'e, str>,
    /// Whether this is the key. What XML cannot hold may be told in another way.
    is_told: bool,
}

impl<'e> Key<'e> {
    fn of(entry: &'e str, tag: &str) -> Self {
        let start = entry.split_once(&format!("<{tag}")).and_then(|(_, rest)| rest.split_once('>'));
        let Some((attributes, rest)) = start else { return Self { text: "".into(), is_told: true } };
        let text = rest.split("</").next().unwrap_or_default();
        match unescaped(text) {
            // Azure writes `<Name Encoded="true">` where a name holds what XML cannot.
            Some(text) => Self { text, is_told: !attributes.contains("Encoded") },
            None => Self { text: text.into(), is_told: false },
        }
    }
}

fn object(key: String, entry: &str) -> Object {
    let value = |tag: &str| super::answer::element(entry, tag).map(str::trim);
    let size = value("Size").or_else(|| value("Content-Length")).and_then(|size| size.parse().ok());
    let etag = value("ETag").or_else(|| value("Etag")).and_then(unescaped);
    let modified = value("LastModified").and_then(|at| at.parse().ok());
    Object {
        key,
        etag: etag.map(Cow::into_owned),
        size: size.unwrap_or(0),
        last_modified: modified.unwrap_or(Timestamp::UNIX_EPOCH),
    }
}

/// The text of an element; `None` if it refers to what it does not say.
fn unescaped(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('&') {
        return Some(text.into());
    }
    let mut pieces = text.split('&');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once(';')?;
        plain.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let number = name.strip_prefix('#')?;
                let code = match number.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16),
                    None => number.parse(),
                };
                char::from_u32(code.ok()?)?
            }
        });
        plain.push_str(rest);
    }
    Some(plain.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(keys: &[&str]) -> String {
        let entry = |key: &&str| {
            format!(
                "<Contents><Key>{key}</Key><Size>7</Size><ETag>&quot;e&quot;</ETag>\
                 <LastModified>2026-11-23T01:02:03.000Z</LastModified></Contents>"
            )
        };
        format!("<ListBucketResult>{}</ListBucketResult>", keys.iter().map(entry).collect::<String>())
    }

    #[test]
    fn what_cannot_be_named_is_taken_out_and_the_rest_stays_as_it_is() {
        let sound = ["a/b.csv", "a/b &amp; c.csv", "ü/..b", "a/.b"];
        assert!(sift(page(&sound).as_bytes()).is_none());
        let odd = ["a//b.csv", "/a", "a/../b", "a/./b", "a/&#x1;b", "a/&#0;b", "a/&nbsp;b", "a/\u{7f}b"];
        let mixed: Vec<&str> = sound.iter().chain(&odd).copied().chain(["a/folder/"]).collect();
        let (kept, Unnameable(taken)) = sift(page(&mixed).as_bytes()).unwrap();
        assert_eq!(kept, page(&sound));
        let keys: Vec<&str> = taken.iter().map(|object| object.key.as_str()).collect();
        assert_eq!(keys, ["a//b.csv", "/a", "a/../b", "a/./b", "a/\u{1}b", "a/\0b", "a/&nbsp;b", "a/\u{7f}b"]);
        assert_eq!((taken[0].size, taken[0].etag.as_deref()), (7, Some("\"e\"")));
        assert_eq!(taken[0].last_modified.to_string(), "2026-11-23T01:02:03Z");
    }

    #[test]
    fn folders_that_cannot_be_named_are_taken_out_as_well() {
        let folders = |names: &[&str]| {
            let folder = |name: &&str| format!("<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>");
            format!("<ListBucketResult>{}</ListBucketResult>", names.iter().map(folder).collect::<String>())
        };
        let (kept, Unnameable(taken)) = sift(folders(&["a/b/", "a//", "a/../", "a/c/"]).as_bytes()).unwrap();
        assert_eq!((kept, taken.len()), (folders(&["a/b/", "a/c/"]), 0));
    }

    #[test]
    fn a_key_that_is_no_text_harms_no_other() {
        let mut body = page(&["a/b.csv", "a/c.csv"]).into_bytes();
        let at = body.windows(3).position(|bytes| bytes == b"b.c").unwrap();
        body[at] = 0xff;
        let (kept, Unnameable(taken)) = sift(&body).unwrap();
        assert_eq!(kept, page(&["a/c.csv"]));
        assert_eq!(taken[0].key, "a/\u{fffd}.csv");
    }

    #[test]
    fn names_that_azure_had_to_encode_are_none() {
        let blob =
            |name: &str| format!("<Blob>{name}<Properties><Content-Length>3</Content-Length></Properties></Blob>");
        let listing = |blobs: &str| format!("<EnumerationResults><Blobs>{blobs}</Blobs></EnumerationResults>");
        let (sound, odd) = (blob("<Name>a/b</Name>"), blob("<Name Encoded=\"true\">a%2F%01b</Name>"));
        let (kept, Unnameable(taken)) = sift(listing(&(odd + &sound)).as_bytes()).unwrap();
        assert_eq!(kept, listing(&sound));
        assert_eq!((taken[0].key.as_str(), taken[0].size), ("a%2F%01b", 3));
    }
}
