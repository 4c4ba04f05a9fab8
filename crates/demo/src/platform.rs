//! The three platforms: their names for columns and events, their formats of ids and instants, and the paths of their files.
//!
//! They are a team's own shop app, a partner's feed that shows its rooms, and the team's feed on the web: who runs these
//! logs every display of a cover. Exports of `TikTok`, Shopee or `YouTube` know no covers of theirs, and hold no such events;
//! the platforms that do read those are in `config/platforms/` of the repository.

use jiff::civil::Date;

use super::format::DemoFormat;
use super::random::mix;
use super::row::Event;
use super::table::Head;

/// A platform and the shape of its exports.
pub(super) struct Platform {
    pub(super) number: u64,
    pub(super) name: &'static str,
    /// The zone of the date in a path.
    pub(super) zone: &'static str,
    pub(super) format: DemoFormat,
    pub(super) files_a_day: usize,
    pub(super) ids: Ids,
    pub(super) clock: Clock,
    pub(super) rows: Rows,
    pub(super) columns: &'static [Column],
    /// Countries in lower case.
    pub(super) lower_case_markets: bool,
    /// Its words for [`Event`]s, in order; empty if a row is an impression.
    event_words: [&'static str; 6],
    path: fn(Date, usize) -> String,
}

/// The kind of a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// One event; there are taps on the cover.
    Events,
    /// One event; the platform records no taps, only entries.
    EventsWithoutTaps,
    /// One impression, with flags for what followed.
    Impressions,
}

/// How a platform writes an instant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// `2026-10-26T11:30:00.250Z`
    Rfc3339,
    /// `2026/10/26 19:30:00`, in the local time of Singapore.
    SingaporeText,
    /// Milliseconds since 1970.
    EpochMs,
}

/// How a platform makes its ids.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ids {
    /// Nineteen digits: the second in the upper half, a counter in the lower one.
    Snowflake,
    /// Hexadecimal text.
    Hex,
    /// A plain counter.
    Serial,
}

/// A column and its content.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) holds: Content,
}

/// The content of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    EventId,
    OccurredAt,
    Event,
    Market,
    Broadcast,
    Host,
    Cover,
    Viewer,
    Gender,
    Age,
    Dwell,
    Clicked,
    Entered,
    Ordered,
}

/// The type of a column, in formats with types.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Int,
    Flag,
}

const fn column(name: &'static str, holds: Content) -> Column {
    Column { name, holds }
}

const SHOP_APP_COLUMNS: [Column; 10] = [
    column("event_id", Content::EventId),
    column("event_time", Content::OccurredAt),
    column("event_type", Content::Event),
    column("country", Content::Market),
    column("room_id", Content::Broadcast),
    column("cover_id", Content::Cover),
    column("user_id", Content::Viewer),
    column("gender", Content::Gender),
    column("age_band", Content::Age),
    column("dwell_s", Content::Dwell),
];

/// The same with the host, without whom nobody can tell whether a viewer comes back to them.
const SHOP_APP_HOST_COLUMNS: [Column; 11] = {
    let [id, time, event, market, room, cover, viewer, gender, age, dwell] = SHOP_APP_COLUMNS;
    [id, time, event, market, room, column("host", Content::Host), cover, viewer, gender, age, dwell]
};

const PARTNER_FEED_COLUMNS: [Column; 10] = [
    column("eid", Content::EventId),
    column("ts", Content::OccurredAt),
    column("act", Content::Event),
    column("region", Content::Market),
    column("session", Content::Broadcast),
    column("pic", Content::Cover),
    column("uid", Content::Viewer),
    column("sex", Content::Gender),
    column("age", Content::Age),
    column("stay", Content::Dwell),
];

const WEB_FEED_COLUMNS: [Column; 12] = [
    column("impression_id", Content::EventId),
    column("impression_ms", Content::OccurredAt),
    column("country_code", Content::Market),
    column("show_id", Content::Broadcast),
    column("card_id", Content::Cover),
    column("viewer_key", Content::Viewer),
    column("viewer_gender", Content::Gender),
    column("viewer_age", Content::Age),
    column("clicked", Content::Clicked),
    column("entered", Content::Entered),
    column("purchased", Content::Ordered),
    column("watch_seconds", Content::Dwell),
];

const SHOP_APP: Platform = Platform {
    number: 0,
    name: "shop_app",
    zone: "UTC",
    format: DemoFormat::CsvGz,
    files_a_day: 2,
    ids: Ids::Snowflake,
    clock: Clock::Rfc3339,
    rows: Rows::Events,
    columns: &SHOP_APP_COLUMNS,
    lower_case_markets: false,
    event_words: ["show", "tap", "enter", "like", "paid", "leave"],
    path: |date, part| format!("shop_app/{date}/part-{part}"),
};

