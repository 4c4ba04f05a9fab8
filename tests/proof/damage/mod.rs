//! An archive that was damaged at random: nothing sound is lost, nothing panics, and each damage is named by its object.
//!
//! What an archive holds and what stands on what is written apart, in `truth.rs`; `harm.rs` is the table of what is
//! done to which kind of object. A thousand cases instead of a few dozen: `COVERLEDGER_DAMAGE=1000`; one of them again:
//! `COVERLEDGER_DAMAGE_SEED=…`, or all of some kinds: `COVERLEDGER_DAMAGE_ONLY=Receipt,-Pipe`.

mod deed;
mod forge;
mod ground;
mod harm;
mod place;
mod trial;
mod truth;

use std::collections::BTreeMap;
use std::env;

use crate::chance::Chance;
use crate::trouble::at_once;

use deed::Case;
use ground::Ground;
use harm::Harm;
use place::Place;
use trial::{Planted, Trial};

/// Cases by default.
const FEW: u64 = 40;

/// Between two seeds that follow each other: any stretch of them is spread over the table.
const STRIDE: u64 = 97;

fn pair(table: &[(Place, Harm)], seed: u64) -> (Place, Harm) {
    table[usize::try_from(seed * STRIDE % table.len() as u64).unwrap()]
}

fn case(ground: &Ground, table: &[(Place, Harm)], seed: u64) -> Case {
    let (place, harm) = pair(table, seed);
    let keys = place.keys(ground);
    assert!(!keys.is_empty(), "the archive holds no {place:?}");
    let key = keys[usize::try_from(Chance(seed).below(keys.len() as u64)).unwrap()].clone();
    Case { seed, place, harm, key }
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

fn seeds(table: &[(Place, Harm)]) -> Vec<u64> {
    if let Some(seed) = number("COVERLEDGER_DAMAGE_SEED") {
        return vec![seed];
    }
    let all = 1..=number("COVERLEDGER_DAMAGE").unwrap_or(FEW);
    let only = env::var("COVERLEDGER_DAMAGE_ONLY").unwrap_or_default();
    let is_wanted = |seed: &u64| {
        let pair = format!("{:?}", pair(table, *seed));
        only.split(',')
            .all(|word| word.strip_prefix('-').map_or_else(|| pair.contains(word), |word| !pair.contains(word)))
    };
    all.filter(is_wanted).collect()
}

#[test]
fn whatever_is_damaged_nothing_sound_is_lost_and_the_damage_is_named() {
    let ground = Ground::prepare();
    let table = harm::table();
    assert_ne!(table.len() as u64 % STRIDE, 0, "the stride has to reach every pair");
    let cases: Vec<Case> = seeds(&table).into_iter().map(|seed| case(&ground, &table, seed)).collect();
    let trials = at_once(&cases, |case| {
        let trial = Trial::hold(&ground, case.clone(), Planted::Nothing);
        if !trial.wrong.is_empty() {
            let Case { seed, place, harm, key } = case;
            println!("--- seed {seed}: {place:?} {harm:?} at {key}\n  {}", trial.wrong.join("\n  "));
            if env::var_os("COVERLEDGER_DAMAGE_SEED").is_some() {
                println!("{}", trial.said);
            }
        }
        trial.wrong
    });
    let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut failed = 0;
    for (case, wrong) in cases.iter().zip(trials) {
        failed += usize::from(!wrong.is_empty());
        for sentence in wrong {
            let kind = sentence.split(':').next().unwrap().to_owned();
            kinds.entry(kind).or_default().push(format!("{:?} {:?} (seed {})", case.place, case.harm, case.seed));
        }
    }
    for (kind, cases) in &kinds {
        println!("=== {kind}: {}\n  {}", cases.len(), cases.join("\n  "));
    }
    println!("{} damages of {} kinds: {failed} not borne", cases.len(), table.len());
    assert!(kinds.is_empty(), "{failed} of {} damages were not borne; seeds are above", cases.len());
}

/// Each guard is broken once, and the judge has to notice.
#[test]
fn what_a_damaged_archive_loses_is_noticed() {
    let ground = Ground::prepare();
    let key = Place::TableInView.keys(&ground).remove(0);
    let planted = [
        (Planted::Nothing, None),
        (Planted::PruneTakesTooMuch, Some("lost")),
        (Planted::RunHarmsAnother, Some("lost")),
        (Planted::VerifyIsBlind, Some("verify passes")),
        (Planted::RepairIsIdle, Some("not back")),
    ];
    at_once(&planted, |(planted, noticed)| {
        let case =
            Case { seed: 7, place: Place::TableInView, harm: Harm::Cut(harm::Left::Half), key: key.clone() };
        let trial = Trial::hold(&ground, case, *planted);
        let has = |kind: &str| trial.wrong.iter().any(|wrong| wrong.starts_with(kind));
        match noticed {
            None => assert!(trial.wrong.is_empty(), "{:?}", trial.wrong),
            Some(kind) => assert!(has(kind), "{planted:?} is not noticed: {:?}", trial.wrong),
        }
    });
}
