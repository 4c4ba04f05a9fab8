//! The demo's configuration: small, complete, and commented, as an example to copy.

use std::fmt::Write;
use std::path::Path;

use jiff::ToSpan as _;

use super::built_in::{LOCALIZED, Localized, REVERSAL, SPLIT, Split};
use super::counted;
use super::dir::write_file;
use super::error::DemoError;
use super::format::DemoFormat;
use super::platform::{Clock, Column, Content, Platform, Rows};
use super::quality;
use super::rows::DemoRows;
use super::truth::STREAMS;
use super::world::MARKETS;
use super::{Demo, JOB, LAST_DATE};

/// The longest window that an experiment may have, in days.
const LONGEST_TEST: u16 = 60;

/// Writes `config/` and `jobs/` into `dir`.
pub(super) fn write(dir: &Path, demo: &Demo) -> Result<(), DemoError> {
    let config = dir.join("config");
    let returning = if demo.quality { quality::config::returning(demo.days) } else { String::new() };
    write_file(&config.join("archive.yaml"), &format!("{ARCHIVE}{returning}"))?;
    write_file(&config.join("markets.yaml"), &markets())?;
    write_file(&config.join("decisions.yaml"), &decisions())?;
    let experiments = config.join("experiments");
    write_file(&experiments.join(format!("{}.yaml", SPLIT.name)), &experiment(demo)?)?;
    for platform in demo.platforms() {
        let name = format!("{}.yaml", platform.name);
        let format = demo.format.unwrap_or(platform.format);
        let text = match demo.rows {
            DemoRows::Events => platform_file(platform, format),
            DemoRows::Counts => counted::config::platform_file(platform, format),
        };
        write_file(&config.join("platforms").join(name), &text)?;
    }
    if demo.quality {
        let path = config.join("platforms").join(format!("{}.yaml", STREAMS.source));
        write_file(&path, &quality::config::source_file())?;
    }
    write_file(&dir.join("jobs").join(format!("{JOB}.yaml")), &job(demo))
}

const ARCHIVE: &str = r#"# Where exports come from, where the archive goes, and what holds for all platforms.
version: 1
home_timezone: Asia/Singapore

# A relative path starts at the folder that holds `config`. Elsewhere this is "s3://bucket/prefix", "az://…" or "gs://…";
# keys and secrets come from the environment, never from here.
stores:
  exports: {url: "exports"}
  archive: {url: "archive"}

stay_seconds: 60          # an entry that lasts at least this long is a stay
max_reject_share: 0.01    # an export with more bad records than this holds its market-days back
"#;

fn markets() -> String {
    let mut text = String::from(
        r#"# Each market owns a time zone, the start of its day, and its slots. A slot runs until the next one starts.
version: 1

slots:
  day_parts: {night: "00:00", morning: "06:00", afternoon: "12:00", prime: "19:00", late: "23:00"}
  broadcast: {morning: "04:00", afternoon: "12:00", prime: "19:00", late: "23:00"}   # late runs past midnight to the day's end

markets:
"#,
    );
    for market in &MARKETS {
        let day = if market.day_starts_at > 0 {
            r#"slots: broadcast, day_starts_at: "04:00"}   # a broadcast day: 01:30 still belongs to the evening before"#
        } else {
            "slots: day_parts}"
        };
        push(&mut text, &format!("  {}: {{timezone: {}, {day}\n", market.code, market.zone));
    }
    text
}

fn decisions() -> String {
    let Localized { family, shared, localized, market, .. } = LOCALIZED;
    format!(
        r"# What is decided from the numbers. Without this file nothing is: counts and rates are published as ever.
version: 1
window_days: 28     # how far covers, their diagnosis and the plan of slots look back
period_days: {}      # what changed: the last so many days against as many before them
certainty: 0.9      # a diagnosis is spoken from this probability on

families:           # covers that were made anew for a market, and what all others share
  {family}: {{shared: {shared}, localized: {{{market}: {localized}}}}}
",
        REVERSAL.days
    )
}

fn experiment(demo: &Demo) -> Result<String, DemoError> {
    let Split { platform, markets, covers, .. } = SPLIT;
    let days = demo.days.min(LONGEST_TEST);
    let from = LAST_DATE.checked_sub((i64::from(days) - 1).days())?;
    Ok(format!(
        r"# Which of these covers goes on air? {platform} shows every viewer of a broadcast one of them, by lot.
version: 1
design: split                                # or `rotation`: covers take turns that `coverledger plan-test` prints
platforms: [{platform}]
markets: [{}]
covers: [{}]   # the first is the control: the others are held against it
window: {{from: {from}, to: {LAST_DATE}}}
value: {{orders: 10, retained_minutes: 1}}     # a cover is chosen by what 1,000 impressions are worth, not by its clicks
guardrails: {{stay: 0.1}}                      # and has to be shown not to cost more than a tenth of stays
split:
  broadcasts: {}                              # so many are planned on a platform in a market
  assignment: broadcast                      # viewers are drawn anew in every broadcast; `viewer`: each keeps a cover
",
        markets.join(", "),
        covers.join(", "),
        (days + 1).max(8)
    ))
}

