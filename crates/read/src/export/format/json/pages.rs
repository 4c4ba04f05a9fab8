//! What an interface's answer says about itself: whether it is an error, and how much of the whole result it holds.
//!
//! Interfaces answer in pages, and with an empty list where they mean an error. What is declared is read by its way. Where
//! nothing is declared, members are looked for that can mean nothing else, outside of the rows.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::members::{each, lookup, pairs};
use super::rows_at::{EACH, shown};
use super::{JsonValue, members};
use crate::export::ExportError;
use coverledger_config::{Pages, PagesRule};

/// How many members deep around the rows something undeclared is looked for.
const DEPTH: usize = 3;
/// The longest value that is shown.
const SHOWN: usize = 60;

/// What a document says of how much of an answer it holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Claim {
    /// Rows of the whole answer.
    pub rows: Option<u64>,
    /// Its pages.
    pub pages: Option<u64>,
    /// Whether a further page follows this one.
    pub has_next: bool,
    /// A member that seems to say that there are more pages, though the configuration does not declare it: its name and
    /// value.
    pub undeclared: Option<String>,
}

/// Refuses a document that is declared to be the answer of an error.
pub(super) fn refuse_error(document: &RawValue, pages: &Pages) -> Result<(), ExportError> {
    let Pages::Declared(PagesRule { ok, .. }) = pages else { return Ok(()) };
    for (way, expected) in ok {
        let found = values(document, way)?;
        let told = match found.iter().find(|value| text(value).as_deref() != Some(expected)) {
            Some(value) => format!("`{}` is `{}`", way_of(way), cut(value)),
            None if found.is_empty() => format!("it has no `{}`", way_of(way)),
            None => continue,
        };
        return Err(ExportError::ErrorAnswer(format!("{told}, not `{expected}`{}", message(document))));
    }
    Ok(())
}

/// What a document with so many rows at a way says of its pages.
pub(super) fn claim(document: &RawValue, pages: &Pages, rows: u64) -> Result<Option<Claim>, ExportError> {
    match pages {
        Pages::Unchecked => Ok(None),
        Pages::Declared(rule) => {
            let number = |way: &Option<Vec<String>>| way.as_ref().map(|way| number(document, way)).transpose();
            let has_next = match &rule.next {
                Some(way) => last(document, way)?.is_some_and(says_more),
                None => false,
            };
            Ok(Some(Claim { rows: number(&rule.rows)?, pages: number(&rule.pages)?, has_next, undeclared: None }))
        }
        Pages::Undeclared => {
            if rows == 0 {
                refuse_likely_error(document)?;
            }
            let undeclared = likely_more(document, "", "", rows, DEPTH);
            Ok(undeclared.map(|undeclared| Claim { undeclared: Some(undeclared), ..Claim::default() }))
        }
    }
}

/// The values that a way leads to.
fn values<'a>(node: &'a RawValue, way: &[String]) -> Result<Vec<&'a RawValue>, ExportError> {
    let Some((step, rest)) = way.split_first() else { return Ok(vec![node]) };
    if step == EACH {
        let mut found = Vec::new();
        if node.get().starts_with('[') {
            each(node, &mut |element| {
                found.extend(values(element, rest)?);
                Ok(())
            })?;
        }
        return Ok(found);
    }
    member(node, step)?.map_or(Ok(Vec::new()), |value| values(value, rest))
}

/// The value that a way leads to, by the last element of every list.
fn last<'a>(node: &'a RawValue, way: &[String]) -> Result<Option<&'a RawValue>, ExportError> {
    let Some((step, rest)) = way.split_first() else { return Ok(Some(node)) };
    let next = if step == EACH {
        let mut end = None;
        if node.get().starts_with('[') {
            each(node, &mut |element| {
                end = Some(element);
                Ok(())
            })?;
        }
        end
    } else {
        member(node, step)?
    };
    next.map_or(Ok(None), |next| last(next, rest))
}

fn member<'a>(node: &'a RawValue, name: &str) -> Result<Option<&'a RawValue>, ExportError> {
    if !node.get().starts_with('{') {
        return Ok(None);
    }
    let mut found = [None];
    members::members(node, &[name], &mut found).map_err(|reason| members::unclear(name, reason))?;
    Ok(found[0])
}

