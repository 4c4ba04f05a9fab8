//! `market` of an export: how a row finds its market.

use std::collections::BTreeMap;

use super::cursor::Cursor;
use super::export_context::ExportContext;
use super::mapping::{MarketRule, Otherwise};
use super::names::known_name;
use super::path::PathPattern;
use super::registry::{Keys, Maybe, Part, Shape, keys, maybe};
use coverledger_core::model::MarketId;

keys! {
    /// How a row finds its market.
    section MarketRuleKeys("market", "a market rule") {
        value: Maybe<Part> = maybe(
            "none", Part(Shape::Text.called("market")), "one market for all rows; then nothing else",
        ),
        column: Maybe<Part> = maybe(
            "required without `value` and `path`", Part(Shape::Column), "the column that names the market",
        ),
        values: Maybe<Part> = maybe(
            "none", Part(Shape::Entries(Box::new(Shape::Text))),
            "what its values mean; one that is not here is looked up among the markets' own names",
        ),
        otherwise: Maybe<Part> = maybe(
            "reject", Part(Shape::Text.called("`reject`, `ignore` or a market")),
            "what to do with a value that names no market",
        ),
        path: Maybe<Part> = maybe(
            "none", Part(Shape::Entries(Box::new(Shape::Text))),
            "`{market}` in the path names it: what stands there and what it means, such as `{us: US}`; else it is a market's own name. `market: path` if it always is",
        ),
    }
}

/// Reads it: `path`, or a section.
pub(super) fn read(at: &Cursor<'_>, context: &ExportContext<'_>) -> Option<MarketRule> {
    if at.is_text() && at.node.source == "path" {
        return by_path(at, context, BTreeMap::new());
    }
    if at.is_text() {
        return at.refuse(format!(
            "{} alone could be a market or a column (expected `{{value: …}}` for one market or `{{column: …}}`)",
            at.found()
        ));
    }
    let keys = MarketRuleKeys::open(at)?;
    if let Some(value) = keys.value.at() {
        let others = [keys.column.at(), keys.values.at(), keys.otherwise.at(), keys.path.at()];
        let others = others.into_iter().flatten();
        let others =
            others.map(|at| at.problem("does not go with `value`, which gives every row one market")).count();
        return market(&value, context).filter(|_| others == 0).map(MarketRule::Value);
    }
    if let Some(path) = keys.path.at() {
        let others = [keys.column.at(), keys.values.at(), keys.otherwise.at()].into_iter().flatten();
        let others = others
            .map(|at| at.problem("does not go with `path`, whose own values are below it: `{path: {us: US}}`"))
            .count();
        let values = meanings(&path, "a set of market values in paths", context);
        return by_path(&path, context, values?).filter(|_| others == 0);
    }
    let column = keys.column.needed("the name of a column, or `value` for one market").and_then(|at| at.column());
    let values = keys.values.read_or(BTreeMap::new(), |at| meanings(at, "a set of market values", context));
    let otherwise = keys.otherwise.read_or(Otherwise::Reject, |at| {
        match at.text("a rule for other markets", "`reject`, `ignore` or the name of a market")? {
            "reject" => Some(Otherwise::Reject),
            "ignore" => Some(Otherwise::Ignore),
            _ => market(at, context).map(Otherwise::Market),
        }
    });
    Some(MarketRule::Column { column: column?, values: values?, otherwise: otherwise? })
}

fn by_path(
    at: &Cursor<'_>,
    context: &ExportContext<'_>,
    values: BTreeMap<String, MarketId>,
) -> Option<MarketRule> {
    if context.path_lacks(PathPattern::names_market) {
        return at.refuse("`path` of this export has no `{market}`");
    }
    Some(MarketRule::Path { values })
}

fn market(at: &Cursor<'_>, context: &ExportContext<'_>) -> Option<MarketId> {
    let name = at.text("a market", "the name of a market")?;
    known_name(at, name, "a market", context.markets).map(MarketId::new)
}

fn meanings(at: &Cursor<'_>, what: &str, context: &ExportContext<'_>) -> Option<BTreeMap<String, MarketId>> {
    let entries = at.entries(what, "what each means, such as `{usa: US}`")?;
    let total = entries.len();
    let meant: BTreeMap<String, MarketId> =
        entries.into_iter().filter_map(|(value, at)| Some((value.to_owned(), market(&at, context)?))).collect();
    (meant.len() == total).then_some(meant)
}
