//! How a log is written: what its columns are called, and by whose clock its times are.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::Offset;

use super::time::with_offset;
use coverledger_config::{
    ColumnName, Columns, CoverRows, CoverRule, FoldPolicy, GapPolicy, InstantColumn, InstantFormat, MarketRule,
    Otherwise, TextRule, WallClock, ZoneRule,
};
use coverledger_core::model::MarketId;
use coverledger_core::time::{Resolved, Zone};

/// What the templates call their columns, in both languages.
const TEMPLATES: [[&str; 5]; 2] = [
    ["market", "broadcast", "cover", "from (market time)", "until (market time)"],
    ["市场", "场次", "封面", "开始（当地时间）", "结束（当地时间）"],
];

/// A row that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// `None` where the log has no column for it.
    pub market: Option<String>,
    pub broadcast: String,
    pub cover: String,
    /// The time; where the log keeps dates and times apart, both.
    pub from: Vec<String>,
}

/// How a log is written.
#[derive(Debug, Clone)]
pub(super) struct LogForm {
    market: MarketRule,
    pub broadcast: ColumnName,
    pub cover: ColumnName,
    from: InstantColumn,
    until: Option<InstantColumn>,
}

impl LogForm {
    /// That of the templates, in either language.
    pub fn of_templates() -> Self {
        let [en, zh] = TEMPLATES;
        let column = |at: usize| {
            let names = vec![en[at].to_owned(), zh[at].to_owned()];
            ColumnName::any_of(names).unwrap_or_else(|| ColumnName::new(en[at]))
        };
        let wall = WallClock { zone: ZoneRule::Market, gap: GapPolicy::Reject, fold: FoldPolicy::Reject };
        let format = InstantFormat::Pattern { pattern: "%Y-%m-%d %H:%M".to_owned(), wall: Some(wall) };
        let instant = |at: usize| InstantColumn { column: column(at), time: None, format: format.clone() };
        Self {
            market: MarketRule::Column {
                column: column(0),
                values: BTreeMap::new(),
                otherwise: Otherwise::Reject,
            },
            broadcast: column(1),
            cover: column(2),
            from: instant(3),
            until: Some(instant(4)),
        }
    }

    /// That of an export; or why nothing can be written there.
    pub fn of_export(columns: &Columns, rows: &CoverRows) -> Result<Self, String> {
        let TextRule::Column(broadcast) = &columns.broadcast_id else {
            return Err("its rows do not name their broadcast".to_owned());
        };
        let CoverRule::Row(TextRule::Column(cover)) = &columns.cover_id else {
            return Err("its rows do not name their cover".to_owned());
        };
        Ok(Self {
            market: columns.market.clone(),
            broadcast: broadcast.clone(),
            cover: cover.clone(),
            from: rows.from.clone(),
            until: rows.until.clone(),
        })
    }

    /// The market of all of its rows, where it has one only.
    pub const fn fixed_market(&self) -> Option<&MarketId> {
        match &self.market {
            MarketRule::Value(market) => Some(market),
            MarketRule::Column { .. } | MarketRule::Path { .. } => None,
        }
    }

    /// What stands for a market in its rows, or in the path of the log.
    pub fn name_of(&self, market: &MarketId) -> String {
        let values = match &self.market {
            MarketRule::Column { values, .. } | MarketRule::Path { values } => Some(values),
            MarketRule::Value(_) => None,
        };
        let named = values.and_then(|values| values.iter().find(|(_, id)| *id == market));
        named.map_or_else(|| market.to_string(), |(name, _)| name.clone())
    }

    /// The same, if its rows have a column for it.
    pub fn market_text(&self, market: &MarketId) -> Option<String> {
        self.market_column().map(|_| self.name_of(market))
    }

    /// The column of the market, if there is one.
    pub const fn market_column(&self) -> Option<&ColumnName> {
        match &self.market {
            MarketRule::Column { column, .. } => Some(column),
            MarketRule::Value(_) | MarketRule::Path { .. } => None,
        }
    }

    /// The columns of the beginning: one, or a date and a time.
    pub fn columns_of_beginning(&self) -> Vec<&ColumnName> {
        [Some(&self.from.column), self.from.time.as_ref()].into_iter().flatten().collect()
    }

    /// The header of a new log.
    pub fn header(&self) -> Vec<String> {
        let until = self.until.iter().flat_map(|until| [Some(&until.column), until.time.as_ref()]).flatten();
        let columns = self.market_column().into_iter().chain([&self.broadcast, &self.cover]);
        columns.chain(self.columns_of_beginning()).chain(until).map(|column| column.name().to_owned()).collect()
    }

