//! Published tables, read row by row. A table that is not published has no rows and may have no columns.

use jiff::civil::Date;
use polars::prelude::*;

use coverledger_core::model::columns as c;

/// A number with its bounds, as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Bounded {
    pub(super) value: Option<f64>,
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
}

impl Bounded {
    /// The same of a ratio, as a change.
    pub(super) fn less_one(self) -> Self {
        let [value, low, high] = [self.value, self.low, self.high].map(|number| number.map(|number| number - 1.0));
        Self { value, low, high }
    }

    /// Whether all that it holds lies above.
    pub(super) fn is_above(self, bar: f64) -> bool {
        self.low.is_some_and(|low| low > bar)
    }

    /// Whether all of it lies below.
    pub(super) fn is_below(self, bar: f64) -> bool {
        self.high.is_some_and(|high| high < bar)
    }
}

/// One row of a table.
#[derive(Clone, Copy)]
pub(super) struct Row<'f> {
    frame: &'f DataFrame,
    at: usize,
}

/// Its rows.
pub(super) fn rows(frame: &DataFrame) -> impl Iterator<Item = Row<'_>> {
    (0..frame.height()).map(move |at| Row { frame, at })
}

/// Those of a place.
pub(super) fn rows_of<'f>(frame: &'f DataFrame, platform: &str, market: &str) -> PolarsResult<Vec<Row<'f>>> {
    if frame.height() == 0 {
        return Ok(Vec::new());
    }
    // Some tables hold every place, and are looked through for each of them.
    let (platforms, markets) = (frame.column(c::PLATFORM)?.str()?, frame.column(c::MARKET)?.str()?);
    let is_there = |row: &Row<'f>| platforms.get(row.at) == Some(platform) && markets.get(row.at) == Some(market);
    Ok(rows(frame).filter(is_there).collect())
}

impl Row<'_> {
    /// A text; `None` for null.
    pub(super) fn text(self, name: &str) -> PolarsResult<Option<String>> {
        Ok(self.frame.column(name)?.str()?.get(self.at).map(str::to_owned))
    }

    /// A text that is never null.
    pub(super) fn needed(self, name: &str) -> PolarsResult<String> {
        self.text(name)?.ok_or_else(|| polars_err!(ComputeError: "column `{name}` is null"))
    }

    /// Whether it says this.
    pub(super) fn is(self, name: &str, text: &str) -> PolarsResult<bool> {
        Ok(self.frame.column(name)?.str()?.get(self.at) == Some(text))
    }

    /// A number.
    pub(super) fn number(self, name: &str) -> PolarsResult<Option<f64>> {
        Ok(self.frame.column(name)?.f64()?.get(self.at))
    }

    /// A number and its bounds.
    pub(super) fn bounded(self, name: &str) -> PolarsResult<Bounded> {
        Ok(Bounded {
            value: self.number(name)?,
            low: self.number(&c::low(name))?,
            high: self.number(&c::high(name))?,
        })
    }

    /// A whole number.
    pub(super) fn whole(self, name: &str) -> PolarsResult<Option<i64>> {
        Ok(self.frame.column(name)?.i64()?.get(self.at))
    }

    /// True or false.
    pub(super) fn truth(self, name: &str) -> PolarsResult<Option<bool>> {
        Ok(self.frame.column(name)?.bool()?.get(self.at))
    }

    /// The day of an instant on a wall clock.
    pub(super) fn day_of(self, name: &str) -> PolarsResult<Option<Date>> {
        let at = self.frame.column(name)?.datetime()?.physical().get(self.at);
        let at = at.and_then(|micros| jiff::Timestamp::from_microsecond(micros).ok());
        Ok(at.map(|at| jiff::tz::Offset::UTC.to_datetime(at).date()))
    }

    /// A day.
    pub(super) fn date(self, name: &str) -> PolarsResult<Option<Date>> {
        match self.frame.column(name)?.get(self.at)? {
            AnyValue::Null => Ok(None),
            AnyValue::Date(days) => {
                let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(days));
                date.map(Some).map_err(|error| polars_err!(ComputeError: "{error}"))
            }
            _ => polars_bail!(ComputeError: "column `{name}` holds no days"),
        }
    }
}
