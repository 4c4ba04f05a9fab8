//! Which covers worked, and what is unlike them.

#![expect(clippy::large_types_passed_by_value, reason = "a row is written down as it is read")]

use super::*;
use crate::library::ShelvedCover;
use coverledger_core::model::{MarketId, PlatformId};

/// Numbers that look drawn, between 0 and 1.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 33).unwrap()) / f64::from(1_u32 << 31)
    }

    /// A picture whose measures are drawn about a centre.
    fn looks(&mut self, centre: f64) -> Looks {
        let mut looks = Looks::default();
        for look in Look::ALL.into_iter().take(12) {
            looks.set(look, Some(centre + self.next() + self.next() + self.next()));
        }
        looks
    }
}

fn row(cover: &str, shrunken: f64, low: f64) -> HistoryRow {
    HistoryRow {
        platform: PlatformId::new("p"),
        market: MarketId::new("SA"),
        cover: cover.to_owned(),
        last_aired: None,
        conventions: [None, None],
        rates: [Some((shrunken, low)), None],
    }
}

fn shelved(looks: Looks, family: Option<&str>) -> ShelvedCover {
    ShelvedCover { family: family.map(str::to_owned), looks: Some(looks), ..ShelvedCover::default() }
}

/// So many covers that worked, `good0` …, as many that did not, and their pictures about a centre of zero.
fn place(good: usize, numbers: &mut Numbers) -> (Vec<HistoryRow>, Shelf) {
    let (mut rows, mut shelf) = (Vec::new(), Shelf::default());
    for number in 0..good {
        for (name, shrunken, low) in [("good", 0.05, 0.04), ("bad", 0.01, 0.005)] {
            let name = format!("{name}{number}");
            rows.push(row(&name, shrunken, low));
            shelf.covers.insert(name, shelved(numbers.looks(0.0), None));
        }
    }
    (rows, shelf)
}

#[test]
fn a_cover_worked_if_its_lower_bound_lies_above_the_median() {
    let rows = [row("a", 0.05, 0.031), row("b", 0.03, 0.02), row("c", 0.04, 0.029), row("d", 0.01, 0.001)];
    let mut numbers = Numbers(1);
    let mut shelf = Shelf::default();
    for cover in ["a", "b", "c", "d"] {
        shelf.covers.insert(cover.to_owned(), shelved(numbers.looks(0.0), None));
    }
    let rows: Vec<&HistoryRow> = rows.iter().collect();
    // The median of 0.01, 0.03, 0.04 and 0.05 is 0.035.
    assert!(Proven::new(&rows, &shelf).is_empty());
    let rows = [row("a", 0.05, 0.031), row("b", 0.03, 0.02), row("c", 0.03, 0.029), row("d", 0.01, 0.001)];
    let rows: Vec<&HistoryRow> = rows.iter().collect();
    assert_eq!(Proven::new(&rows, &shelf).len(), 1, "only `a` is above 0.03");
    shelf.covers.clear();
    assert!(Proven::new(&rows, &shelf).is_empty(), "what has no picture proves nothing");
}

#[test]
fn covers_are_ranked_by_what_all_are_counted_by_now() {
    let mut numbers = Numbers(6);
    let mut shelf = Shelf::default();
    for cover in ["a", "b", "c", "d"] {
        shelf.covers.insert(cover.to_owned(), shelved(numbers.looks(0.0), None));
    }
    let day = |day| Some(jiff::civil::date(2026, 11, day));
    let old = ["viewers", "cover_tap"].map(|word| Some(word.to_owned()));
    let entrants = |cover: &str, rate: f64| HistoryRow {
        rates: [None, Some((rate, rate))],
        last_aired: day(9),
        ..row(cover, 0.0, 0.0)
    };
    let before = HistoryRow { conventions: old, last_aired: day(2), ..entrants("d", 0.9) };
    let rows = [entrants("a", 0.05), entrants("b", 0.03), entrants("c", 0.01), before];
    let places = Proven::by_place(&rows, &shelf);
    let ids: Vec<&str> = places.values().flat_map(|proven| &proven.covers).map(|cover| cover.id).collect();
    assert_eq!(ids, ["a"], "`d` was counted otherwise");
}

