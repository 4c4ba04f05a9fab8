//! How each of the three platforms reports its counts: intervals, columns and files.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::format::DemoFormat;
use crate::platform::{Kind, Platform, Rows};
use crate::table::Head;
use coverledger_core::model::Count;

/// The reports of a platform.
pub(crate) struct ReportFormat {
    pub(super) grain_minutes: i64,
    pub(super) files_a_day: usize,
    pub(super) columns: &'static [Column],
    /// Whether text in columns has a preamble and ends with totals.
    pub(super) has_totals: bool,
    path: fn(Date, usize, Delivery) -> String,
}

/// A delivery of a file.
#[derive(Clone, Copy)]
pub(super) struct Delivery {
    pub(super) created_at: Timestamp,
    /// Figures of the first morning: a newer file replaces them.
    pub(super) is_preliminary: bool,
}

/// A column and its content.
pub(super) struct Column {
    pub(super) name: &'static str,
    /// Its name in the German interface; empty if the platform has one language.
    pub(super) german: &'static str,
    pub(super) holds: Content,
}

/// The content of a column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Seconds since 1970.
    StartEpoch,
    /// Local time in Singapore.
    StartWall,
    EndWall,
    /// `20261026`
    Date,
    /// `07:00:00 - 07:59:59`
    Hour,
    Market,
    Broadcast,
    Cover,
    Gender,
    Age,
    /// A whole number; of dwell, of seconds.
    Count(Count),
    /// Seconds with a point and three digits.
    DwellText,
    /// `4.12%`
    Ctr,
    IsTest,
    CreatedAt,
}

const fn column(name: &'static str, holds: Content) -> Column {
    Column { name, german: "", holds }
}

const fn german(name: &'static str, german: &'static str, holds: Content) -> Column {
    Column { name, german, holds }
}

const SHOP_APP_COLUMNS: [Column; 16] = [
    german("Start time", "Startzeit", Content::StartEpoch),
    german("Country", "Land", Content::Market),
    german("Room ID", "Raum-ID", Content::Broadcast),
    german("Cover ID", "Titelbild-ID", Content::Cover),
    german("Gender", "Geschlecht", Content::Gender),
    german("Age", "Alter", Content::Age),
    // With soft hyphens, as in German spreadsheets.
    german("Impressions", "Impres\u{ad}sionen", Content::Count(Count::Impressions)),
    german("Reach", "Erreichte Personen", Content::Count(Count::UniqueImpressions)),
    german("Cover taps", "Tipps auf das Titel\u{ad}bild", Content::Count(Count::Clicks)),
    german("Tappers", "Tippende", Content::Count(Count::Clickers)),
    german("Tap-through rate", "Tipprate", Content::Ctr),
    german("Views", "Aufrufe", Content::Count(Count::Entries)),
    german("Viewers", "Zuschauer", Content::Count(Count::Entrants)),
    german("Views over 60 s", "Aufrufe \u{fc}ber 60 s", Content::Count(Count::Stays)),
    german("Watch time (s)", "Wiedergabezeit (s)", Content::DwellText),
    german("Paid orders", "Bezahlte Bestellungen", Content::Count(Count::Orders)),
];

const PARTNER_FEED_COLUMNS: [Column; 16] = [
    column("begin", Content::StartWall),
    column("end", Content::EndWall),
    column("region", Content::Market),
    column("session", Content::Broadcast),
    column("pic", Content::Cover),
    column("sex", Content::Gender),
    column("age", Content::Age),
    column("shown", Content::Count(Count::Impressions)),
    column("shown_to", Content::Count(Count::UniqueImpressions)),
    column("views", Content::Count(Count::Entries)),
    column("viewers", Content::Count(Count::Entrants)),
    column("engaged_views", Content::Count(Count::Stays)),
    column("watch_seconds", Content::Count(Count::Dwell)),
    column("orders", Content::Count(Count::Orders)),
    column("is_test", Content::IsTest),
    column("batch", Content::CreatedAt),
];

const WEB_FEED_COLUMNS: [Column; 17] = [
    column("date", Content::Date),
    column("hour", Content::Hour),
    column("country_code", Content::Market),
    column("show_id", Content::Broadcast),
    column("card_id", Content::Cover),
    column("viewer_gender", Content::Gender),
    column("viewer_age", Content::Age),
    column("card_impressions", Content::Count(Count::Impressions)),
    column("card_reach", Content::Count(Count::UniqueImpressions)),
    column("card_clicks", Content::Count(Count::Clicks)),
    column("card_clickers", Content::Count(Count::Clickers)),
    column("views", Content::Count(Count::Entries)),
    column("viewers", Content::Count(Count::Entrants)),
    column("engaged_views", Content::Count(Count::Stays)),
    column("watch_seconds", Content::Count(Count::Dwell)),
    column("purchases", Content::Count(Count::Orders)),
    column("create_time", Content::CreatedAt),
];

static FORMS: [ReportFormat; 3] = [
    ReportFormat {
        grain_minutes: 30,
        files_a_day: 2,
        columns: &SHOP_APP_COLUMNS,
        has_totals: true,
        path: |date, part, delivery| {
            let created = delivery.created_at.strftime("%Y%m%dT%H%M%SZ");
            format!("shop_app/{date}/rooms-{}_{created}", part + 1)
        },
    },
    ReportFormat {
        grain_minutes: 60,
        files_a_day: 1,
        columns: &PARTNER_FEED_COLUMNS,
        has_totals: false,
        path: |date, _, delivery| {
            let state = if delivery.is_preliminary { "early" } else { "final" };
            format!("partner_feed/hours_{}_{state}", date.strftime("%Y%m%d"))
        },
    },
    ReportFormat {
        grain_minutes: 60,
        files_a_day: 1,
        columns: &WEB_FEED_COLUMNS,
        has_totals: false,
        // The names do not give the order; `create_time` does.
        path: |date, _, delivery| {
            let name = if delivery.is_preliminary { "report_c41e" } else { "report_7a09" };
            format!("web_feed/{}/{name}", date.strftime("%Y/%m/%d"))
        },
    },
];

impl ReportFormat {
    pub(super) fn of(platform: &Platform) -> &'static Self {
        match platform.rows {
            Rows::Events => &FORMS[0],
            Rows::EventsWithoutTaps => &FORMS[1],
            Rows::Impressions => &FORMS[2],
        }
    }

    /// The path of a file below the store of exports.
    pub(super) fn path(&self, date: Date, part: usize, delivery: Delivery, format: DemoFormat) -> String {
        format!("{}.{format}", (self.path)(date, part, delivery))
    }

    /// Whether every file begins with a row that must not be counted.
    pub(super) fn has_tests(&self) -> bool {
        self.columns.iter().any(|column| column.holds == Content::IsTest)
    }

    /// The columns of a file.
    pub(super) fn heads(&self, is_german: bool) -> Vec<Head> {
        let head = |column: &Column| Head {
            name: if is_german && !column.german.is_empty() { column.german } else { column.name },
            kind: column.holds.kind(),
            is_distinct: false,
        };
        self.columns.iter().map(head).collect()
    }
}

impl Content {
    fn kind(self) -> Kind {
        match self {
            Self::StartEpoch | Self::Count(_) | Self::IsTest => Kind::Int,
            Self::StartWall
            | Self::EndWall
            | Self::Date
            | Self::Hour
            | Self::Market
            | Self::Broadcast
            | Self::Cover
            | Self::Gender
            | Self::Age
            | Self::DwellText
            | Self::Ctr
            | Self::CreatedAt => Kind::Text,
        }
    }
}