/// The one number that a way leads to.
fn number(document: &RawValue, way: &[String]) -> Result<u64, ExportError> {
    let found = values(document, way)?;
    let Some(first) = found.first() else {
        return Err(ExportError::PageClaim { way: way_of(way), why: "is not in it".to_owned() });
    };
    let number = |value: &RawValue| text(value).and_then(|text| text.parse::<u64>().ok());
    let Some(number_of_first) = number(first) else {
        return Err(ExportError::PageClaim { way: way_of(way), why: format!("is `{}`, no number", cut(first)) });
    };
    match found.iter().find(|value| number(value) != Some(number_of_first)) {
        Some(other) => Err(ExportError::PageClaim {
            way: way_of(way),
            why: format!("is both `{}` and `{}`", cut(first), cut(other)),
        }),
        None => Ok(number_of_first),
    }
}

/// Whether a value leads on: a page that is the last has nothing, null, false or an empty text there.
fn says_more(value: &RawValue) -> bool {
    !matches!(value.get(), "null" | "false" | "\"\"" | "0" | "{}" | "[]")
}

/// A scalar as it is compared.
fn text(value: &RawValue) -> Option<String> {
    match JsonValue::of(Some(value)).ok()? {
        JsonValue::Text(text) => Some(text.into_owned()),
        JsonValue::Decimal(text) => Some(text.to_owned()),
        JsonValue::Truth(truth) => Some(truth.to_string()),
        JsonValue::Null => Some("null".to_owned()),
        JsonValue::Nested => None,
    }
}

