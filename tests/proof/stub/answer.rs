//! Carrying a request out on the bucket, and the answer that S3 gives.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::bucket::{Bucket, Object, hex};
use super::request::{Kind, Request};

/// So few that every listing has several pages.
const PAGE: usize = 7;

/// An answer before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
}

impl Answer {
    fn of(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// What S3 says with this status. Refusals repeat the access key and what was signed, as S3 does.
    pub fn error(status: u16, request: &Request) -> Self {
        let code = match status {
            400 => "XAmzContentSHA256Mismatch",
            403 => "SignatureDoesNotMatch",
            404 if matches!(request.kind, Kind::Unknown | Kind::List) => "NoSuchBucket",
            404 => "NoSuchKey",
            409 => "ConditionalRequestConflict",
            412 => "PreconditionFailed",
            416 => "InvalidRange",
            429 => "TooManyRequests",
            501 => "NotImplemented",
            503 => "SlowDown",
            _ => "InternalError",
        };
        Self::refusal(status, code, request)
    }

    /// A status with a code of one's own.
    pub fn refusal(status: u16, code: &str, request: &Request) -> Self {
        let signed = match (status, request.header("authorization")) {
            (403, Some(signed)) => {
                format!("<AWSAccessKeyId>{signed}</AWSAccessKeyId><StringToSign>{signed}</StringToSign>")
            }
            _ => String::new(),
        };
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>as told</Message>\
             <Resource>{}</Resource>{signed}</Error>",
            escaped(&request.key)
        );
        Self { headers: vec![("Content-Type", "application/xml".to_owned())], ..Self::of(status, xml) }
    }

    /// Does what is asked. `conditions` are looked at unless told otherwise.
    pub fn carry_out(bucket: &mut Bucket, request: &Request, conditions: bool) -> Self {
        let key = &request.key;
        match request.kind {
            Kind::Get | Kind::Head => {
                bucket.get(key).map_or_else(|| Self::error(404, request), |object| read(object, request))
            }
            Kind::List => list(bucket, request),
            Kind::Put | Kind::PutNew => put(bucket, request, conditions),
            Kind::Delete => {
                bucket.delete(key);
                Self::of(204, "")
            }
            Kind::DeleteMany => {
                key.lines().for_each(|key| bucket.delete(key));
                let deleted: Vec<_> = key.lines().map(escaped).collect();
                let deleted = deleted.join("</Key></Deleted><Deleted><Key>");
                Self::of(200, format!("<DeleteResult><Deleted><Key>{deleted}</Key></Deleted></DeleteResult>"))
            }
            Kind::Unknown => Self::error(501, request),
        }
    }
}

fn put(bucket: &mut Bucket, request: &Request, conditions: bool) -> Answer {
    let there = bucket.get(&request.key);
    let stopped = match (request.kind, request.header("if-match"), there) {
        (Kind::PutNew, _, Some(_)) => true,
        (Kind::Put, Some(tag), there) => there.is_none_or(|object| object.etag != tag),
        _ => false,
    };
    if stopped && conditions {
        return Answer::error(412, request);
    }
    let signed = request.header("x-amz-content-sha256").filter(|hash| hash.len() == 64);
    if signed.is_some_and(|signed| signed != hex(&Sha256::digest(&request.body))) {
        return Answer::error(400, request);
    }
    let etag = bucket.put(&request.key, request.body.clone()).etag.clone();
    Answer { headers: vec![("ETag", etag)], ..Answer::of(200, "") }
}

fn read(object: &Object, request: &Request) -> Answer {
    if request.header("if-match").is_some_and(|tag| tag != object.etag) {
        return Answer::error(412, request);
    }
    let mut headers = vec![
        ("ETag", object.etag.clone()),
        ("Last-Modified", object.modified.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()),
        ("Accept-Ranges", "bytes".to_owned()),
    ];
    let size = object.bytes.len();
    let Some(range) = request.header("range") else {
        return Answer { status: 200, headers, body: object.bytes.clone() };
    };
    let Some((start, end)) = between(range, size).filter(|(start, end)| start < end) else {
        return Answer::error(416, request);
    };
    headers.push(("Content-Range", format!("bytes {start}-{}/{size}", end - 1)));
    Answer { status: 206, headers, body: object.bytes.slice(start..end) }
}

/// Start and end, exclusive, of `bytes=3-5`, `bytes=3-` or `bytes=-5`.
fn between(range: &str, size: usize) -> Option<(usize, usize)> {
    let (start, end) = range.strip_prefix("bytes=")?.split_once('-')?;
    match (start.parse::<usize>(), end.parse::<usize>()) {
        (Ok(start), Ok(end)) => Some((start, size.min(end + 1))),
        (Ok(start), Err(_)) => Some((start, size)),
        (Err(_), Ok(last)) => Some((size.saturating_sub(last), size)),
        _ => None,
    }
}

fn list(bucket: &Bucket, request: &Request) -> Answer {
    if let Some(delimiter) = request.query.get("delimiter") {
        return if delimiter == "/" { list_folder(bucket, request) } else { Answer::error(501, request) };
    }
    let after = request.query.get("continuation-token").or_else(|| request.query.get("start-after"));
    let mut rest = bucket.under(&request.key).filter(|(key, _)| after.is_none_or(|after| *key > after)).peekable();
    let (mut contents, mut last) = (String::new(), String::new());
    for (key, object) in rest.by_ref().take(PAGE) {
        contents.push_str(&format!(
            "<Contents><Key>{}</Key><LastModified>{}</LastModified><ETag>{}</ETag><Size>{}</Size></Contents>",
            escaped(key),
            object.modified.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            escaped(&object.etag),
            object.bytes.len()
        ));
        last.clone_from(key);
    }
    let more = if rest.peek().is_some() {
        format!("<IsTruncated>true</IsTruncated><NextContinuationToken>{}</NextContinuationToken>", escaped(&last))
    } else {
        "<IsTruncated>false</IsTruncated>".to_owned()
    };
    Answer::of(
        200,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult>{more}{contents}</ListBucketResult>"
        ),
    )
}

/// What lies right in a folder, and the folders in it; all on one page.
fn list_folder(bucket: &Bucket, request: &Request) -> Answer {
    let (mut contents, mut folders) = (String::new(), std::collections::BTreeSet::new());
    for (key, object) in bucket.under(&request.key) {
        match key[request.key.len()..].split_once('/') {
            Some((folder, _)) => drop(folders.insert(format!("{}{folder}/", request.key))),
            None => contents.push_str(&format!(
                "<Contents><Key>{}</Key><LastModified>{}</LastModified><ETag>{}</ETag><Size>{}</Size></Contents>",
                escaped(key),
                object.modified.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                escaped(&object.etag),
                object.bytes.len()
            )),
        }
    }
    let folder =
        |folder: &String| format!("<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", escaped(folder));
    let folders: String = folders.iter().map(folder).collect();
    Answer::of(
        200,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult><IsTruncated>false</IsTruncated>{contents}{folders}</ListBucketResult>"
        ),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
