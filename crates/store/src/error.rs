//! What went wrong with a store, in words a person can act on and without a secret in them.

use std::error::Error as _;
use std::fmt;

use object_store::client::{HttpError, HttpErrorKind};

use super::hint::{self, hint};
use super::wire::{CircuitOpen, NO_ANSWER, NOT_IMPLEMENTED};

/// A failed operation on a store.
#[derive(Debug, thiserror::Error)]
#[error("{action} {}: {problem}", where_it_is(.key, .store))]
pub struct StoreError {
    /// The store, without anything secret.
    pub store: String,
    /// What was tried: `read`, `list`, `put`.
    pub action: &'static str,
    /// The key or prefix, relative to the store.
    pub key: String,
    /// What happened.
    pub problem: StoreProblem,
}

fn where_it_is(key: &str, store: &str) -> String {
    if key.is_empty() { format!("`{store}`") } else { format!("`{key}` in `{store}`") }
}

/// What happened to an operation on a store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreProblem {
    /// No such kind of store.
    #[error("no store is known by this URL (known: a folder, `s3://`, `gs://`, `az://`, `abfs://`)")]
    UnknownUrl,
    /// The URL carries a password.
    #[error("the URL holds a password (give secrets in the environment, never in a URL)")]
    PasswordInUrl,
    /// The environment does not hold what the backend needs.
    #[error("the store cannot be set up: {0} (its settings come from the environment)")]
    Setup(String),
    /// The folder is missing.
    #[error("this folder is not there (create it, or correct `stores` in `archive.yaml`)")]
    MissingFolder,
    /// The bucket or container is missing.
    #[error("no such bucket or container: {0} (create it, or correct `stores` in `archive.yaml`)")]
    NoBucket(String),
    /// Nobody answered.
    #[error("the store does not answer: {0} (check the network, the endpoint and the region)")]
    Unreachable(String),
    /// It answered with errors again and again.
    #[error(
        "the store answers with errors, however often it is asked: {0} (see whether it is overloaded or down)"
    )]
    GaveUp(String),
    /// The bytes are not those of the object.
    #[error("its bytes are not those that its ETag is the MD5 of, and they come different each time")]
    Damaged,
    /// The store refuses; most often the credentials do not open it.
    #[error("refused: {0}{hint}", hint = hint(.0))]
    Refused(String),
    /// It lies where it cannot be read from.
    #[error("it was archived (`{0}`): restore it first, or have its storage class changed")]
    Archived(String),
    /// The folder or the file does not let this user in.
    #[error("{0} (check who owns it, what this user may do there, and whether it is mounted read-only)")]
    NotPermitted(String),
    /// A symbolic link is in the way.
    #[error(
        "it is a symbolic link that leads to no file of the store, or lies behind one, and such links are not followed (put the file or the folder itself there)"
    )]
    Link,
    /// Something else than a file.
    #[error("it is a pipe, a socket or a device, and only files are read (put the file there)")]
    NoFile,
    /// It is longer than what is looked for can be.
    #[error("it has {size} bytes, and more than {most} are not read")]
    TooLarge {
        /// In bytes.
        size: u64,
        /// So many are read.
        most: u64,
    },
    /// There are no credentials at all.
    #[error(
        "no credentials were found (set them in the environment, `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` for S3)"
    )]
    NoCredentials,
    /// It was listed and is gone.
    #[error("it was there when the store was listed and is gone now")]
    Gone,
    /// It is not what was listed.
    #[error("it changed while it was read (listed as {listed}, read as {read}); the next run reads it again")]
    Changed {
        /// Size and `ETag` in the listing.
        listed: String,
        /// Size and `ETag` when it was read.
        read: String,
    },
    /// The bytes that come are not those that are stored.
    #[error(
        "it is not served as it is stored ({0}): it has a `Content-Encoding` that the store, or a proxy before it, takes off; store it without one"
    )]
    Recoded(String),
    /// The store does not know such a request.
    #[error("the store does not know this request (`{0}`)")]
    Unsupported(String),
    /// The store takes something about the request for nonsense.
    #[error("the store takes the request for nonsense (`{0}`)")]
    Invalid(String),
    /// The store does not know create-only puts.
    #[error(
        "the store refuses create-only puts (`{0}`), so two writers could overwrite each other; it cannot hold an archive"
    )]
    RefusesCreateOnly(String),
    /// The store overwrites where it must not.
    #[error(
        "the store ignores create-only puts, so two writers could overwrite each other; it cannot hold an archive"
    )]
    IgnoresCreateOnly,
    /// The key cannot be one.
    #[error("not a usable key: {0}")]
    BadKey(String),
    /// The disk did not take it, and nothing was stored.
    #[error("the disk did not take it: {0} (is it full, or read-only?)")]
    Disk(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl From<std::io::Error> for StoreProblem {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            _ if leads_out(&error) => Self::Link,
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Self::NotPermitted(error.to_string())
            }
            std::io::ErrorKind::NotFound => Self::Gone,
            _ if is_full(&error) => Self::Disk(error.to_string()),
            _ => Self::Other(error.to_string()),
        }
    }
}

