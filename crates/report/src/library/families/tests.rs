//! Families of pictures that are made of random bits, of which some are turned.

#![expect(clippy::single_match_else, reason = "the macro of a property is no expression")]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{FamilyOfCover, FamilySource, HashedCover, families};
use coverledger_core::model::{PictureHash, PictureHashes};

const LINK: u32 = 20;
const PROPOSE: u32 = 31;

/// A cover with what is declared of it, and its picture.
type Made = (String, Option<String>, Option<PictureHashes>);

/// Random bits: two of different seeds differ in half of them.
fn bits(seed: u64) -> [u8; 18] {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x1234_5678);
    std::array::from_fn(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    })
}

/// Those with these bits turned.
fn turned(mut bits: [u8; 18], turned: std::ops::Range<usize>) -> [u8; 18] {
    turned.for_each(|bit| bits[bit / 8] ^= 1 << (bit % 8));
    bits
}

fn hash(bits: [u8; 18]) -> PictureHash {
    PictureHash::new(bits, bits.map(|byte| !byte))
}

/// A picture without a border.
fn picture(whole: [u8; 18], [centre, heart, mirrored]: [u64; 3]) -> PictureHashes {
    let of = |seed| hash(bits(seed));
    let whole = hash(whole);
    PictureHashes { whole, trimmed: whole, centre: of(centre), heart: of(heart), mirrored: of(mirrored) }
}

/// Of the picture of this number, a version in which these bits are turned.
fn version(number: u64, bits_turned: std::ops::Range<usize>) -> PictureHashes {
    let seed = 1_000 * number;
    let turned = |seed| hash(turned(bits(seed), bits_turned.clone()));
    let [whole, centre, heart, mirrored] = [seed, seed + 1, seed + 2, seed + 3].map(turned);
    PictureHashes { whole, trimmed: whole, centre, heart, mirrored }
}

fn cover(id: &str, declared: Option<&str>, hashes: PictureHashes) -> Made {
    (id.to_owned(), declared.map(ToOwned::to_owned), Some(hashes))
}

fn found(covers: &[Made]) -> BTreeMap<&str, FamilyOfCover> {
    let hashed: Vec<HashedCover<'_>> = covers
        .iter()
        .map(|(id, declared, hashes)| HashedCover {
            cover_id: id,
            declared: declared.as_deref(),
            hashes: hashes.as_ref(),
        })
        .collect();
    let found = families(&hashed, LINK, PROPOSE);
    covers.iter().map(|(id, ..)| id.as_str()).zip(found).collect()
}

fn family<'f>(found: &'f BTreeMap<&str, FamilyOfCover>, id: &str) -> (Option<&'f str>, Option<FamilySource>) {
    (found[id].family.as_deref(), found[id].source)
}

#[test]
fn versions_of_a_picture_are_a_family_named_by_the_first_of_them() {
    let covers = [
        cover("dress_us", None, version(1, 0..0)),
        cover("dress_id", None, version(1, 0..12)),
        cover("dress_again", None, version(1, 0..0)),
        cover("shoe", None, version(2, 0..0)),
    ];
    let found = found(&covers);
    for id in ["dress_us", "dress_id", "dress_again"] {
        assert_eq!(family(&found, id), (Some("dress_again"), Some(FamilySource::Linked)));
        assert_eq!((&found[id].proposed, &found[id].contradiction), (&Vec::new(), &None));
    }
    assert_eq!(found["shoe"], FamilyOfCover::default());
}

#[test]
fn what_may_be_a_version_is_proposed_and_not_linked() {
    let covers = [cover("a", None, version(1, 0..0)), cover("b", None, version(1, 0..21))];
    let found = found(&covers);
    assert_eq!((family(&found, "a"), family(&found, "b")), ((None, None), (None, None)));
    assert_eq!((found["a"].proposed.join(" "), found["b"].proposed.join(" ")), ("b".into(), "a".into()));
}

#[test]
fn a_declared_family_rules_whatever_its_pictures_look_like() {
    let covers = [
        cover("a", Some("dress"), version(1, 0..0)),
        cover("b", Some("dress"), version(2, 0..0)),
        (String::from("c"), Some(String::from("dress")), None),
        cover("d", None, version(2, 3..9)),
    ];
    let found = found(&covers);
    for id in ["a", "b", "c"] {
        assert_eq!(family(&found, id), (Some("dress"), Some(FamilySource::Declared)));
        assert_eq!(found[id].contradiction, None);
    }
    assert_eq!(family(&found, "d"), (Some("dress"), Some(FamilySource::Linked)));
}

#[test]
fn one_picture_that_is_declared_in_two_families_is_told() {
    let covers = [cover("a", Some("dress"), version(1, 0..0)), cover("b", Some("shoe"), version(1, 0..3))];
    let found = found(&covers);
    assert_eq!(
        (family(&found, "a").0, family(&found, "b").0, found["a"].proposed.len()),
        (Some("dress"), Some("shoe"), 0)
    );
    let told = found["a"].contradiction.as_ref().unwrap();
    assert_eq!(
        told.en,
        "Declared in the family `dress`, but its picture is a version of `b` in `shoe` (3 of 144 bits differ). What is \
         declared holds."
    );
    assert_eq!(
        told.zh,
        "申报属于系列 `dress`，但图片与系列 `shoe` 的 `b` 是同一画面（144 位中相差 3 位）。以申报为准。"
    );
    assert!(found["b"].contradiction.is_some());
}

