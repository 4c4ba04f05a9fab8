//! The schedule as CSV, for a spreadsheet or a script.
//!
//! Ids of covers come from others. A spreadsheet treats a cell as a formula if it begins with one of `= + - @`, also after a tab
//! or a carriage return and in their full-width forms. So such a name gets an apostrophe in front, which makes it text.
//! A number with a sign is unchanged.

use super::markets;
use coverledger_config::{Experiment, PlannedTurn, Rotation, Workspace};

/// One line for each turn in each market.
pub(super) fn csv(workspace: &Workspace, experiment: &Experiment, rotation: &Rotation) -> String {
    let mut text = "market,local_date,slot,starts_utc,settles_utc,ends_utc,starts_local,cover_id\n".to_owned();
    for (id, market) in markets(workspace, experiment) {
        let slots: Vec<&str> = market.slots.names().collect();
        for turn in rotation.schedule.turns(id) {
            let PlannedTurn { local_date, slot, starts_at, settles_at, ends_at, cover } = turn;
            let (market_id, slot) = (field(id.as_str()), field(slots.get(*slot).copied().unwrap_or_default()));
            let (starts_local, cover) = (market.day.zone.local(*starts_at), field(&experiment.covers[*cover]));
            let line = format!(
                "{market_id},{local_date},{slot},{starts_at},{settles_at},{ends_at},{starts_local},{cover}\n"
            );
            text.push_str(&line);
        }
    }
    text
}

/// A name as a field: never a formula, and in quotes if any usual delimiter of CSV requires it.
fn field(name: &str) -> String {
    let begins = name.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let is_number = name.parse::<f64>().is_ok_and(f64::is_finite);
    let guard = if begins && !is_number { "'" } else { "" };
    if name.contains([',', ';', '\t', '"', '\n', '\r']) || !guard.is_empty() {
        format!("\"{guard}{}\"", name.replace('"', "\"\""))
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn no_name_is_a_formula() {
        assert_eq!(field("=HYPERLINK(\"http://x\")"), "\"'=HYPERLINK(\"\"http://x\"\")\"");
        for name in ["+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", "＝1", "-c-red", "-inf", "--1"] {
            assert_eq!(field(name), format!("\"'{name}\""));
        }
    }

    #[test]
    fn names_and_numbers_stay_what_they_are() {
        for name in ["c-red", "a=b", "-5", "+5", "-1.5e3", "2026-11-20", "封面"] {
            assert_eq!(field(name), name);
        }
        assert_eq!(field("a,b"), "\"a,b\"");
        assert_eq!(field("a;=1"), "\"a;=1\"");
    }
}