const PARTNER_FEED: Platform = Platform {
    number: 1,
    name: "partner_feed",
    zone: "Asia/Singapore",
    format: DemoFormat::NdjsonGz,
    files_a_day: 1,
    ids: Ids::Hex,
    clock: Clock::SingaporeText,
    rows: Rows::EventsWithoutTaps,
    columns: &PARTNER_FEED_COLUMNS,
    lower_case_markets: true,
    event_words: ["IM", "", "EN", "LK", "PY", "LV"],
    path: |date, _| format!("partner_feed/events_{}", date.strftime("%Y%m%d")),
};

const WEB_FEED: Platform = Platform {
    number: 2,
    name: "web_feed",
    zone: "America/Los_Angeles",
    format: DemoFormat::Parquet,
    files_a_day: 1,
    ids: Ids::Serial,
    clock: Clock::EpochMs,
    rows: Rows::Impressions,
    columns: &WEB_FEED_COLUMNS,
    lower_case_markets: false,
    event_words: [""; 6],
    path: |date, _| format!("web_feed/{}/cards", date.strftime("%Y/%m/%d")),
};

pub(super) static PLATFORMS: [Platform; 3] = [SHOP_APP, PARTNER_FEED, WEB_FEED];

/// The platforms beside a player's telemetry: the one that it watched names the hosts of its rooms.
pub(super) static PLATFORMS_WITH_HOSTS: [Platform; 3] =
    [Platform { columns: &SHOP_APP_HOST_COLUMNS, ..SHOP_APP }, PARTNER_FEED, WEB_FEED];

impl Platform {
    /// The path of a file below the store of exports.
    pub(super) fn path(&self, date: Date, part: usize, format: DemoFormat) -> String {
        format!("{}.{format}", (self.path)(date, part + 1))
    }

    pub(super) fn event_word(&self, event: Event) -> &'static str {
        let place = match event {
            Event::Impression => 0,
            Event::Click => 1,
            Event::Entry => 2,
            Event::Like => 3,
            Event::Order => 4,
            Event::Leave => 5,
        };
        self.event_words[place]
    }

    /// The columns of its files.
    pub(super) fn heads(&self) -> Vec<Head> {
        let head = |column: &Column| Head {
            name: column.name,
            kind: self.kind(column.holds),
            is_distinct: matches!(column.holds, Content::EventId | Content::OccurredAt),
        };
        self.columns.iter().map(head).collect()
    }

    fn kind(&self, holds: Content) -> Kind {
        match holds {
            Content::EventId if self.ids == Ids::Hex => Kind::Text,
            Content::OccurredAt if self.clock != Clock::EpochMs => Kind::Text,
            Content::EventId | Content::OccurredAt | Content::Viewer | Content::Dwell => Kind::Int,
            Content::Clicked | Content::Entered | Content::Ordered => Kind::Flag,
            Content::Event
            | Content::Market
            | Content::Broadcast
            | Content::Host
            | Content::Cover
            | Content::Gender
            | Content::Age => Kind::Text,
        }
    }
}

impl Ids {
    /// The id of a broadcast.
    pub(super) fn broadcast(self, second: i64, number: u64) -> String {
        match self {
            Self::Snowflake => Self::snowflake(second, number).to_string(),
            Self::Hex => format!("LS-{}", 48_000_000 + number * 7_919),
            Self::Serial => letters(mix(number)),
        }
    }

    /// The id of a viewer. Consecutive numbers give unrelated ids; different numbers never give the same id, because
    /// multiplying by an odd factor is one to one.
    pub(super) fn viewer(self, viewer: u32) -> i64 {
        let spread = i64::from(viewer.wrapping_mul(0x9E37_79B1));
        match self {
            Self::Snowflake => 6_800_000_000_000_000_000 + spread * 60_000_007,
            Self::Hex => 1_000_000_000 + spread,
            Self::Serial => 700_000_000_000 + spread * 31,
        }
    }

    pub(super) fn snowflake(second: i64, number: u64) -> i64 {
        (second << 32) | i64::try_from(number & 0xFFFF_FFFF).unwrap_or(0)
    }
}

/// Eleven letters and digits, as ids in addresses of the web have.
fn letters(mut bits: u64) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789xy";
    let mut id = String::with_capacity(11);
    for _ in 0..11 {
        id.push(char::from(ALPHABET[usize::try_from(bits & 63).unwrap_or(0)]));
        bits = bits.rotate_right(6);
    }
    id
}
