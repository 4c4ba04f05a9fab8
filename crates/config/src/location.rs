//! Where a store is: a folder or a bucket. A URL that carries a secret is refused and never repeated.

use std::path::{Component, Path, PathBuf};

use url::Url;

use super::cursor::Cursor;
use super::definition::StoreLocation;

const SCHEMES: [&str; 9] = ["s3", "s3a", "gs", "az", "azure", "adl", "abfs", "abfss", "https"];
const EXPECTED: &str = "`s3://bucket/prefix`, `gs://…`, `az://…`, `abfss://…`, `file:///folder` or a folder";
const SECRETS: &str = "secrets come from the environment or the cloud's credential chain";

/// Reads a location; `base` is the folder that relative folders start from.
pub(super) fn read(at: &Cursor<'_>, base: &Path) -> Option<StoreLocation> {
    let text = at.text("a place for a store", EXPECTED)?;
    if text.contains('\0') {
        return at.refuse("holds a NUL character");
    }
    match text.split_once(':') {
        Some((scheme, rest)) if rest.starts_with("//") => read_url(at, scheme, text),
        Some((scheme, _)) if SCHEMES.contains(&scheme) || scheme == "file" => {
            at.refuse(format!("`{scheme}:` without `//` is not a place for a store (expected {EXPECTED})"))
        }
        _ => read_folder(at, text, base),
    }
}

fn read_folder(at: &Cursor<'_>, text: &str, base: &Path) -> Option<StoreLocation> {
    if text.starts_with('~') || text.contains('$') {
        return at.refuse("`~` and `$` are not expanded (write the folder out)");
    }
    Some(StoreLocation::Folder(plain(&base.join(text))))
}