fn cut(value: &RawValue) -> String {
    let shown = text(value).unwrap_or_else(|| value.get().to_owned());
    match shown.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

fn way_of(way: &[String]) -> String {
    shown(&way.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What the interface said to its error.
fn message(document: &RawValue) -> String {
    let found = ["message", "msg", "error.message", "errmsg"].iter().find_map(|name| {
        let holder = Some(document).filter(|document| document.get().starts_with('{'))?;
        lookup(holder, name).ok().flatten().filter(|value| value.get().starts_with('"'))
    });
    found.map_or_else(String::new, |value| format!(" (`{}`)", cut(value)))
}

/// Refuses a document without rows that says that something went wrong.
fn refuse_likely_error(document: &RawValue) -> Result<(), ExportError> {
    if !document.get().starts_with('{') {
        return Ok(());
    }
    let mut told = None;
    pairs(document, &mut |key, value| {
        let is_error = match folded(&key).as_str() {
            "code" | "errcode" | "errorcode" | "errno" | "statuscode" | "ret" => {
                text(value).and_then(|text| text.parse::<i64>().ok()).is_some_and(|code| !matches!(code, 0 | 200))
            }
            "error" | "errors" => says_more(value),
            "success" => value.get() == "false",
            _ => false,
        };
        if is_error && told.is_none() {
            told = Some(format!("it has no rows, and `{key}` is `{}`", cut(value)));
        }
    });
    told.map_or(Ok(()), |told| Err(ExportError::ErrorAnswer(format!("{told}{}", message(document)))))
}

/// A member of an object, or of objects in it, that says that there is more than this document.
fn likely_more(node: &RawValue, way: &str, holder: &str, rows: u64, depth: usize) -> Option<String> {
    if !node.get().starts_with('{') || depth == 0 {
        return None;
    }
    let is_paging = folded(holder).contains("pag");
    let mut found = None;
    pairs(node, &mut |key, value| {
        if found.is_some() {
            return;
        }
        let way = if way.is_empty() { key.clone() } else { format!("{way}.{key}") };
        if value.get().starts_with('{') {
            found = likely_more(value, &way, &key, rows, depth - 1);
            return;
        }
        let number = || text(value).and_then(|text| text.parse::<u64>().ok());
        let is_more = match folded(&key).as_str() {
            "totalpage" | "totalpages" | "pagecount" | "pagetotal" => number().is_some_and(|pages| pages > 1),
            "totalnumber" | "totalcount" | "totalrows" | "totalrecords" | "total" => {
                is_paging && number().is_some_and(|total| total > rows)
            }
            "hasmore" | "hasnext" | "hasnextpage" | "nextpagetoken" => says_more(value),
            "next" => is_paging && says_more(value),
            _ => false,
        };
        if is_more {
            found = Some(format!("`{way}` is `{}`", cut(value)));
        }
    });
    found
}

/// A name without what differs between styles: `totalPage` and `total_page` are one.
fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(way: &str) -> Vec<String> {
        super::super::rows_at::split(way).into_iter().map(str::to_owned).collect()
    }

    fn of(document: &str, pages: &Pages, rows: u64) -> Result<Option<Claim>, String> {
        let document: &RawValue = serde_json::from_str(document).unwrap();
        refuse_error(document, pages)
            .and_then(|()| claim(document, pages, rows))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_declared_is_read_by_its_way() {
        let pages = Pages::Declared(PagesRule {
            rows: Some(steps("d.info.total")),
            next: Some(steps("[].paging.next")),
            ..PagesRule::default()
        });
        let refusal = of(r#"{"d":{"info":{}}}"#, &pages, 1).unwrap_err();
        assert_eq!(refusal, "its `d.info.total`, by which `complete` tells a page from the whole, is not in it");
        let next = |text: &str| {
            let pages = Pages::Declared(PagesRule { next: Some(steps("[].paging.next")), ..PagesRule::default() });
            of(text, &pages, 1).unwrap().unwrap().has_next
        };
        assert!(next(r#"[{"paging":{"next":"u"}},{"paging":{"next":"v"}}]"#));
        assert!(!next(r#"[{"paging":{"next":"u"}},{"paging":{}}]"#));
        assert!(!next(r#"[{"paging":{"next":"u"}},{"paging":{"next":""}}]"#));
        let total = Pages::Declared(PagesRule { rows: Some(steps("[].total")), ..PagesRule::default() });
        assert_eq!(of(r#"[{"total":"9"},{"total":9}]"#, &total, 9).unwrap().unwrap().rows, Some(9));
        assert!(of(r#"[{"total":9},{"total":8}]"#, &total, 9).unwrap_err().contains("is both `9` and `8`"));
    }

    #[test]
    fn an_answer_of_an_error_is_no_quiet_day() {
        let ok =
            Pages::Declared(PagesRule { ok: [(steps("code"), "0".to_owned())].into(), ..PagesRule::default() });
        let error = r#"{"code":50000,"message":"System error","data":{"list":[]}}"#;
        let declared = of(error, &ok, 0).unwrap_err();
        assert_eq!(
            declared,
            "it is the answer of an error, not of a day: `code` is `50000`, not `0` (`System error`)"
        );
        let undeclared = of(error, &Pages::Undeclared, 0).unwrap_err();
        assert!(undeclared.contains("it has no rows, and `code` is `50000` (`System error`)"), "{undeclared}");
        for sound in [r#"{"code":0,"list":[]}"#, r#"{"code":200,"list":[]}"#, r#"{"error":null,"list":[]}"#, "[]"]
        {
            assert_eq!(of(sound, &Pages::Undeclared, 0), Ok(None), "{sound}");
        }
        assert!(of(r#"{"error":{"message":"x"},"data":[]}"#, &Pages::Undeclared, 0).is_err());
        assert_eq!(of(error, &Pages::Unchecked, 0), Ok(None));
    }

    #[test]
    fn one_page_of_several_shows_though_nobody_declared_it() {
        let more =
            |text: &str, rows| of(text, &Pages::Undeclared, rows).unwrap().and_then(|claim| claim.undeclared);
        let tiktok = r#"{"data":{"list":[1],"page_info":{"page":1,"total_page":3,"total_number":9}}}"#;
        assert_eq!(more(tiktok, 4).as_deref(), Some("`data.page_info.total_page` is `3`"));
        let meta = r#"{"data":[1],"paging":{"cursors":{"after":"x"},"next":"https://x"}}"#;
        assert_eq!(more(meta, 1).as_deref(), Some("`paging.next` is `https://x`"));
        assert!(more(r#"{"rows":[1],"pagination":{"total":12}}"#, 10).is_some());
        assert!(more(r#"{"rows":[1],"hasMore":true}"#, 10).is_some());
        for whole in [
            r#"{"rows":[1],"pagination":{"total":12}}"#,
            r#"{"rows":[1],"total":99}"#,
            r#"{"data":[1],"paging":{"cursors":{"after":"x"}}}"#,
            r#"{"rows":[1],"has_more":false,"nextPageToken":""}"#,
        ] {
            assert_eq!(more(whole, 12), None, "{whole}");
        }
    }
}