fn job(demo: &Demo) -> String {
    let mut platforms: Vec<&str> = demo.platforms().iter().map(|platform| platform.name).collect();
    if demo.quality {
        platforms.push(STREAMS.source);
    }
    let markets: Vec<&str> = MARKETS.iter().map(|market| market.code).collect();
    format!(
        r#"# One run each night looks this many days back, and works only on market-days that are new or have changed.
version: 1
schedule: {{cron: "0 12 * * *", timezone: UTC}}
platforms: [{}]
markets: [{}]
lookback_days: {}
"#,
        platforms.join(", "),
        markets.join(", "),
        demo.days
    )
}

fn platform_file(platform: &Platform, format: DemoFormat) -> String {
    let words = Words::of(platform);
    let path = words.path;
    let conventions = format!("conventions: {{impression: displays, click: {}}}", words.click);
    let day = format!("day: {{timezone: {}}}", platform.zone);
    let mut text = format!(
        r#"{about}
version: 1
{conventions:<56}   # {click_note}
settle: 48h                                                # how long after a day ends its exports may still arrive

exports:
  - name: {name}
    rows: {rows:<46}   # {rows_note}
    path: "{path}.{format}"
    {day:<52}   # whose day the date in the path names
    late_days: 1                                           # a row may sit in the next day's file
    format: {word}
    columns:
"#,
        about = words.about,
        click_note = words.click_note,
        name = words.export,
        rows = words.rows,
        rows_note = words.rows_note,
        word = format.config_word(),
    );
    for column in platform.columns {
        if let Some(line) = column_line(platform, column) {
            push(&mut text, &format!("      {line}\n"));
        }
    }
    text
}

/// The parts that differ between the platforms' files.
struct Words {
    about: &'static str,
    click: &'static str,
    click_note: &'static str,
    export: &'static str,
    rows: &'static str,
    rows_note: &'static str,
    path: &'static str,
}

impl Words {
    fn of(platform: &Platform) -> Self {
        match platform.rows {
            Rows::Events => Self {
                about: "# The shop's own app: events, with instants in UTC as RFC 3339 text. Two files a day, found by one pattern.",
                click: "cover_tap",
                click_note: "a tap on the cover is an event of its own",
                export: "events",
                rows: "events",
                rows_note: "a row is one event",
                path: "shop_app/{date:%Y-%m-%d}/*",
            },
            Rows::EventsWithoutTaps => Self {
                about: "# A partner's feed: events, with instants as a wall clock in Singapore shows them. It reports no tap on the cover,\n\
                        # so entering the room is the click; such clicks are never added to cover taps or ranked with them.",
                click: "room_entry",
                click_note: "an entry is the click",
                export: "events",
                rows: "events",
                rows_note: "a row is one event",
                path: "partner_feed/events_{date:%Y%m%d}",
            },
            Rows::Impressions => Self {
                about: "# The feed on the web: impressions with flags, instants in milliseconds since 1970. Days are Pacific.",
                click: "cover_tap",
                click_note: "the flag `clicked`",
                export: "cards",
                rows: "impressions",
                rows_note: "a row is one impression, with flags for what followed",
                path: "web_feed/{date:%Y}/{date:%m}/{date:%d}/*",
            },
        }
    }
}

/// The line of `columns` that maps this column. The audience is one line for two columns.
fn column_line(platform: &Platform, column: &Column) -> Option<String> {
    let name = column.name;
    let line = match column.holds {
        Content::EventId => format!("event_id: {name}"),
        Content::OccurredAt => format!("occurred_at: {{column: {name}, {}}}", clock(platform.clock)),
        Content::Event => format!("event: {{column: {name}, values: {{{}}}}}", events(platform)),
        Content::Market if platform.lower_case_markets => {
            let pairs: Vec<String> =
                MARKETS.iter().map(|market| format!("{}: {}", market.lower_code, market.code)).collect();
            format!("market: {{column: {name}, values: {{{}}}, otherwise: reject}}", pairs.join(", "))
        }
        Content::Market => format!("market: {{column: {name}, otherwise: reject}}"),
        Content::Broadcast => format!("broadcast_id: {name}"),
        Content::Host => format!("host_id: {name}"),
        Content::Cover => format!("cover_id: {name}"),
        Content::Viewer => format!("viewer_id: {name}"),
        Content::Gender => return None,
        Content::Age => {
            let gender = platform.columns.iter().find(|other| other.holds == Content::Gender)?;
            format!("audience: [{}, {name}]", gender.name)
        }
        Content::Dwell => format!("dwell_seconds: {name}"),
        Content::Clicked => format!("clicked: {name}"),
        Content::Entered => format!("entered: {name}"),
        Content::Ordered => format!("ordered: {name}"),
    };
    Some(line)
}

fn clock(clock: Clock) -> &'static str {
    match clock {
        Clock::Rfc3339 => "format: rfc3339",
        Clock::SingaporeText => r#"format: "%Y/%m/%d %H:%M:%S", timezone: Asia/Singapore"#,
        Clock::EpochMs => "format: epoch_ms",
    }
}

fn events(platform: &Platform) -> &'static str {
    match platform.rows {
        Rows::Events => "show: impression, tap: click, enter: entry, leave: leave, paid: order",
        Rows::EventsWithoutTaps => "IM: impression, EN: entry, LV: leave, PY: order, LK: ignore",
        Rows::Impressions => "",
    }
}

fn push(text: &mut String, more: &str) {
    // Writing to a string cannot fail.
    let _ = text.write_str(more);
}
