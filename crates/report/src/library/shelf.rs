//! What is known of covers besides their numbers: what is declared of them, what they look like, and their families.

use std::collections::BTreeMap;

use coverledger_core::model::Looks;

/// Every cover that is declared or has a picture.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shelf {
    /// By cover id.
    pub covers: BTreeMap<String, ShelvedCover>,
}

/// What is known of a cover besides its numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShelvedCover {
    /// The family that it counts to: the declared one, or else the one that hashes link it to; `None` if it is alone.
    pub family: Option<String>,
    /// What the sheet declares of it, by column: theme, language, designer, and every tag of the team's own.
    pub tags: BTreeMap<String, String>,
    /// What its picture looks like; `None` without a measured picture.
    pub looks: Option<Looks>,
}