/// The URL's text appears in no message: whatever is wrong with it, it may hold a secret.
fn read_url(at: &Cursor<'_>, scheme: &str, text: &str) -> Option<StoreLocation> {
    let Ok(url) = Url::parse(text) else {
        return at.refuse(format!("not a URL (expected {EXPECTED})"));
    };
    let host = url.host_str().unwrap_or_default();
    // `abfss://container@account.dfs.core.windows.net`: there the user is the container.
    let may_name_container = matches!(url.scheme(), "az" | "abfs" | "abfss") && is_cloud_host(host);
    if url.password().is_some() || (!url.username().is_empty() && !may_name_container) {
        return at.refuse(format!("a store's URL holds no user or password ({SECRETS})"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return at.refuse(format!("a store's URL ends with its path, without `?` and `#` ({SECRETS})"));
    }
    if url.scheme() == "file" {
        let folder = url.to_file_path().ok().filter(|_| url.host_str().is_none_or(str::is_empty));
        return match folder {
            Some(folder) => Some(StoreLocation::Folder(plain(&folder))),
            None => at.refuse("not a folder of this machine (expected `file:///` and an absolute path)"),
        };
    }
    if !SCHEMES.contains(&url.scheme()) {
        return at.refuse(format!("`{scheme}://` is not a kind of store (expected {EXPECTED})"));
    }
    if host.is_empty() {
        return at.refuse(format!("a store's URL names a bucket, such as `{scheme}://bucket/prefix`"));
    }
    if url.scheme() == "https" && !is_cloud_host(host) {
        return at.refuse(
            "an `https://` store must be at amazonaws.com, r2.cloudflarestorage.com, core.windows.net or \
             fabric.microsoft.com (for another S3 server write `s3://bucket` and set AWS_ENDPOINT_URL)",
        );
    }
    Some(StoreLocation::Url(url))
}

/// As `object_store` recognizes them.
fn is_cloud_host(host: &str) -> bool {
    let domains = [
        "dfs.core.windows.net",
        "blob.core.windows.net",
        "dfs.fabric.microsoft.com",
        "blob.fabric.microsoft.com",
        "amazonaws.com",
        "r2.cloudflarestorage.com",
    ];
    domains.iter().any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')))
}

/// The path without `.` and, as far as names go, without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    if plain.as_os_str().is_empty() { PathBuf::from(".") } else { plain }
}

/// Whether `inner` is `outer` or lies inside it, as far as their names tell.
pub(super) fn lies_within(inner: &StoreLocation, outer: &StoreLocation) -> bool {
    match (inner, outer) {
        (StoreLocation::Folder(inner), StoreLocation::Folder(outer)) => {
            inner.starts_with(outer) || outer == Path::new(".") && inner.is_relative() && !inner.starts_with("..")
        }
        (StoreLocation::Url(inner), StoreLocation::Url(outer)) => {
            let bucket = |url: &Url| {
                let scheme = match url.scheme() {
                    "s3a" => "s3",
                    "azure" | "adl" | "abfs" | "abfss" => "az",
                    other => other,
                };
                (scheme.to_owned(), url.username().to_owned(), url.host_str().unwrap_or_default().to_lowercase())
            };
            let segments = |url: &Url| -> Vec<String> {
                url.path().split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
            };
            bucket(inner) == bucket(outer) && segments(inner).starts_with(&segments(outer))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn located(text: &str) -> (Option<StoreLocation>, Vec<String>) {
        testing::read(&format!("url: '{text}'"), |at| {
            read(&at.section("x", &["url"])?.required("url", "x")?, Path::new("team/live"))
        })
    }

    fn folder(path: &str) -> StoreLocation {
        StoreLocation::Folder(path.into())
    }

    #[test]
    fn folders_start_where_the_configuration_lies() {
        assert_eq!(located("archive").0, Some(folder("team/live/archive")));
        assert_eq!(located("./a/../archive/").0, Some(folder("team/live/archive")));
        assert_eq!(located("../archive").0, Some(folder("team/archive")));
        assert_eq!(located("/var/lib/x").0, Some(folder("/var/lib/x")));
        assert_eq!(located("file:///var/lib/a%20b").0, Some(folder("/var/lib/a b")));
    }

    #[test]
    fn buckets_are_kept_as_written() {
        let urls = [
            "s3://team-exports/live",
            "gs://bucket",
            "az://container/prefix",
            "abfss://container@account.dfs.core.windows.net/prefix",
            "https://account.blob.core.windows.net/container",
        ];
        for url in urls {
            assert_eq!(located(url), (Some(StoreLocation::Url(Url::parse(url).unwrap())), vec![]), "{url}");
        }
    }

    #[test]
    fn a_secret_in_a_url_is_refused_and_not_repeated() {
        let secrets = [
            "s3://AKIA:hunter2@bucket/x",
            "s3://hunter2@bucket/x",
            "abfss://c:hunter2@account.dfs.core.windows.net/x",
            "az://hunter2@bucket/x",
            "az://bucket/x?sig=hunter2",
            "s3://bucket/x#hunter2",
            "ftp://user:hunter2@host/x",
            "s3://hunter2:pw@[bad/x",
        ];
        for url in secrets {
            let (location, problems) = located(url);
            assert_eq!(location, None, "{url}");
            assert_eq!(problems.len(), 1, "{url}");
            assert!(!problems[0].contains("hunter2"), "{problems:?}");
        }
    }

    #[test]
    fn what_is_no_store_is_refused() {
        let table = [
            ("s3:bucket", "`s3:` without `//` is not a place for a store"),
            ("s4://bucket", "`s4://` is not a kind of store"),
            ("s3:///x", "a store's URL names a bucket"),
            ("http://bucket/x", "`http://` is not a kind of store"),
            ("https://example.com/x", "an `https://` store must be at"),
            ("https://evilamazonaws.com/x", "an `https://` store must be at"),
            ("file://host/x", "not a folder of this machine"),
            ("~/archive", "`~` and `$` are not expanded"),
            ("${HOME}/archive", "`~` and `$` are not expanded"),
        ];
        for (text, expected) in table {
            let (location, problems) = located(text);
            assert_eq!(location, None, "{text}");
            assert!(problems.concat().contains(expected), "{text}: {problems:?}");
        }
    }

    #[test]
    fn a_place_inside_another_is_recognized() {
        let at = |text: &str| located(text).0.unwrap();
        let table = [
            ("s3://b/live", "s3://b/live", true),
            ("s3a://B/live/x", "s3://b/live/", true),
            ("s3://b/live-archive", "s3://b/live", false),
            ("s3://c/live", "s3://b/live", false),
            ("exports/archive", "exports", true),
            ("exports-2", "exports", false),
            ("archive", ".", true),
            ("/x", "s3://x", false),
        ];
        for (inner, outer, expected) in table {
            assert_eq!(lies_within(&at(inner), &at(outer)), expected, "{inner} in {outer}");
        }
    }
}
