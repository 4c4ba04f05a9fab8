//! Covers of a market by hand.

mod beside;

use proptest::prelude::*;

use polars::prelude::DataFrame;

use crate::decisions::diagnosis::judged;
use crate::decisions::on_air::on_air;
use crate::evidence::Evidence;
use crate::returning::CoverRevisits;
use crate::testing::{Scene, context, number, row_of, text, wavering};
use coverledger_core::model::{Count, columns as c};

fn clicks(impressions: u64, clicks: u64) -> [(Count, u64); 2] {
    [(Count::Impressions, impressions), (Count::Clicks, clicks)]
}

fn cover(evidence: &Evidence) -> DataFrame {
    let context = context(evidence);
    let covers = super::covers(&context, &judged(&context, 0.9, &CoverRevisits::default()));
    covers.table(&context, on_air(context.evidence)).unwrap()
}

fn close(one: Option<f64>, other: f64) {
    assert!(one.is_some_and(|one| (one - other).abs() < 1e-12), "{one:?} {other}");
}

#[test]
fn three_impressions_and_one_click_never_stand_above_what_is_proven() {
    for others in [0, 1, 12] {
        for proven in [300, 600, 1500] {
            let mut scene = Scene::default();
            scene.shown(0, ["prime", "all", "b0", "lucky"], &clicks(3, 1));
            scene.shown(0, ["prime", "all", "b1", "proven"], &clicks(30_000, proven));
            for other in 0..others {
                scene.shown(0, ["prime", "all", "b2", &format!("x{other}")], &clicks(20_000, 200 + 10 * other));
            }
            let evidence = scene.evidence();
            let table = cover(&evidence);
            let lucky = row_of(&table, c::COVER_ID, "lucky");
            assert_eq!(lucky, table.height() - 1, "rows are in the order of ranks");
            assert!(text(&table, c::NOTE, lucky).contains("Seen too little to be ranked"));
            // A third of three is shrunken to what covers here are like.
            assert!(number(&table, &c::shrunken(c::CTR), lucky).unwrap() < 0.26);
            close(number(&table, c::CTR, lucky), 1.0 / 3.0);
        }
    }
}

/// Cover `a` is worse than `b` in both slots, and was shown where viewers click more. Never together.
fn simpson(broadcasts: u64) -> Scene {
    let mut scene = Scene::default();
    for broadcast in 0..broadcasts {
        for (number, (slot, cover, impressions, clicked)) in [
            ("prime", "a", 9_000, 810),
            ("night", "a", 1_000, 15),
            ("prime", "b", 1_000, 110),
            ("night", "b", 9_000, 225),
        ]
        .into_iter()
        .enumerate()
        {
            let clicked = if broadcasts > 1 { wavering(broadcast, clicked) } else { clicked };
            scene.shown(0, [slot, "all", &format!("b{number}.{broadcast}"), cover], &clicks(impressions, clicked));
        }
    }
    scene
}

#[test]
fn covers_that_were_never_together_are_ranked_on_one_mix_and_a_sure_reversal_is_told_in_words() {
    let evidence = simpson(10).evidence();
    let table = cover(&evidence);
    let (a, b) = (row_of(&table, c::COVER_ID, "a"), row_of(&table, c::COVER_ID, "b"));
    assert_eq!((number(&table, c::RANK, b), number(&table, c::RANK, a)), (Some(1.0), Some(2.0)));
    close(number(&table, c::CTR, a), 0.0825);
    close(number(&table, c::CTR, b), 0.0335);
    // Half of the market's impressions are in each slot.
    close(number(&table, &c::standardized(c::CTR), a), 0.0525);
    close(number(&table, &c::standardized(c::CTR), b), 0.0675);
    close(number(&table, c::MIX_COVERED, a), 1.0);
    let note = text(&table, c::NOTE, a);
    assert!(
        note.contains(
            "Its ctr of 8.25 % lies above the market's 5.80 % only because of where it was shown: on the market's mix \
             of slots and audiences it is 5.25 %."
        ),
        "{note}"
    );
    assert!(text(&table, c::NOTE, b).contains("lies below the market's 5.80 % only because"));
    assert_eq!(text(&table, c::RANKED_BY, a), "ctr_standardized");
    // Of one broadcast each that is no more than chance.
    let evidence = simpson(1).evidence();
    let table = cover(&evidence);
    assert!(!text(&table, c::NOTE, 0).contains("only because"), "{}", text(&table, c::NOTE, 0));
}