#[test]
fn versions_of_one_picture_count_once_by_the_best_of_them() {
    let mut numbers = Numbers(2);
    let (mut rows, mut shelf) = place(9, &mut numbers);
    for cover in ["good0", "good1", "good2"] {
        shelf.covers.get_mut(cover).unwrap().family = Some("f".to_owned());
    }
    rows.iter_mut().find(|row| row.cover == "good1").unwrap().rates = [Some((0.05, 0.045)), None];
    let rows: Vec<&HistoryRow> = rows.iter().collect();
    let proven = Proven::new(&rows, &shelf);
    assert_eq!(proven.len(), 7);
    assert!(proven.covers.iter().any(|cover| cover.id == "good1"));
    assert!(!proven.covers.iter().any(|cover| cover.id == "good0"));
}

#[test]
fn a_picture_far_from_all_is_unlike_and_one_among_them_is_not() {
    let mut numbers = Numbers(3);
    let (rows, shelf) = place(12, &mut numbers);
    let rows: Vec<&HistoryRow> = rows.iter().collect();
    let proven = Proven::new(&rows, &shelf);
    let far = proven.likeness(&numbers.looks(9.0), None, &shelf);
    assert_eq!((far.is_unlike, far.proven, far.nearest.len()), (Some(true), 12, 3));
    assert!(
        far.en.contains("Unlike every one of the 12 covers") && far.en.contains("not randomized"),
        "{}",
        far.en
    );
    assert!(far.zh.contains("都不像") && far.zh.contains("未随机分配"), "{}", far.zh);
    let near = proven.likeness(&numbers.looks(0.0), None, &shelf);
    assert_eq!(near.is_unlike, Some(false), "{}", near.en);
    let own = proven.likeness(&shelf.covers["good0"].looks.unwrap(), Some("good0"), &shelf);
    assert!(own.is_unlike == Some(false) && own.proven == 11 && !own.nearest.contains(&"good0".to_owned()));
    assert!(own.en.contains("is among the covers that worked"), "{}", own.en);
}

#[test]
fn with_few_covers_or_few_measures_there_is_too_little_to_say() {
    let mut numbers = Numbers(4);
    let (rows, shelf) = place(ENOUGH_PROVEN - 1, &mut numbers);
    let rows: Vec<&HistoryRow> = rows.iter().collect();
    let proven = Proven::new(&rows, &shelf);
    let far = proven.likeness(&numbers.looks(9.0), None, &shelf);
    assert_eq!((far.is_unlike, far.p, far.nearest.len()), (None, None, 3));
    assert!(far.en.starts_with("Too few to say: 8 other covers worked there, and it takes 9."), "{}", far.en);
    let unseen = proven.likeness(&Looks::default(), None, &shelf);
    assert_eq!((unseen.is_unlike, unseen.distance), (None, None));
    assert!(unseen.en.starts_with("Not comparable"), "{}", unseen.en);
    let none = Proven::default().likeness(&numbers.looks(0.0), None, &shelf);
    assert!(none.en.contains("no measured cover is proven"), "{}", none.en);
}

#[test]
fn one_of_them_is_called_unlike_one_time_in_ten_at_most() {
    let mut unlike = 0;
    let mut missed = 0;
    let seeds = 400;
    for seed in 0..seeds {
        let mut numbers = Numbers(seed * 7919 + 5);
        let (rows, shelf) = place(ENOUGH_PROVEN + usize::try_from(seed % 12).unwrap(), &mut numbers);
        let rows: Vec<&HistoryRow> = rows.iter().collect();
        let proven = Proven::new(&rows, &shelf);
        let one_more = proven.likeness(&numbers.looks(0.0), None, &shelf);
        unlike += u32::from(one_more.is_unlike == Some(true));
        let another = proven.likeness(&numbers.looks(3.0), None, &shelf);
        missed += u32::from(another.is_unlike != Some(true));
    }
    // 40 expected at most; three standard deviations above that are 58.
    assert!((10..=58).contains(&unlike), "{unlike} of {seeds}");
    assert!(missed <= 4, "{missed} of {seeds}");
}
