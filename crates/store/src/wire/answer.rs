//! Answers whose status does not match their content.
//!
//! S3 may answer 200 and write an error into the body. `object_store` reads such an answer to a listing as an empty
//! listing, and a truncated page as the last one: days would wait for exports that are there. Such answers are turned
//! into a 503 here, which is tried again like any other. A 501 is final, and is turned into a status that is not tried
//! again.

use bytes::Bytes;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use hyper::http::response::Parts;
use hyper::{Method, StatusCode};
use object_store::client::{HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody};

use super::keys;

/// A body no longer than this is looked into.
const SHORT_BYTES: u64 = 16 << 10;
/// As long as a page of a listing may be: thousands of keys of a thousand bytes.
const LONGEST_PAGE_BYTES: u64 = 64 << 20;

/// How the text begins that says what was wrong with a 200.
pub(crate) const NO_ANSWER: &str = "the answer was 200 and ";

/// What a store says of a request that it does not know.
pub(crate) const NOT_IMPLEMENTED: &str = "NotImplemented";

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// A page of a listing.
    Listing,
    /// An object, or to put one.
    Object,
    /// Anything else.
    Other,
}

impl Asked {
    pub(super) fn of(request: &HttpRequest) -> Self {
        let has =
            |wanted: &str| request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair == wanted));
        match *request.method() {
            Method::GET if has("list-type=2") || has("comp=list") => Self::Listing,
            Method::GET | Method::PUT => Self::Object,
            _ => Self::Other,
        }
    }
}

/// Whether the body has to be looked into before the answer can be believed.
pub(super) fn is_looked_into(asked: Asked, parts: &Parts) -> bool {
    let is_short = length(parts).map_or_else(|| is_xml(parts), |length| length <= SHORT_BYTES);
    parts.status.is_success() && (asked == Asked::Listing || (asked == Asked::Object && is_short))
}

/// The answer if it can be believed, a 503 in its place if not.
pub(super) async fn sound(asked: Asked, answer: HttpResponse) -> Result<HttpResponse, HttpError> {
    let (parts, body) = answer.into_parts();
    if asked == Asked::Listing && length(&parts).is_some_and(|length| length > LONGEST_PAGE_BYTES) {
        return Ok(refused(parts, "a page of a listing that is too long"));
    }
    // A broken body would be an error that is final; as a broken connection the request is made again.
    let bytes = body.bytes().await.map_err(|error| match error.kind() {
        HttpErrorKind::Timeout => error,
        _ => HttpError::new(HttpErrorKind::Interrupted, error),
    })?;
    Ok(match fault(asked, &bytes) {
        Some(fault) => refused(parts, &fault),
        None if asked == Asked::Listing => sifted(parts, bytes),
        None => HttpResponse::from_parts(parts, bytes.into()),
    })
}

/// The page of a listing with what `object_store` can read, and beside it what it cannot.
fn sifted(mut parts: Parts, page: Bytes) -> HttpResponse {
    let Some((kept, taken)) = keys::sift(&page) else { return HttpResponse::from_parts(parts, page.into()) };
    parts.headers.remove(CONTENT_LENGTH);
    parts.extensions.insert(taken);
    HttpResponse::from_parts(parts, HttpResponseBody::from(kept))
}

/// What a request that the store does not know is answered with here: the same, and nothing that is asked again.
pub(super) fn not_implemented(mut parts: Parts) -> HttpResponse {
    parts.status = StatusCode::METHOD_NOT_ALLOWED;
    parts.headers.clear();
    HttpResponse::from_parts(
        parts,
        HttpResponseBody::from(format!("<Error><Code>{NOT_IMPLEMENTED}</Code></Error>")),
    )
}

/// Marks an answer whose `ETag` is no MD5, whatever it looks like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EtagIsNoMd5;

/// Whether an object lies encrypted with a key of its own, which makes an `ETag` of it that is no MD5 and looks like one.
pub(super) fn is_encrypted(headers: &HeaderMap) -> bool {
    let by_key_service = headers.get("x-amz-server-side-encryption");
    by_key_service.is_some_and(|how| how.as_bytes().starts_with(b"aws:kms"))
        || [
            "x-amz-server-side-encryption-customer-algorithm",
            "x-goog-encryption-kms-key-name",
            "x-goog-encryption-algorithm",
        ]
        .into_iter()
        .any(|header| headers.contains_key(header))
}

