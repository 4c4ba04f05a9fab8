//! A layout: what a platform's export looks like in one language, style and generation, and where it is put.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::truth::{Kind, Row, Truth};
use crate::twin::clocks::zone;
use crate::twin::dice::Dice;

/// Markets in which layouts are tried.
pub type Market = (&'static str, &'static str);

pub const WEST: &[Market] = &[("WEST", "America/Los_Angeles")];
pub const CHINA: &[Market] = &[("CN", "Asia/Shanghai")];
pub const SHOPS: &[Market] = &[("US", "America/New_York"), ("ID", "Asia/Jakarta"), ("GB", "Europe/London")];
pub const ALL: [Market; 5] = [WEST[0], CHINA[0], SHOPS[0], SHOPS[1], SHOPS[2]];

/// Which objects an export is cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// One a date of this clock, `market` for that of the market; of the dates around it too.
    Dates(&'static str),
    /// One a room of such a date.
    Rooms(&'static str),
    /// One for everything.
    Once,
}

/// How a layout is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    /// People showed such files.
    Seen,
    /// The platform's documentation describes it.
    Documented,
    /// Programs of people who read such files name its columns.
    Reported,
}

type Write = Box<dyn Fn(&Truth, &[&Row], &mut Dice) -> Vec<u8> + Send + Sync>;
type Beside = fn(&str, Date) -> (String, Vec<u8>);

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own of an export")]
pub struct Layout {
    /// Preset, language, generation.
    pub name: String,
    pub preset: &'static str,
    pub known: Known,
    /// Lines of the preset that people change for such files, as its comments say.
    pub changes: &'static [(&'static str, &'static str)],
    pub kind: Kind,
    pub markets: &'static [Market],
    /// Whether the entry is the click.
    pub is_entered: bool,
    /// Whether its means are over viewers and not over views.
    pub is_per_viewer: bool,
    /// How many rows it has at least.
    pub rows: usize,
    pub cut: Cut,
    /// Its path, with `{m}`, `{d}` and, for rooms, `{r}`.
    pub path: &'static str,
    /// What has to lie beside it on each date for its day to be settled.
    pub beside: Option<Beside>,
    /// Whether broadcasts are told apart.
    pub tells_broadcasts: bool,
    /// Whether the preset reads it; otherwise it is refused, and says why.
    pub is_read: bool,
    pub write: Write,
}

impl Layout {
    pub fn new(
        name: impl Into<String>,
        preset: &'static str,
        kind: Kind,
        path: &'static str,
        write: impl Fn(&Truth, &[&Row], &mut Dice) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: format!("{preset}: {}", name.into()),
            preset,
            known: Known::Documented,
            changes: &[],
            kind,
            markets: SHOPS,
            is_entered: false,
            is_per_viewer: false,
            rows: 1,
            cut: Cut::Dates("UTC"),
            path,
            beside: None,
            tells_broadcasts: true,
            is_read: true,
            write: Box::new(write),
        }
    }

    pub fn known(self, known: Known) -> Self {
        Self { known, ..self }
    }

    pub fn markets(self, markets: &'static [Market]) -> Self {
        Self { markets, ..self }
    }

    pub fn cut(self, cut: Cut) -> Self {
        Self { cut, ..self }
    }

    pub fn changed(self, changes: &'static [(&'static str, &'static str)]) -> Self {
        Self { changes, ..self }
    }

    pub fn entered(self) -> Self {
        Self { is_entered: true, ..self }
    }

    pub fn per_viewer(self) -> Self {
        Self { is_per_viewer: true, ..self }
    }

    pub fn rows(self, rows: usize) -> Self {
        Self { rows, ..self }
    }

    pub fn beside(self, beside: Beside) -> Self {
        Self { beside: Some(beside), ..self }
    }

    pub fn refused(self) -> Self {
        Self { is_read: false, ..self }
    }

    /// Broadcasts of one name are one.
    pub fn by_name(self) -> Self {
        Self { tells_broadcasts: false, ..self }
    }

    pub fn truth(&self, dice: &mut Dice, day: Date) -> Truth {
        let market = dice.pick(self.markets);
        let truth = Truth::of(dice, self.kind, market, day).with_rows(dice, self.rows);
        let truth = if self.is_entered { truth.entered() } else { truth };
        if self.is_per_viewer { truth.per_viewer() } else { truth }
    }

    /// Where the preset looks for it, and what lies there.
    pub fn deliver(&self, truth: &Truth, dice: &mut Dice) -> Vec<(String, Vec<u8>)> {
        let (clock, by_room) = match self.cut {
            Cut::Once => {
                let rows: Vec<&Row> = truth.rows.iter().collect();
                let path = self.path.replace("{m}", truth.market).replace("{d}", &truth.day.to_string());
                let [_, day, after] = truth.days_around();
                let midnight = |date: Date| date.to_zoned(zone(truth.zone)).unwrap().timestamp();
                let instants =
                    [("{s}", midnight(day)), ("{e}", midnight(after)), ("{c}", midnight(after) + 50.hours())];
                let path = instants
                    .into_iter()
                    .fold(path, |path, (word, at)| path.replace(word, &at.strftime("%Y%m%dT%H%M%SZ").to_string()));
                return vec![(path, (self.write)(truth, &rows, dice))];
            }
            Cut::Dates(clock) => (clock, false),
            Cut::Rooms(clock) => (clock, true),
        };
        let clock = if clock == "market" { truth.zone } else { clock };
        let mut files = Vec::new();
        for date in truth.days_around() {
            let path = self.path.replace("{m}", truth.market).replace("{d}", &date.to_string());
            let rows = truth.on(date, clock);
            let mut rooms: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
            rooms.sort_unstable();
            rooms.dedup();
            if by_room {
                for room in if rooms.is_empty() { vec!["none"] } else { rooms } {
                    let rows: Vec<&Row> = rows.iter().copied().filter(|row| row.id == room).collect();
                    files.push((path.replace("{r}", room), (self.write)(truth, &rows, dice)));
                }
            } else {
                files.push((path, (self.write)(truth, &rows, dice)));
            }
            files.extend(self.beside.map(|beside| beside(truth.market, date)));
        }
        files
    }

    /// All of it in one file, as somebody has it who knows nothing of presets yet.
    pub fn file(&self, truth: &Truth, dice: &mut Dice) -> Vec<u8> {
        let rows: Vec<&Row> = truth.rows.iter().collect();
        (self.write)(truth, &rows, dice)
    }

    /// The end of its name.
    pub fn ending(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap()
    }
}

/// Every layout.
pub fn all() -> Vec<Layout> {
    let mut layouts = super::studio::layouts();
    layouts.extend(super::tiktok::layouts());
    layouts.extend(super::ads::layouts());
    layouts.extend(super::china::layouts());
    layouts.extend(super::shops::layouts());
    layouts
}