/// Whether a path left the folder by a symbolic link. The handle on the folder refuses that as something not permitted;
/// only its words tell it from what the system does not permit.
fn leads_out(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::PermissionDenied
        && error.raw_os_error().is_none()
        && error.to_string().contains("outside of the filesystem")
}

/// Whether there is no more room on a disk, or none for this user.
fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}

impl StoreProblem {
    /// Whether the store has clearly done nothing, so that there is no doubt about the outcome of a put.
    #[must_use]
    pub const fn is_definite(&self) -> bool {
        matches!(
            self,
            Self::UnknownUrl
                | Self::PasswordInUrl
                | Self::Setup(_)
                | Self::MissingFolder
                | Self::NoBucket(_)
                | Self::Refused(_)
                | Self::NotPermitted(_)
                | Self::Link
                | Self::NoFile
                | Self::NoCredentials
                | Self::IgnoresCreateOnly
                | Self::RefusesCreateOnly(_)
                | Self::Unsupported(_)
                | Self::BadKey(_)
                | Self::Disk(_)
        )
    }

    /// Whether this one object is what is wrong, and not the store: others may well be read.
    #[must_use]
    pub const fn is_of_object(&self) -> bool {
        matches!(
            self,
            Self::NotPermitted(_)
                | Self::Link
                | Self::NoFile
                | Self::TooLarge { .. }
                | Self::Archived(_)
                | Self::Damaged
                | Self::BadKey(_)
        )
    }

    /// Whether the same request may well succeed when it is made again.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable(reason) => reason == BROKE,
            Self::Other(_) | Self::Changed { .. } | Self::Damaged | Self::Recoded(_) => true,
            _ => false,
        }
    }

    pub(super) fn of(error: &object_store::Error) -> Self {
        let text = error.to_string();
        let has = |needle: &str| text.contains(needle);
        let reason = reason(&text);
        if ["NoSuchBucket", "ContainerNotFound", "The specified bucket does not exist"].into_iter().any(has) {
            return Self::NoBucket(reason);
        }
        if has("169.254.169.254") || has("metadata.google.internal") {
            return Self::NoCredentials;
        }
        if let Some(problem) = Self::of_code(&reason, &text) {
            return problem;
        }
        match error {
            object_store::Error::Unauthenticated { .. } | object_store::Error::PermissionDenied { .. } => {
                Self::Refused(reason)
            }
            object_store::Error::NotFound { .. } => Self::Gone,
            object_store::Error::InvalidPath { .. } => Self::BadKey(reason),
            // Listings come back as `Generic`, whatever the status was.
            _ if has("status code: 401") || has("status code: 403") => Self::Refused(reason),
            _ if has("status code: 404") => Self::NoBucket(reason),
            _ if has("Permission denied") => Self::NotPermitted(reason),
            _ if has("Content-Length Header missing") => Self::Recoded("its length is not told".to_owned()),
            _ => match transport(error) {
                Some(kind) if has(TRIED) => Self::Unreachable(format!("{kind}, however often it was tried")),
                Some(kind) => Self::Unreachable(kind),
                None if has(TRIED) => Self::GaveUp(reason),
                None => Self::Other(reason),
            },
        }
    }
}

impl StoreProblem {
    /// What the code of an answer says by itself, whatever the status.
    fn of_code(code: &str, text: &str) -> Option<Self> {
        let problem = match code {
            NOT_IMPLEMENTED => Self::Unsupported,
            "InvalidObjectState" | "BlobArchived" | "BlobBeingRehydrated" => Self::Archived,
            "InvalidArgument" if text.contains("status code: 400") => Self::Invalid,
            _ if hint::is_of_setting(code) => Self::Refused,
            _ => return None,
        };
        Some(problem(code.to_owned()))
    }
}

const BROKE: &str = "the connection broke";

/// What `object_store` says of a request that it made again as often as it may.
const TRIED: &str = ", max_retries: ";

/// How the request itself failed, if it never had an answer.
fn transport(error: &object_store::Error) -> Option<String> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(http) = inner.downcast_ref::<HttpError>() {
            return match http.kind() {
                HttpErrorKind::Connect => Some("no connection".to_owned()),
                HttpErrorKind::Timeout => Some("timed out".to_owned()),
                HttpErrorKind::Interrupted | HttpErrorKind::Request => Some(BROKE.to_owned()),
                _ => http
                    .source()
                    .and_then(|source| source.downcast_ref::<CircuitOpen>())
                    .map(CircuitOpen::to_string),
            };
        }
        cause = inner.source();
    }
    None
}