#[test]
fn cells_that_a_cover_never_met_are_filled_by_its_ratio_to_the_market() {
    let mut scene = simpson(1);
    // Half again as good as the 1,030 ÷ 11,000 of the market's prime time, and never seen at night.
    scene.shown(0, ["prime", "all", "b5", "c"], &clicks(1_000, 110));
    let evidence = scene.evidence();
    let table = cover(&evidence);
    let row = row_of(&table, c::COVER_ID, "c");
    let (prime, night) = (1_030.0 / 11_000.0, 240.0 / 10_000.0);
    let ratio = 0.11 / prime;
    close(number(&table, &c::standardized(c::CTR), row), (11.0 * 0.11 + 10.0 * ratio * night) / 21.0);
    close(number(&table, c::MIX_COVERED, row), 11.0 / 21.0);
}

#[test]
fn an_interval_needs_eight_broadcasts() {
    for (broadcasts, basis) in [(7, "too_few_broadcasts"), (8, "broadcasts")] {
        let mut scene = Scene::default();
        for broadcast in 0..broadcasts {
            let names = ["prime", "all", &format!("b{broadcast}"), "a"];
            scene.shown(0, names, &clicks(1_000, wavering(broadcast, 30)));
        }
        let evidence = scene.evidence();
        let table = cover(&evidence);
        let (rate, low, high) = (
            number(&table, c::CTR, 0).unwrap(),
            number(&table, &c::low(c::CTR), 0),
            number(&table, &c::high(c::CTR), 0),
        );
        assert_eq!(text(&table, c::INTERVAL_BASIS, 0), basis);
        assert_eq!(low.is_some(), broadcasts == 8);
        assert!(low.is_none_or(|low| low < rate) && high.is_none_or(|high| rate < high));
        let note = text(&table, c::NOTE, 0);
        assert!(note.contains("never on air together with another cover"), "{note}");
        assert!(number(&table, &c::low(&c::shrunken(c::CTR)), 0).is_some());
    }
}

#[test]
fn the_interval_is_by_broadcast_and_not_by_impression() {
    let interval = |of: fn(u64) -> u64| {
        let mut scene = Scene::default();
        for broadcast in 0..10 {
            let names = ["prime", "all", &format!("b{broadcast}"), "a"];
            scene.shown(0, names, &clicks(100_000, of(broadcast)));
        }
        let evidence = scene.evidence();
        let table = cover(&evidence);
        number(&table, &c::high(c::CTR), 0).unwrap() - number(&table, &c::low(c::CTR), 0).unwrap()
    };
    // Both have three clicks in a hundred of a million impressions.
    let alike = interval(|_| 3_000);
    let different = interval(|broadcast| if broadcast % 2 == 0 { 1_000 } else { 5_000 });
    assert!(alike < 1e-6 && different > 0.02, "{alike} {different}");
}