    /// An instant as the log writes it, by its own clock or the market's.
    ///
    /// # Errors
    /// In words: it cannot be said there.
    pub fn written(&self, at: Timestamp, market: &Zone) -> Result<Vec<String>, String> {
        let text = match &self.from.format {
            InstantFormat::Rfc3339 => with_offset(at, market),
            InstantFormat::EpochSeconds => at.as_second().to_string(),
            InstantFormat::EpochMillis => at.as_millisecond().to_string(),
            InstantFormat::EpochMicros => at.as_microsecond().to_string(),
            InstantFormat::Native { .. } => return Err("the log is no text".to_owned()),
            InstantFormat::Pattern { pattern, wall: None } => patterned(at, market, pattern),
            InstantFormat::Pattern { pattern, wall: Some(wall) } => on_wall(at, market, pattern, wall)?,
            InstantFormat::Patterns { patterns, wall } => on_wall(at, market, &patterns[0], wall)?,
        };
        Ok(match (&self.from.time, text.split_once(' ')) {
            (Some(_), Some((date, time))) => vec![date.to_owned(), time.to_owned()],
            _ => vec![text],
        })
    }
}

fn patterned(at: Timestamp, zone: &Zone, pattern: &str) -> String {
    let offset = Offset::from_seconds(zone.offset_seconds(at)).unwrap_or(Offset::UTC);
    at.to_zoned(offset.to_time_zone()).strftime(pattern).to_string()
}

/// By a wall clock, which has to say the same instant when it is read.
fn on_wall(at: Timestamp, market: &Zone, pattern: &str, wall: &WallClock) -> Result<String, String> {
    let zone = match &wall.zone {
        ZoneRule::Named(zone) => zone,
        ZoneRule::Market => market,
    };
    let text = patterned(at, zone, pattern);
    let read = BrokenDownTime::parse(pattern, &text).and_then(|time| time.to_datetime()).ok();
    let local = read.ok_or_else(|| format!("the log's pattern `{pattern}` reads no whole time"))?;
    let said = match (zone.resolve(local), wall.fold) {
        (Resolved::Exact(said), _)
        | (Resolved::Fold { earlier: said, .. }, FoldPolicy::Earlier)
        | (Resolved::Fold { later: said, .. }, FoldPolicy::Later) => Some(said),
        _ => None,
    };
    match said {
        Some(said) if said == at => Ok(text),
        Some(said) if (said.as_second() - at.as_second()).abs() < 60 => {
            Err(format!("the log's times have no seconds (`{pattern}`): give a whole minute"))
        }
        _ => Err(format!(
            "{text} comes twice in {}, and the log's times have no offset: it cannot be said there; log it for a minute before or after that hour",
            zone.name()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_template_is_kept_by_the_clock_of_each_market() {
        let form = LogForm::of_templates();
        let new_york = Zone::named("America/New_York").unwrap();
        assert_eq!(form.written(at("2026-11-21T00:00:00Z"), &new_york).unwrap(), ["2026-11-20 19:00"]);
        let seconds = form.written(at("2026-11-21T00:00:30Z"), &new_york).unwrap_err();
        assert!(seconds.contains("no seconds"), "{seconds}");
        let twice = form.written(at("2026-11-01T06:30:00Z"), &new_york).unwrap_err();
        assert!(twice.contains("2026-11-01 01:30 comes twice in America/New_York"), "{twice}");
        assert_eq!(form.header(), TEMPLATES[0]);
    }

    #[test]
    fn every_way_of_writing_an_instant_says_the_same_one() {
        let new_york = Zone::named("America/New_York").unwrap();
        let shanghai = WallClock {
            zone: ZoneRule::Named(Zone::named("Asia/Shanghai").unwrap()),
            gap: GapPolicy::Reject,
            fold: FoldPolicy::Reject,
        };
        let pattern =
            |text: &str, wall: Option<WallClock>| InstantFormat::Pattern { pattern: text.to_owned(), wall };
        for (format, expected) in [
            (InstantFormat::Rfc3339, "2026-11-01T01:30:00-05:00"),
            (InstantFormat::EpochSeconds, "1793514600"),
            (InstantFormat::EpochMillis, "1793514600000"),
            (pattern("%d/%m/%Y %H:%M %z", None), "01/11/2026 01:30 -0500"),
            (pattern("%Y-%m-%d %H:%M:%S", Some(shanghai)), "2026-11-01 14:30:00"),
        ] {
            let from = InstantColumn { format, ..LogForm::of_templates().from };
            let form = LogForm { from, ..LogForm::of_templates() };
            assert_eq!(form.written(at("2026-11-01T06:30:00Z"), &new_york).unwrap(), [expected]);
        }
    }
}
