//! Tests that run, that ended, and that are worth starting.

use jiff::civil::Date;

use super::{Figure, Interval, PlaceName, Row, Text};

/// How an experiment stands in a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// The experiment's name.
    pub experiment: String,
    /// Which place.
    pub place: PlaceName,
    /// `rotation` or `split`.
    pub design: String,
    /// `running`, `decided`, `stopped`, `over` or `gone`.
    pub state: String,
    /// The window.
    pub from: Date,
    /// Its end; `None` where the experiment's file is gone.
    pub to: Option<Date>,
    /// Nights with data so far.
    pub nights: i64,
    /// Nights of the window that are left.
    pub nights_left: Option<i64>,
    /// The smallest relative gain worth having.
    pub worth: Option<f64>,
    /// Its covers, the control first.
    pub arms: Vec<Arm>,
}

/// A cover of an experiment: a row of `experiment`.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// Which cover.
    pub cover_id: String,
    /// Its row of `experiment`.
    pub row: Row,
    /// Whether the others are held against it.
    pub is_control: bool,
    /// Whether it is the one to put on air.
    pub is_on_air: bool,
    /// `decision` of the row.
    pub decision: Option<String>,
    /// Impressions.
    pub impressions: Figure,
    /// Broadcasts.
    pub broadcasts: Figure,
    /// Value of the arm ÷ value of the control − 1.
    pub effect: Interval,
    /// How probably no other arm is worth more.
    pub probability_best: Figure,
    /// About how many more nights it takes.
    pub nights_needed: Figure,
    /// What may not be lost.
    pub guardrails: Vec<Guardrail>,
    /// Why, in a sentence or two.
    pub reason: Text,
}

/// Something that may not be lost.
#[derive(Debug, Clone, PartialEq)]
pub struct Guardrail {
    /// `stays`, `orders`, `conversion` or `revisits`.
    pub of: &'static str,
    /// `held`, `failed`, `open` … as the table says it.
    pub state: String,
    /// The effect that it is judged by.
    pub effect: Interval,
}

/// A comparison that is worth making: a row of `next_tests`.
#[derive(Debug, Clone, PartialEq)]
pub struct NextTest {
    /// Which place.
    pub place: PlaceName,
    /// Its row of `next_tests`.
    pub row: Row,
    /// The cover.
    pub cover_id: String,
    /// The cover to hold it against.
    pub against_cover_id: String,
    /// The measure or tag in question, with its value; `None` of two covers.
    pub kind: Option<(String, String)>,
    /// The ratio that is believed now.
    pub ratio: Interval,
    /// What knowing is worth in `horizon_days`.
    pub expected_gain: Figure,
    /// For how long.
    pub horizon_days: Figure,
    /// How many broadcasts it takes.
    pub broadcasts_needed: Figure,
    /// In words.
    pub reason: Text,
}
