//! Members of JSON objects by their names, without building a tree.

use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::export::ExportError;
use coverledger_core::model::Reason;

/// The error for a member around the rows whose value is ambiguous.
pub(super) fn unclear(name: &str, reason: Reason) -> ExportError {
    ExportError::Json(match reason {
        Reason::DuplicateKey => format!("it names `{name}` twice, and which one counts nobody can tell"),
        _ => format!("the object with `{name}` has a key that is no text"),
    })
}

/// The value of `traffic.views` in an object.
pub(super) fn lookup<'a>(object: &'a RawValue, name: &str) -> Result<Option<&'a RawValue>, Reason> {
    Ok(lookup_all(object, &[name])?[0])
}

/// The values of several names in an object. A member whose key has the dot in it comes before a member of a member.
pub(super) fn lookup_all<'a>(object: &'a RawValue, names: &[&str]) -> Result<Vec<Option<&'a RawValue>>, Reason> {
    let heads: Vec<&str> = names.iter().map(|name| name.split_once('.').map_or(*name, |(head, _)| head)).collect();
    let mut keys: Vec<&str> = names.iter().chain(&heads).copied().collect();
    keys.sort_unstable();
    keys.dedup();
    let mut found = vec![None; keys.len()];
    members(object, &keys, &mut found)?;
    let value = |key: &str| keys.binary_search(&key).ok().and_then(|index| found[index]);
    let mut values: Vec<Option<&RawValue>> = names.iter().map(|name| value(name)).collect();
    for head in &keys {
        let Some(inner) = value(head).filter(|inner| inner.get().starts_with('{')) else { continue };
        let within = |name: &&str| name.strip_prefix(head).and_then(|rest| rest.strip_prefix('.')).is_some();
        let places: Vec<usize> = (0..names.len())
            .filter(|place| values[*place].is_none() && heads[*place] == *head && within(&names[*place]))
            .collect();
        if places.is_empty() {
            continue;
        }
        let rests: Vec<&str> = places.iter().map(|place| &names[*place][head.len() + 1..]).collect();
        for (place, value) in places.iter().zip(lookup_all(inner, &rests)?) {
            values[*place] = value;
        }
    }
    Ok(values)
}

/// Finds members of an object. A key that occurs twice counts as absent: parsers disagree on which one is valid.
pub(in crate::export) fn members<'a>(
    object: &'a RawValue,
    keys: &[&str],
    found: &mut [Option<&'a RawValue>],
) -> Result<(), Reason> {
    let mut twice = false;
    let which = |key: &str| keys.iter().position(|wanted| *wanted == key);
    let visitor = Members { which, found, twice: &mut twice };
    let read = serde_json::Deserializer::from_str(object.get()).deserialize_map(visitor);
    read.map_err(|_| Reason::MalformedJson)?;
    if twice { Err(Reason::DuplicateKey) } else { Ok(()) }
}

/// The first keys of an object.
pub(in crate::export) fn names(object: &RawValue) -> Vec<String> {
    const SHOWN: usize = 60;
    let mut names = Vec::new();
    let mut collect = |key: String, _: &RawValue| {
        if names.len() < SHOWN {
            names.push(key);
        }
    };
    pairs(object, &mut collect);
    names
}

/// Keeps the wanted members of an object and passes over the others.
pub(super) struct Members<'s, 'a, F> {
    /// Which of the wanted a key is.
    pub(super) which: F,
    pub(super) found: &'s mut [Option<&'a RawValue>],
    /// Set if one was there twice.
    pub(super) twice: &'s mut bool,
}

impl<'a, F: Fn(&str) -> Option<usize>> Visitor<'a> for Members<'_, 'a, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key(&self.which))? {
            match key {
                Some(key) => {
                    *self.twice |= self.found[key].is_some();
                    self.found[key] = Some(map.next_value::<&'a RawValue>()?);
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Finds which of the wanted a key is.
struct Key<'s, F>(&'s F);

impl<'de, F: Fn(&str) -> Option<usize>> DeserializeSeed<'de> for Key<'_, F> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_str(self)
    }
}

impl<F: Fn(&str) -> Option<usize>> Visitor<'_> for Key<'_, F> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok((self.0)(key))
    }
}

/// Goes through the elements of a list.
pub(in crate::export) fn each<'a>(
    list: &'a RawValue,
    take: &mut dyn FnMut(&'a RawValue) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let mut failure = Ok(());
    let read =
        serde_json::Deserializer::from_str(list.get()).deserialize_seq(Elements { take, failure: &mut failure });
    failure?;
    read.map_err(|error| ExportError::Json(error.to_string()))
}

struct Elements<'s, 'a> {
    take: &'s mut dyn FnMut(&'a RawValue) -> Result<(), ExportError>,
    failure: &'s mut Result<(), ExportError>,
}

impl<'a> Visitor<'a> for Elements<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element::<&'a RawValue>()? {
            if self.failure.is_ok() {
                *self.failure = (self.take)(element);
            }
        }
        Ok(())
    }
}

/// Goes through all members of an object.
pub(in crate::export) fn pairs<'a>(object: &'a RawValue, take: &mut dyn FnMut(String, &'a RawValue)) {
    // What cannot be read is not there; the syntax of the document was checked before.
    let _ = serde_json::Deserializer::from_str(object.get()).deserialize_map(Pairs(take));
}

/// Goes through all members of an object with their keys as they stand there. One that is there twice is none: parsers
/// disagree on which one counts.
pub(in crate::export) fn every<'a>(
    object: &'a RawValue,
    take: &mut dyn FnMut(&'a RawValue, &'a RawValue) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    // Of millions of keys their hashes are kept, which nobody can foresee; where two are the same, the keys are asked.
    let (hashes, mut seen) = (RandomState::new(), HashSet::new());
    let mut result = Ok(());
    pairs(object, &mut |key, value| {
        if result.is_err() {
            return;
        }
        let is_twice = !seen.insert(hashes.hash_one(&key)) && is_there_twice(object, &key);
        result = match key_before(object, value) {
            Some(_) if is_twice => Err(unclear(&key, Reason::DuplicateKey)),
            Some(raw) => take(raw, value),
            None => Err(unclear(&key, Reason::MalformedJson)),
        };
    });
    result
}

fn is_there_twice(object: &RawValue, wanted: &str) -> bool {
    let mut times = 0;
    pairs(object, &mut |key, _| times += usize::from(key == wanted));
    times > 1
}

/// The key of a member as it stands in its object, in quotes.
fn key_before<'a>(object: &'a RawValue, value: &'a RawValue) -> Option<&'a RawValue> {
    let at = (value.get().as_ptr() as usize).checked_sub(object.get().as_ptr() as usize)?;
    let before = object.get().get(..at)?.trim_end().strip_suffix(':')?.trim_end();
    let mut quote = before.len().checked_sub(1)?;
    loop {
        quote = before.get(..quote)?.rfind('"')?;
        let escapes = before[..quote].bytes().rev().take_while(|byte| *byte == b'\\').count();
        if escapes % 2 == 0 {
            return serde_json::from_str(&before[quote..]).ok();
        }
    }
}

struct Pairs<'s, 'a>(&'s mut dyn FnMut(String, &'a RawValue));

impl<'a> Visitor<'a> for Pairs<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((key, value)) = map.next_entry::<String, &'a RawValue>()? {
            (self.0)(key, value);
        }
        Ok(())
    }
}
