//! From a folder or a URL to a store.

use std::convert::identity;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::list::PaginatedListStore;
use object_store::path::Path as ObjectPath;
use object_store::{BackoffConfig, ClientConfigKey, ObjectStore, ObjectStoreScheme, RetryConfig};
use url::Url;

use super::bucket::{Bucket, Pages, Warned};
use super::error::Place;
use super::folder::{Disk, Folder};
use super::objects::Kind;
use super::throttle::Throttle;
use super::wire::Wire;
use super::{Store, StoreError, StoreProblem};

/// What to do about a folder that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMissing {
    /// Make it: an archive.
    Create,
    /// Say so: exports that nobody delivered.
    Refuse,
}

/// What a store may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// So many requests at a time.
    pub requests: usize,
    /// So many bytes of exports from a bucket in a second, over all threads.
    pub bytes_per_second: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { requests: 16, bytes_per_second: None }
    }
}

impl Store {
    /// A folder on this machine. What is put there is on the disk when the put returns.
    ///
    /// # Errors
    /// The folder is missing and not to be created, or cannot be.
    pub fn open_folder(folder: &Path, if_missing: IfMissing) -> Result<Self, StoreError> {
        let name = folder.display().to_string();
        let place = Place { store: &name, action: "open", key: "" };
        if if_missing == IfMissing::Create {
            std::fs::create_dir_all(folder).map_err(|error| place.fails(error.into()))?;
        }
        if !folder.is_dir() {
            return Err(place.fails(StoreProblem::MissingFolder));
        }
        let opened = Folder::open(folder, Disk::default()).map_err(|error| place.fails(error.into()))?;
        Ok(Self::new(Kind::Folder(Arc::new(opened)), &name, Limits::default().requests))
    }

    /// A folder whose disk fails as warned.
    #[cfg(any(test, feature = "testing"))]
    ///
    /// # Errors
    /// When the folder cannot be opened.
    pub fn open_failing_folder(folder: &Path, faults: Arc<super::DiskFaults>) -> std::io::Result<Self> {
        let opened = Folder::open(folder, Disk { faults: Some(faults) })?;
        Ok(Self::new(Kind::Folder(Arc::new(opened)), "failing", Limits::default().requests))
    }

    /// A store with nothing in it.
    #[must_use]
    pub fn nothing() -> Self {
        let inner = Arc::new(object_store::memory::InMemory::new());
        Self::new(Kind::Bucket(Bucket::over(inner, ObjectPath::default())), "nothing", 1)
    }

    /// A bucket or container with a prefix, by `s3://`, `gs://`, `az://` and their like. Credentials, endpoint and
    /// region come from the environment (`AWS_…`, `GOOGLE_…`, `AZURE_…`). Nothing is asked of the store yet.
    ///
    /// # Errors
    /// The URL names no known kind of store, holds a password, or the environment lacks what the backend needs.
    pub fn open_url(url: &Url, limits: &Limits) -> Result<Self, StoreError> {
        let name = name_of(url);
        let place = Place { store: &name, action: "open", key: "" };
        if url.password().is_some() {
            return Err(place.fails(StoreProblem::PasswordInUrl));
        }
        let (scheme, prefix) = ObjectStoreScheme::parse(url).map_err(|_| place.fails(StoreProblem::UnknownUrl))?;
        let inner = match scheme {
            ObjectStoreScheme::Local => {
                let folder = url.to_file_path().map_err(|()| place.fails(StoreProblem::UnknownUrl))?;
                return Self::open_folder(&folder, IfMissing::Refuse);
            }
            ObjectStoreScheme::AmazonS3 => s3(url, limits),
            ObjectStoreScheme::GoogleCloudStorage => gcs(url, limits),
            ObjectStoreScheme::MicrosoftAzure => azure(url, limits),
            _ => return Err(place.fails(StoreProblem::UnknownUrl)),
        };
        let Opened { inner, pages, wire } = inner.map_err(|error| match StoreProblem::of(&error) {
            StoreProblem::Other(reason) => place.fails(StoreProblem::Setup(reason)),
            problem => place.fails(problem),
        })?;
        let throttle = limits.bytes_per_second.map(Throttle::new).map(Arc::new);
        let (wire, pages, warned) = (Some(wire), Some(pages), Warned::default());
        let bucket = Bucket { inner, prefix, wire, throttle, pages, warned };
        Ok(Self::new(Kind::Bucket(bucket), &name, limits.requests))
    }
}

/// The URL without user, password and query.
fn name_of(url: &Url) -> String {
    let user = if matches!(url.scheme(), "az" | "azure" | "abfs" | "abfss" | "adl") && !url.username().is_empty() {
        format!("{}@", url.username())
    } else {
        String::new()
    };
    format!("{}://{user}{}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path().trim_end_matches('/'))
}

/// Gives up on a store that refuses after about 15 seconds, on one that does not answer after about a minute, and rides
/// out one that fails every third request: all of eleven tries would have to.
fn retry() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(4),
            base: 3.0,
        },
        max_retries: 10,
        retry_timeout: Duration::from_secs(45),
    }
}