/// What an answer says in short. Bodies of refusals repeat access key ids and signed requests, so only the code of
/// an XML body is kept, and no query of a URL.
fn reason(text: &str) -> String {
    let text = text.find(NO_ANSWER).map_or(text, |at| &text[at..]);
    if let Some((_, rest)) = text.split_once("<Code>")
        && let Some((code, _)) = rest.split_once("</Code>")
    {
        return code.chars().take(60).collect();
    }
    let plain = text.split('<').next().unwrap_or_default();
    let words = plain.split_whitespace().map(|word| word.split('?').next().unwrap_or_default());
    let mut short = String::new();
    for word in words {
        if short.len() + word.len() > 300 {
            short.push_str(" …");
            break;
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    short
}

/// Why an object could not be spooled into a file of this machine.
pub(super) fn spooling(error: &std::io::Error) -> StoreProblem {
    if is_full(error) {
        StoreProblem::Disk(format!("{error}, in `spill_dir`"))
    } else {
        StoreProblem::Other(error.to_string())
    }
}

/// Names the place of a failure.
pub(super) struct Place<'a> {
    pub store: &'a str,
    pub action: &'static str,
    pub key: &'a str,
}

impl Place<'_> {
    pub(super) fn fails(&self, problem: StoreProblem) -> StoreError {
        StoreError { store: self.store.to_owned(), action: self.action, key: self.key.to_owned(), problem }
    }

    pub(super) fn failed(&self, error: &object_store::Error) -> StoreError {
        self.fails(StoreProblem::of(error))
    }

    /// A file of this machine that an object is spooled into.
    pub(super) fn spool(&self, error: &std::io::Error) -> StoreError {
        self.fails(spooling(error))
    }

    pub(super) fn io(&self, error: &impl fmt::Display) -> StoreError {
        self.fails(StoreProblem::Other(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_code_of_a_refusal_is_kept() {
        let body = "Server returned non-2xx status code: 403 Forbidden: <?xml version=\"1.0\"?><Error><Code>SignatureDoesNotMatch\
                    </Code><AWSAccessKeyId>AKIASECRET</AWSAccessKeyId></Error>";
        let error = object_store::Error::Generic { store: "S3", source: body.into() };
        assert_eq!(StoreProblem::of(&error), StoreProblem::Refused("SignatureDoesNotMatch".into()));
    }

    #[test]
    fn a_folder_that_refuses_says_nothing_of_credentials() {
        for kind in [std::io::ErrorKind::PermissionDenied, std::io::ErrorKind::ReadOnlyFilesystem] {
            let problem = StoreProblem::from(std::io::Error::from(kind));
            let text = problem.to_string();
            assert!(text.contains("read-only") && !text.contains("credentials"), "{text}");
            assert!(problem.is_definite());
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_out_is_called_a_link() {
        let temp = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc", temp.path().join("out")).unwrap();
        let dir = cap_std::fs::Dir::open_ambient_dir(temp.path(), cap_std::ambient_authority()).unwrap();
        for path in ["out", "out/passwd"] {
            let problem = StoreProblem::from(dir.open(path).unwrap_err());
            assert_eq!(problem, StoreProblem::Link, "{path}");
            assert!(!problem.to_string().contains("credentials") && !problem.to_string().contains("owns it"));
            assert!(problem.is_of_object() && problem.is_definite());
        }
    }

    #[test]
    fn what_was_archived_is_told_whatever_the_status() {
        for (status, code) in [("403 Forbidden", "InvalidObjectState"), ("409 Conflict", "BlobArchived")] {
            let body =
                format!("Server returned non-2xx status code: {status}: <Error><Code>{code}</Code></Error>");
            let error = object_store::Error::AlreadyExists { path: "k".into(), source: body.into() };
            assert_eq!(StoreProblem::of(&error), StoreProblem::Archived(code.into()));
        }
    }

    #[test]
    fn a_query_string_is_never_repeated() {
        let error = object_store::Error::Generic {
            store: "Azure",
            source: "Error performing GET https://a.example/c?sig=SECRET in 3ms".into(),
        };
        assert!(!StoreProblem::of(&error).to_string().contains("SECRET"));
    }

    #[test]
    fn a_missing_bucket_is_told_from_a_missing_object() {
        let missing = |source: &str| object_store::Error::NotFound { path: "k".into(), source: source.into() };
        assert_eq!(
            StoreProblem::of(&missing("404: <Code>NoSuchBucket</Code>")),
            StoreProblem::NoBucket("NoSuchBucket".into())
        );
        assert_eq!(StoreProblem::of(&missing("404: <Code>NoSuchKey</Code>")), StoreProblem::Gone);
    }
}
