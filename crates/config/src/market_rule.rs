//! `market` of an export: how a row finds its market.

use std::collections::BTreeMap;

use super::frame::Frame;
use super::mapping::{MarketRule, Otherwise};
use super::names::known_name;
use super::path::PathPattern;
use super::place::Place;
use coverledger_core::model::MarketId;

/// Reads it: `path`, or a section.
pub(super) fn read(at: &Place<'_>, frame: &Frame<'_>) -> Option<MarketRule> {
    if at.is_text() && at.node.source == "path" {
        return by_path(at, frame, BTreeMap::new());
    }
    if at.is_text() {
        return at.refuse(format!(
            "{} alone could be a market or a column (expected `{{value: …}}` for one market or `{{column: …}}`)",
            at.found()
        ));
    }
    let section = at.section("a market rule", &["value", "column", "values", "otherwise", "path"])?;
    if let Some(value) = section.optional("value") {
        let others = ["column", "values", "otherwise", "path"].into_iter().filter_map(|key| section.optional(key));
        let others =
            others.map(|at| at.problem("does not go with `value`, which gives every row one market")).count();
        return market(&value, frame).filter(|_| others == 0).map(MarketRule::Value);
    }
    if let Some(path) = section.optional("path") {
        let others = ["column", "values", "otherwise"].into_iter().filter_map(|key| section.optional(key));
        let others = others
            .map(|at| at.problem("does not go with `path`, whose own values are below it: `{path: {us: US}}`"))
            .count();
        let values = meanings(&path, "a set of market values in paths", frame);
        return by_path(&path, frame, values?).filter(|_| others == 0);
    }
    let column =
        section.required("column", "the name of a column, or `value` for one market").and_then(|at| at.column());
    let values = section.or("values", BTreeMap::new(), |at| meanings(&at, "a set of market values", frame));
    let otherwise = section.or("otherwise", Otherwise::Reject, |at| {
        match at.text("a rule for other markets", "`reject`, `ignore` or the name of a market")? {
            "reject" => Some(Otherwise::Reject),
            "ignore" => Some(Otherwise::Ignore),
            _ => market(&at, frame).map(Otherwise::Market),
        }
    });
    Some(MarketRule::Column { column: column?, values: values?, otherwise: otherwise? })
}

fn by_path(at: &Place<'_>, frame: &Frame<'_>, values: BTreeMap<String, MarketId>) -> Option<MarketRule> {
    if frame.path_lacks(PathPattern::names_market) {
        return at.refuse("`path` of this export has no `{market}`");
    }
    Some(MarketRule::Path { values })
}

fn market(at: &Place<'_>, frame: &Frame<'_>) -> Option<MarketId> {
    let name = at.text("a market", "the name of a market")?;
    known_name(at, name, "a market", frame.markets).map(MarketId::new)
}

fn meanings(at: &Place<'_>, what: &str, frame: &Frame<'_>) -> Option<BTreeMap<String, MarketId>> {
    let entries = at.entries(what, "what each means, such as `{usa: US}`")?;
    let total = entries.len();
    let meant: BTreeMap<String, MarketId> =
        entries.into_iter().filter_map(|(value, at)| Some((value.to_owned(), market(&at, frame)?))).collect();
    (meant.len() == total).then_some(meant)
}