/// How long an answer, and each part of it, may let wait. Short enough to be tried twice within a minute, and ten
/// times as long as a store that is merely slow takes.
const SILENCE: Duration = Duration::from_secs(30);

/// A client of a store, by what it is asked for.
struct Opened {
    inner: Arc<dyn ObjectStore>,
    pages: Pages,
    wire: Wire,
}

impl Opened {
    fn new<S: ObjectStore + PaginatedListStore>(client: S, wire: Wire, begins_behind: bool) -> Self {
        let client = Arc::new(client);
        Self { inner: Arc::clone(&client) as _, pages: Pages { inner: client, begins_behind }, wire }
    }
}

/// The default of 30 s is for the whole of a request, too short for a large export on a thin line; silence and
/// trickling are watched on the [`Wire`]. What the environment says otherwise stays.
macro_rules! with_patience {
    ($builder:expr, $default:expr, $key:path, $limits:expr, $of:expr) => {{
        let mut builder = $builder;
        let (timeout, silence) = ($key(ClientConfigKey::Timeout), $key(ClientConfigKey::ReadTimeout));
        if builder.get_config_value(&timeout) == $default.get_config_value(&timeout) {
            builder = builder.with_config(timeout, "1 day");
        }
        let silence = builder.get_config_value(&silence).and_then(|text| text.parse::<SignedDuration>().ok());
        let silence = silence.and_then(|silence| Duration::try_from(silence).ok()).unwrap_or(SILENCE);
        let wire = $of(Wire::new($limits.requests, silence));
        (builder.with_retry(retry()).with_http_connector(wire.clone()), wire)
    }};
}

fn s3(url: &Url, limits: &Limits) -> object_store::Result<Opened> {
    let builder = AmazonS3Builder::from_env().with_url(url.as_str());
    let default = AmazonS3Builder::new();
    let (builder, wire) = with_patience!(builder, default, AmazonS3ConfigKey::Client, limits, identity);
    Ok(Opened::new(builder.build()?, wire, true))
}

fn gcs(url: &Url, limits: &Limits) -> object_store::Result<Opened> {
    let builder = GoogleCloudStorageBuilder::from_env().with_url(url.as_str());
    let default = GoogleCloudStorageBuilder::new();
    let (builder, wire) = with_patience!(builder, default, GoogleConfigKey::Client, limits, Wire::of_google);
    Ok(Opened::new(builder.build()?, wire, true))
}

/// As `object_store` reads a setting that is on or off.
fn is_yes(value: &str) -> bool {
    ["1", "true", "on", "yes", "y"].contains(&value.to_ascii_lowercase().as_str())
}

fn azure(url: &Url, limits: &Limits) -> object_store::Result<Opened> {
    let builder = MicrosoftAzureBuilder::from_env().with_url(url.as_str());
    let is_azurite = builder.get_config_value(&AzureConfigKey::UseEmulator).is_some_and(|value| is_yes(&value));
    let default = MicrosoftAzureBuilder::new();
    let (builder, wire) = with_patience!(builder, default, AzureConfigKey::Client, limits, identity);
    Ok(Opened::new(builder.build()?, wire, !is_azurite))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(url: &str) -> StoreProblem {
        Store::open_url(&Url::parse(url).unwrap(), &Limits::default()).unwrap_err().problem
    }

    #[test]
    fn urls_that_are_no_store_are_refused_by_name() {
        assert_eq!(problem("ftp://host/x"), StoreProblem::UnknownUrl);
        assert_eq!(problem("https://example.com/x"), StoreProblem::UnknownUrl);
        assert_eq!(problem("s3://key:secret@bucket/x"), StoreProblem::PasswordInUrl);
    }

    #[test]
    fn names_hold_no_secret() {
        let name = |url: &str| name_of(&Url::parse(url).unwrap());
        assert_eq!(name("s3://key:secret@bucket/a/b/?sig=1"), "s3://bucket/a/b");
        assert_eq!(
            name("abfs://container@account.dfs.core.windows.net/a"),
            "abfs://container@account.dfs.core.windows.net/a"
        );
    }

    #[test]
    fn a_missing_folder_is_named_or_made() {
        let temp = tempfile::tempdir().unwrap();
        let missing = temp.path().join("not/here");
        let refused = Store::open_folder(&missing, IfMissing::Refuse).unwrap_err();
        assert_eq!(refused.problem, StoreProblem::MissingFolder);
        assert!(refused.to_string().contains("not/here"), "{refused}");
        Store::open_folder(&missing, IfMissing::Create).unwrap();
        assert!(missing.is_dir());
    }
}
