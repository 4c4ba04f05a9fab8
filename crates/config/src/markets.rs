//! `markets.yaml`: whose clock, and how a day is cut into slots.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Time;

use super::cursor::Cursor;
use super::definition::Market;
use super::names::{alike, alike_message, check_name};
use super::problem::among;
use super::registry::{Keys, Or, Part, Required, Shape, Shaped as _, TimeOfDay, ZoneName, keys, or, required};
use coverledger_core::model::MarketId;
use coverledger_core::time::{DayRule, SlotTable};

/// The slot of rows that have a date and no time.
const ALL_DAY: &str = "all_day";
const ALL: &str = "all";

keys! {
    /// Slots and markets.
    file MarketsKeys("markets.yaml", "the markets") {
        slots: Required<Part> = required(
            "at least one table of slots", Part(Shape::Entries(Box::new(Shape::Named(Box::new(TimeOfDay.shape()))))),
            "tables of slots by name; each is slot names with their starts as `\"HH:MM\"`",
        ),
        markets: Required<Part> = required(
            "at least one market", Part(Shape::Named(Box::new(Shape::section::<MarketKeys<'_>>()))),
            "markets by name",
        ),
    }
}

keys! {
    /// A market.
    section MarketKeys("a market", "a market") {
        timezone: Required<ZoneName> = required(
            "an IANA time zone such as `America/New_York`", ZoneName, "whose clock",
        ),
        slots: Required<Part> = required(
            "the name of a slot table", Part(Shape::Text.called("name")), "one of the tables",
        ),
        day_starts_at: Or<TimeOfDay> = or("\"00:00\"", TimeOfDay, "when a local day begins"),
    }
}

/// The markets of a file, and every name in it, sound or not, so that a name is not called unknown for another's fault.
#[derive(Default)]
pub(super) struct Markets {
    pub sound: BTreeMap<MarketId, Market>,
    pub names: BTreeSet<String>,
}

impl Markets {
    /// The slots that a row may be in.
    pub fn slot_names(&self) -> BTreeSet<String> {
        let tables = self.sound.values().flat_map(|market| market.slots.names());
        tables.chain([ALL_DAY]).map(str::to_owned).collect()
    }
}

/// Slot names and starts; `None` for a table that is there and broken.
type Tables<'s> = BTreeMap<&'s str, Option<Vec<(String, Time)>>>;

pub(super) fn read(start: &Cursor<'_>) -> Option<Markets> {
    let file = MarketsKeys::open_file(start)?;
    let tables = file.slots.required().and_then(|at| read_tables(&at));
    let entries = file.markets.required()?;
    let entries = entries.entries("a set of markets", "at least one, such as `US: {timezone: …, slots: …}`")?;
    let mut markets = Markets::default();
    for (name, at) in entries {
        if let Err(message) = check_name(name) {
            at.problem(message);
        }
        if let Some(other) = alike(name, markets.names.iter().map(String::as_str)) {
            at.problem(alike_message(name, other));
        }
        markets.names.insert(name.to_owned());
        if let Some(market) = read_market(&at, tables.as_ref()) {
            markets.sound.insert(MarketId::new(name), market);
        }
    }
    Some(markets)
}

fn read_tables<'s>(at: &Cursor<'s>) -> Option<Tables<'s>> {
    let entries =
        at.entries("a set of slot tables", "at least one, such as `day_parts: {night: \"00:00\", …}`")?;
    Some(entries.into_iter().map(|(name, at)| (name, read_table(&at))).collect())
}

fn read_table(at: &Cursor<'_>) -> Option<Vec<(String, Time)>> {
    let entries =
        at.entries("a table of slots", "names and starts, such as `{night: \"00:00\", morning: \"06:00\"}`")?;
    let mut slots: Vec<(String, Time)> = Vec::with_capacity(entries.len());
    let mut sound = true;
    for (name, at) in entries {
        let named = match check_name(name) {
            Ok(()) if name == ALL_DAY => {
                at.refuse(format!("`{ALL_DAY}` is the slot of rows without a time (choose another name)"))
            }
            Ok(()) if name == ALL => {
                at.refuse(format!("`{ALL}` is what tables call all slots (choose another name)"))
            }
            Ok(()) => Some(()),
            Err(message) => at.refuse(message),
        };
        let start = time_of_day(&at);
        let double = start.and_then(|start| slots.iter().find(|(_, other)| *other == start));
        if let Some((other, _)) = double {
            at.problem(format!("slots `{other}` and `{name}` begin at the same time"));
            sound = false;
        }
        match (named, start) {
            (Some(()), Some(start)) => slots.push((name.to_owned(), start)),
            _ => sound = false,
        }
    }
    sound.then_some(slots)
}

fn read_market(at: &Cursor<'_>, tables: Option<&Tables<'_>>) -> Option<Market> {
    let market = MarketKeys::open(at)?;
    let zone = market.timezone.read();
    let starts_at = market.day_starts_at.read();
    let slots_at = market.slots.required()?;
    let slots_name = slots_at.text("a slot table", "the name of one")?;
    let tables = tables?;
    let Some(table) = tables.get(slots_name) else {
        let known = among("known", tables.keys().copied(), slots_name);
        return slots_at.refuse(format!("unknown slot table `{slots_name}` ({known})"));
    };
    let (table, starts_at) = (table.clone()?, starts_at?);
    let slots = SlotTable::new(starts_at, table).map_err(|error| slots_at.problem(error.to_string())).ok();
    Some(Market { day: DayRule { zone: zone?, starts_at }, slots_name: slots_name.to_owned(), slots: slots? })
}

/// `06:00`: hours and minutes.
pub(super) fn time_of_day(at: &Cursor<'_>) -> Option<Time> {
    let expected = "`HH:MM`, \"00:00\" to \"23:59\"";
    let text = at.text("a time of day", expected)?;
    let time = match text.as_bytes() {
        [b'0'..=b'9', b'0'..=b'9', b':', b'0'..=b'9', b'0'..=b'9'] => Time::strptime("%H:%M", text).ok(),
        _ => None,
    };
    time.or_else(|| at.mismatch("a time of day", expected))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{expect_problems, read};
    use super::*;

    const DESIGN: &str = r#"
version: 1
slots:
  day_parts: {night: "00:00", morning: "06:00", afternoon: "12:00", prime: "19:00", late: "23:00"}
  broadcast: {morning: "04:00", afternoon: "12:00", prime: "19:00", late: "23:00"}       # late runs past midnight to the day's end
markets:
  US: {timezone: America/New_York, slots: day_parts}
  IN: {timezone: Asia/Kolkata, slots: broadcast, day_starts_at: "04:00"}
"#;

    #[test]
    fn the_design_example_is_read() {
        let (markets, problems) = read(DESIGN, super::read);
        assert_eq!(problems, <[&str; 0]>::default());
        let markets = markets.unwrap();
        let india = &markets.sound[&MarketId::new("IN")];
        assert_eq!(india.day.starts_at.to_string(), "04:00:00");
        assert_eq!(india.slots.names().collect::<Vec<_>>(), ["morning", "afternoon", "prime", "late"]);
        assert_eq!(markets.sound.len(), 2);
    }

    #[test]
    fn a_norwegian_market_is_a_market() {
        let text = "version: 1\nslots: {s: {a: 00:00}}\nmarkets: {NO: {timezone: Europe/Oslo, slots: s}}\n";
        let (markets, problems) = read(text, super::read);
        assert_eq!(problems, <[&str; 0]>::default());
        assert!(markets.unwrap().names.contains("NO"));
    }

    #[test]
    fn problems_are_all_told() {
        expect_problems(
            &[
                (
                    "version: 1\nslots:\n  day: {a: \"00:00\", b: \"24:00\", all_day: \"07:00\", all: \"08:00\"}\n  twice: {a: \"00:00\", b: \"00:00\"}\n  \
                     late: {a: \"04:00\"}\nmarkets:\n  US: {timezone: America/New_Yrok, slots: day}\n  \
                     GB: {timezone: Europe/London, slots: dya}\n  IN: {timezone: Asia/Kolkata, slots: late}\n  \
                     _X: {timezone: UTC, slots: late, day_starts_at: 4}\n",
                    &[
                        "line 3, `slots.day.b`: `24:00` is not a time of day (expected `HH:MM`, \"00:00\" to \"23:59\")",
                        "line 3, `slots.day.all_day`: `all_day` is the slot of rows without a time (choose another name)",
                        "line 3, `slots.day.all`: `all` is what tables call all slots (choose another name)",
                        "line 4, `slots.twice.b`: slots `a` and `b` begin at the same time",
                        "line 7, `markets.US.timezone`: `America/New_Yrok` is not an IANA time zone (did you mean `America/New_York`?)",
                        "line 8, `markets.GB.slots`: unknown slot table `dya` (known: `day`, `late`, `twice`; did you mean `day`?)",
                        "line 9, `markets.IN.slots`: slot `a` straddles the day's start at 00:00: let one slot begin at 00:00",
                        "line 10, `markets._X`: `_X` is not a usable name (expected 1 to 64 of A–Z a–z 0–9 `_` `.` `-`, \
                         starting with a letter or digit)",
                        "line 10, `markets._X.day_starts_at`: `4` is not a time of day (expected `HH:MM`, \"00:00\" to \
                         \"23:59\"; as text: `\"4\"`)",
                    ],
                ),
                (
                    "version: 1\nslots: {s: {a: \"00:00\"}}\nmarkets:\n  US: {timezone: UTC, slots: s}\n  us: {timezone: UTC, slots: s}\n",
                    &[
                        "line 5, `markets.us`: `us` differs from `US` by case only: where a disk does not tell the two apart, \
                       their tables would lie in one folder (rename one of them)",
                    ],
                ),
                (
                    "version: 1\nslots: {}\nmarkets: [US]\n",
                    &[
                        "line 2, `slots`: an empty section is not a set of slot tables (expected at least one, such as \
                         `day_parts: {night: \"00:00\", …}`)",
                        "line 3, `markets`: a list is not a set of markets (expected at least one, such as `US: \
                         {timezone: …, slots: …}`)",
                    ],
                ),
            ],
            super::read,
        );
    }
}