#[test]
fn what_bridges_two_declared_families_counts_to_the_liker_and_is_told() {
    let covers = [
        cover("a", Some("dress"), version(1, 0..0)),
        cover("b", Some("shoe"), version(1, 0..30)),
        cover("between", None, version(1, 0..14)),
    ];
    let found = found(&covers);
    assert_eq!(family(&found, "between"), (Some("dress"), Some(FamilySource::Linked)));
    let told = found["between"].contradiction.as_ref().unwrap();
    assert_eq!(
        told.en,
        "Its picture is a version of covers in two declared families: it counts to `dress`, but is like `b` in `shoe` as \
         well (16 of 144 bits differ). What is declared holds."
    );
    assert!(told.zh.contains("计入 `dress`") && told.zh.contains("系列 `shoe` 的 `b`"), "{}", told.zh);
    assert_eq!(found["a"].contradiction, None);
}

#[test]
fn links_do_not_chain_pictures_that_have_nothing_in_common() {
    // Each is like the next; the first and the last are as unlike as two pictures are.
    let names: Vec<String> = (0..8).map(|step| format!("step{step}")).collect();
    let covers: Vec<Made> =
        names.iter().zip(0..).map(|(name, step)| cover(name, None, version(1, 0..18 * step))).collect();
    let found = found(&covers);
    let of = |step: usize| found[names[step].as_str()].family.clone();
    assert!(of(0).is_some() && of(0) != of(7) && of(0) != of(4), "{found:?}");
    // What was refused is proposed.
    assert!(
        (1..8).any(
            |step| of(step) != of(step - 1) && found[names[step].as_str()].proposed.contains(&names[step - 1])
        )
    );
}

#[test]
fn pictures_without_features_are_like_nothing() {
    let blank = PictureHash::new([0; 18], [0; 18]);
    let blank = PictureHashes { whole: blank, trimmed: blank, centre: blank, heart: blank, mirrored: blank };
    let covers = [
        cover("white", None, blank),
        cover("white_too", None, blank),
        cover("black", Some("night"), blank),
        (String::from("none"), None, None),
    ];
    let found = found(&covers);
    assert_eq!(family(&found, "black"), (Some("night"), Some(FamilySource::Declared)));
    for id in ["white", "white_too", "none"] {
        assert_eq!(found[id], FamilyOfCover::default());
    }
}

#[test]
fn a_crop_a_border_and_a_mirror_image_are_known() {
    let original = picture(bits(1), [2, 3, 4]);
    let cropped = picture(turned(bits(3), 0..9), [50, 51, 52]);
    let mirrored = picture(turned(bits(4), 0..9), [60, 61, 62]);
    let bordered = PictureHashes { whole: hash(bits(70)), ..original };
    let names = ["bordered", "cropped", "mirrored", "original"];
    let covers: Vec<Made> = names
        .iter()
        .zip([bordered, cropped, mirrored, original])
        .map(|(id, hashes)| cover(id, None, hashes))
        .collect();
    let found = found(&covers);
    assert!(names.iter().all(|id| family(&found, id).0 == Some("bordered")), "{found:?}");
}

#[test]
fn a_linked_family_is_not_named_as_a_declared_one_is() {
    let covers = [
        cover("dress", None, version(1, 0..0)),
        cover("e", None, version(1, 0..2)),
        cover("f", Some("dress"), version(2, 0..0)),
        cover("g", Some("e"), version(3, 0..0)),
    ];
    let found = found(&covers);
    assert_eq!(family(&found, "dress"), (Some("dress (linked)"), Some(FamilySource::Linked)));
    assert_eq!(family(&found, "f"), (Some("dress"), Some(FamilySource::Declared)));
}

#[test]
fn of_a_crowd_of_look_alikes_only_the_likest_are_proposed() {
    let mut covers = vec![cover("one", Some("f"), version(1, 0..0))];
    covers.extend((0..20).map(|number| cover(&format!("like{number:02}"), None, version(1, number..number + 26))));
    let found = found(&covers);
    assert_eq!(found["one"].proposed.len(), super::MOST_PROPOSED);
}

fn any_cover() -> impl Strategy<Value = (Option<u8>, u64, usize, usize)> {
    (prop::option::weighted(0.3, 0_u8..3), 0_u64..4, 0_usize..100, 0_usize..24)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn families_do_not_depend_on_the_order_of_covers_and_hold_what_they_say(
        drawn in prop::collection::vec(any_cover(), 1..24), turn in any::<prop::sample::Index>(),
    ) {
        let covers: Vec<Made> = drawn
            .iter()
            .enumerate()
            .map(|(number, (declared, of, from, count))| {
                let declared = declared.map(|family| format!("f{family}"));
                cover(&format!("c{number:02}"), declared.as_deref(), version(*of, *from..from + count))
            })
            .collect();
        let mut other_way = covers.clone();
        other_way.reverse();
        other_way.rotate_left(turn.index(covers.len()));
        let found = found(&covers);
        prop_assert_eq!(&found, &self::found(&other_way));
        for (id, declared, _) in &covers {
            let FamilyOfCover { family, source, proposed, .. } = &found[id.as_str()];
            match declared {
                Some(declared) => prop_assert_eq!((family.as_ref(), *source), (Some(declared), Some(FamilySource::Declared))),
                None => prop_assert_eq!(family.is_some(), *source == Some(FamilySource::Linked)),
            }
            let sisters = found.values().filter(|other| other.family.is_some() && other.family == *family).count();
            prop_assert!(family.is_none() || declared.is_some() || sisters > 1);
            for other in proposed {
                prop_assert!(other != id && (family.is_none() || found[other.as_str()].family != *family));
            }
        }
    }
}