fn refused(mut parts: Parts, fault: &str) -> HttpResponse {
    parts.status = StatusCode::SERVICE_UNAVAILABLE;
    parts.headers.clear();
    HttpResponse::from_parts(parts, HttpResponseBody::from(format!("{NO_ANSWER}{fault}")))
}

fn length(parts: &Parts) -> Option<u64> {
    parts.headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn is_xml(parts: &Parts) -> bool {
    parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).is_some_and(|kind| kind.contains("xml"))
}

/// What is wrong with the body of a 200.
fn fault(asked: Asked, body: &Bytes) -> Option<String> {
    // A key that is no text is one bad key, and no bad listing.
    let text = match asked {
        Asked::Listing => String::from_utf8_lossy(body),
        _ => std::str::from_utf8(body).unwrap_or_default().into(),
    };
    let text = text.trim_start_matches('\u{feff}').trim();
    let root = match text.split_once("?>") {
        Some((head, rest)) if head.starts_with("<?xml") => rest.trim_start(),
        _ => text,
    };
    if root.starts_with("<Error>") || root.starts_with("<Error ") {
        let code = element(root, "Code").unwrap_or("no code");
        return Some(format!("an error: {}", code.chars().take(60).collect::<String>()));
    }
    if asked == Asked::Listing { fault_of_listing(root).map(str::to_owned) } else { None }
}

fn fault_of_listing(root: &str) -> Option<&'static str> {
    let is_whole = |name: &str| root.starts_with(&format!("<{name}")) && root.ends_with(&format!("</{name}>"));
    if is_whole("EnumerationResults") {
        return None;
    }
    if !is_whole("ListBucketResult") {
        return Some("no whole listing");
    }
    let has_next = element(root, "NextContinuationToken").is_some_and(|token| !token.is_empty());
    if element(root, "IsTruncated") == Some("true") && !has_next {
        return Some("a listing that goes on and does not say where");
    }
    let announced = element(root, "KeyCount").and_then(|count| count.trim().parse::<usize>().ok());
    let found = root.matches("<Contents>").count() + root.matches("<CommonPrefixes>").count();
    if announced.is_some_and(|announced| announced > found) {
        return Some("a listing of fewer keys than it says");
    }
    None
}

/// The text of the first element of that name.
pub(super) fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    Some(rest.split_once("</")?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_listing(text: &str) -> Option<String> {
        fault(Asked::Listing, &Bytes::copy_from_slice(text.as_bytes()))
    }

    #[test]
    fn an_error_under_a_200_is_no_listing_and_no_object() {
        let error = "<?xml version=\"1.0\"?>\n<Error><Code>SlowDown</Code><Message>AKIA…</Message></Error>";
        for asked in [Asked::Listing, Asked::Object] {
            assert_eq!(fault(asked, &Bytes::from_static(error.as_bytes())).unwrap(), "an error: SlowDown");
        }
        assert_eq!(fault(Asked::Object, &Bytes::from_static(b"id,at\n1,<Error>")), None);
        assert_eq!(fault(Asked::Object, &Bytes::from_static(b"\xff\xfe<Error>")), None);
    }

    #[test]
    fn a_listing_has_to_be_whole_and_to_hold_what_it_says() {
        let listing = |inside: &str| format!("<?xml?><ListBucketResult xmlns=\"s3\">{inside}</ListBucketResult>");
        let fault_of = |inside: &str| of_listing(&listing(inside));
        assert_eq!(fault_of(""), None);
        assert_eq!(fault_of("<KeyCount>1</KeyCount><IsTruncated>false</IsTruncated><Contents></Contents>"), None);
        let more = "<IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken>";
        assert_eq!(fault_of(more), None);
        assert_eq!(of_listing("<EnumerationResults><Blobs/></EnumerationResults>"), None);

        let fewer = fault_of("<KeyCount>2</KeyCount><Contents></Contents>").unwrap();
        assert!(fewer.contains("fewer keys"), "{fewer}");
        let nowhere = fault_of("<IsTruncated>true</IsTruncated>").unwrap();
        assert!(nowhere.contains("where"), "{nowhere}");
        for text in ["", "<html>busy</html>", "<?xml version=\"1.0", "<ListBucketResult><Contents></Contents>"] {
            assert_eq!(of_listing(text).as_deref(), Some("no whole listing"), "{text}");
        }
    }
}