#[test]
fn contaminated_rows_are_counted_and_left_out() {
    let mut scene = Scene::default();
    scene.shown(0, ["prime", "all", "b1", "a"], &clicks(1_000, 20));
    scene.row(0, ["prime", "all", "b1", "a"], true, &clicks(1_000, 900));
    scene.row(1, ["prime", "all", "b1", "z"], true, &clicks(1_000, 900));
    let evidence = scene.evidence();
    let table = cover(&evidence);
    close(number(&table, c::CTR, 0), 0.02);
    assert_eq!(number(&table, c::CONTAMINATED_ROWS, 0), Some(1.0));
    let z = row_of(&table, c::COVER_ID, "z");
    assert_eq!((number(&table, c::CTR, z), number(&table, c::RANK, z)), (None, None));
    assert_eq!(number(&table, Count::Impressions.word(), z), None);
    assert!(text(&table, c::NOTE, z).contains("Every row of it is contaminated"));
}

#[test]
fn what_a_platform_does_not_offer_is_null_and_covers_without_a_rate_have_no_rank() {
    let mut scene = Scene::default();
    scene.shown(0, ["prime", "all", "b1", "a"], &[(Count::Entries, 50), (Count::Stays, 20)]);
    scene.shown(0, ["prime", "all", "b2", "b"], &[(Count::Entries, 50), (Count::Stays, 30)]);
    let evidence = scene.evidence();
    let table = cover(&evidence);
    for column in [c::RANK, c::CTR, c::EFFECTIVE_CTR, c::PROVEN_RATE, c::MIX_COVERED, Count::Impressions.word()] {
        assert_eq!(number(&table, column, 0), None, "{column}");
    }
    assert_eq!((text(&table, c::COVER_ID, 0), text(&table, c::RANKED_BY, 0)), ("a".to_owned(), String::new()));
    close(number(&table, c::STAY_RATE, 1), 0.6);
}

#[test]
fn entrants_are_what_covers_are_ranked_by_where_they_are_known() {
    let counts =
        |clicks, entrants| [(Count::Impressions, 10_000), (Count::Clicks, clicks), (Count::Entrants, entrants)];
    let mut scene = Scene::default();
    scene.shown(0, ["prime", "all", "b1", "a"], &counts(500, 100));
    scene.shown(0, ["prime", "all", "b2", "b"], &counts(200, 180));
    let evidence = scene.evidence();
    let table = cover(&evidence);
    assert_eq!(
        (text(&table, c::COVER_ID, 0), text(&table, c::RANKED_BY, 0)),
        ("b".into(), "effective_ctr_standardized".into())
    );
}

proptest! {
    #[test]
    fn ranks_do_not_depend_on_names_or_on_the_order_of_covers(
        covers in prop::collection::vec((1_u64..200_000, 1_u64..40), 2..7),
        turned in 0_usize..7,
    ) {
        let ranks = |name: &dyn Fn(usize) -> String| {
            let mut scene = Scene::default();
            for (number, (impressions, of_1000)) in covers.iter().enumerate() {
                let names = ["prime", "all", &format!("b{number}"), &name(number)];
                scene.shown(0, names, &clicks(*impressions, impressions * of_1000 / 1000));
            }
            let evidence = scene.evidence();
            let table = cover(&evidence);
            (0..covers.len())
                .map(|number| number_and_proof(&table, &name(number)))
                .collect::<Vec<_>>()
        };
        let straight = ranks(&|number| format!("c{number}"));
        let turned = ranks(&|number| format!("c{}", (number + turned) % covers.len()));
        // Covers of one and the same proven rate are told apart by name alone.
        let is_tied = straight.iter().enumerate().any(|(one, its)| straight[..one].iter().any(|other| (other.1 - its.1).abs() < 1e-9));
        prop_assume!(!is_tied);
        prop_assert_eq!(straight.iter().map(|of| of.0).collect::<Vec<_>>(), turned.iter().map(|of| of.0).collect::<Vec<_>>());
    }
}

fn number_and_proof(table: &polars::prelude::DataFrame, name: &str) -> (Option<u64>, f64) {
    let row = row_of(table, c::COVER_ID, name);
    let rank: Option<u64> = table.column(c::RANK).unwrap().get(row).unwrap().extract();
    (rank, number(table, c::PROVEN_RATE, row).unwrap())
}
