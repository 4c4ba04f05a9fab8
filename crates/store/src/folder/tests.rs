//! Links that lead out, and keys that would.

use std::fs;
use std::os::unix::fs::symlink;

use super::*;
use crate::{IfMissing, Store};

/// A folder with one object, and a secret beside the folder.
fn ground() -> (tempfile::TempDir, Store) {
    let temp = tempfile::tempdir().unwrap();
    let (inside, outside) = (temp.path().join("in"), temp.path().join("out"));
    fs::create_dir_all(inside.join("a")).unwrap();
    fs::create_dir(&outside).unwrap();
    fs::write(inside.join("a/file"), "open").unwrap();
    fs::write(outside.join("file"), "secret").unwrap();
    let store = Store::open_folder(&inside, IfMissing::Refuse).unwrap();
    (temp, store)
}

#[tokio::test]
async fn a_link_swapped_in_after_the_listing_is_not_followed() {
    for whole_folder in [false, true] {
        for target in ["../out", "absolute"] {
            let (temp, store) = ground();
            let listed = store.list("").await.unwrap();
            let (swapped, leads_to) = if whole_folder { ("in/a", "") } else { ("in/a/file", "file") };
            let swapped = temp.path().join(swapped);
            if whole_folder { fs::remove_dir_all(&swapped) } else { fs::remove_file(&swapped) }.unwrap();
            let up = if whole_folder { Path::new(target).to_owned() } else { Path::new("..").join(target) };
            let to = if target == "absolute" { temp.path().join("out") } else { up };
            symlink(to.join(leads_to), &swapped).unwrap();
            assert_eq!(fs::read_to_string(temp.path().join("in/a/file")).unwrap(), "secret", "the link leads out");

            let error = store.fetch(&listed[0], temp.path()).await.unwrap_err();
            assert_eq!(error.problem, StoreProblem::Link, "{error}");
            store.get("a/file").await.unwrap_err();
            let _ = store.put("a/file", "mine".into()).await;
            let _ = store.put_new("a/new", "mine".into()).await;
            let _ = store.delete("a/file").await;
            assert_eq!(fs::read_to_string(temp.path().join("out/file")).unwrap(), "secret");
            assert!(!temp.path().join("out/new").exists());
        }
    }
}

#[tokio::test]
async fn a_pipe_is_no_file_and_nobody_waits_for_it() {
    let (temp, store) = ground();
    let made = std::process::Command::new("mkfifo").arg(temp.path().join("in/a/pipe")).status();
    assert!(made.unwrap().success());
    assert_eq!(store.get("a/pipe").await.unwrap_err().problem, StoreProblem::NoFile);
    let listing = store.listing_after("a", "").await.unwrap();
    assert_eq!((listing.objects.len(), listing.no_files), (1, vec!["a/pipe".to_owned()]));
    assert_eq!(listing.links, <[&str; 0]>::default());
    store.put("a/pipe", "mine".into()).await.unwrap();
    assert_eq!(store.get("a/pipe").await.unwrap().unwrap(), "mine");
}

#[tokio::test]
async fn an_empty_folder_is_in_nobodys_way() {
    let (temp, store) = ground();
    fs::create_dir(temp.path().join("in/a/b")).unwrap();
    store.put("a/b", "mine".into()).await.unwrap();
    assert_eq!(store.get("a/b").await.unwrap().unwrap(), "mine");
    store.put("a", "mine".into()).await.unwrap_err();
    assert_eq!(store.list("a").await.unwrap().len(), 2);
}

#[tokio::test]
async fn keys_that_lead_out_are_no_keys() {
    let (temp, store) = ground();
    for key in ["../out/file", "a/../../out/file", "a/./file", "a//file", "", "a\0b/../file"] {
        let put = store.put(key, "mine".into()).await;
        assert!(put.is_err(), "{key:?}");
    }
    let absolute = temp.path().join("out/file");
    store.get(absolute.to_str().unwrap()).await.expect_err("a key starts in the folder");
    for key in ["%2e%2e/x", "..\\x", "x\u{202e}y", "...", "name with spaces"] {
        store.put(key, "mine".into()).await.unwrap();
        assert_eq!(store.get(key).await.unwrap().unwrap(), "mine", "{key:?}");
    }
    store.put(&"x".repeat(300), "mine".into()).await.unwrap_err();
    store.put("file#1", "mine".into()).await.unwrap_err();
    let outside: Vec<_> = fs::read_dir(temp.path().join("out")).unwrap().collect();
    assert_eq!(outside.len(), 1);
    assert_eq!(fs::read_to_string(temp.path().join("out/file")).unwrap(), "secret");
}
