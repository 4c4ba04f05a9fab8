//! A request as it came over the wire, and what it asks for.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use bytes::Bytes;

use super::BUCKET;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Get,
    Head,
    List,
    Put,
    /// A put only if there is nothing.
    PutNew,
    Delete,
    /// Several keys by one request.
    DeleteMany,
    /// Nothing this bucket knows.
    Unknown,
}

impl Kind {
    /// Whether it changes the bucket.
    pub const fn writes(self) -> bool {
        matches!(self, Self::Put | Self::PutNew | Self::Delete | Self::DeleteMany)
    }
}

/// One request.
#[derive(Debug, Clone)]
pub struct Request {
    pub kind: Kind,
    /// The key in the bucket; of a listing its prefix, of a deletion of several their keys, one a line.
    pub key: String,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    pub query: BTreeMap<String, String>,
    pub body: Bytes,
}

impl Request {
    /// The next request of a connection, `None` at its end.
    pub fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split_whitespace();
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query: BTreeMap<String, String> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect();
        let headers = headers(from)?;
        let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        from.read_exact(&mut body)?;
        let in_bucket = decoded(path).trim_start_matches('/').to_owned();
        let (bucket, key) = in_bucket.split_once('/').unwrap_or((&in_bucket, ""));
        let kind = if bucket == BUCKET { kind(method, key, &query, &headers) } else { Kind::Unknown };
        let key = match kind {
            Kind::List => query.get("prefix").cloned().unwrap_or_default(),
            Kind::DeleteMany => keys(&String::from_utf8_lossy(&body)),
            _ => key.to_owned(),
        };
        Ok(Some(Self { kind, key, headers, query, body: body.into() }))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The access key it was signed with, which tells workers apart.
    pub fn signer(&self) -> &str {
        let signed = self.header("authorization").and_then(|header| header.split_once("Credential="));
        signed.and_then(|(_, rest)| rest.split_once('/')).map_or("", |(key, _)| key)
    }

    /// Whether the key lies in this folder of the archive: `_receipts`.
    pub fn is_in(&self, folder: &str) -> bool {
        self.key.strip_prefix("archive/").is_some_and(|key| key.starts_with(folder))
    }
}

fn headers(from: &mut impl BufRead) -> io::Result<BTreeMap<String, String>> {
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        from.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { return Ok(headers) };
        headers.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
    }
}

fn kind(method: &str, key: &str, query: &BTreeMap<String, String>, headers: &BTreeMap<String, String>) -> Kind {
    match (method, key) {
        ("GET", "") if query.get("list-type").is_some_and(|kind| kind == "2") => Kind::List,
        ("POST", "") if query.contains_key("delete") => Kind::DeleteMany,
        (_, "") => Kind::Unknown,
        ("GET", _) => Kind::Get,
        ("HEAD", _) => Kind::Head,
        ("PUT", _) if headers.get("if-none-match").is_some_and(|tag| tag == "*") => Kind::PutNew,
        ("PUT", _) if query.is_empty() => Kind::Put,
        ("DELETE", _) => Kind::Delete,
        _ => Kind::Unknown,
    }
}

/// The keys of a deletion of several, one a line.
fn keys(xml: &str) -> String {
    let keys = xml.split("<Key>").skip(1).filter_map(|rest| rest.split_once("</Key>"));
    let keys = keys.map(|(key, _)| key.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
    keys.collect::<Vec<_>>().join("\n")
}

/// Without percent signs.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = (first == b'%').then(|| tail.get(..2)).flatten();
        let code = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        if let Some(code) = code {
            bytes.push(code);
            rest = &tail[2..];
        } else {
            bytes.push(if first == b'+' { b' ' } else { first });
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
