//! The configuration of platforms that report counts.

use std::fmt::Write;

use super::report_format::{Column, Content, ReportFormat};
use crate::format::DemoFormat;
use crate::platform::{Platform, Rows};
use crate::world::MARKETS;
use coverledger_core::model::Count;

/// The file of a platform.
pub(crate) fn platform_file(platform: &Platform, format: DemoFormat) -> String {
    let form = ReportFormat::of(platform);
    let words = Words::of(platform);
    let mut text = format!(
        r#"{about}
version: 1
conventions: {{impression: displays, click: {click}, uniques: first_touch}}   # a viewer counts once a day, where they came first
settle: 48h                                                # how long after a day ends its exports may still arrive

exports:
  - name: {name}
    rows: counts                                           # a row is a count over an interval
    path: "{path}.{format}"
    day: {{timezone: {zone}}}
    format: {format_word}
    newest: {newest}
"#,
        about = words.about,
        click = words.click,
        name = words.export,
        path = words.path,
        zone = platform.zone,
        format_word = format.config_word(),
        newest = words.newest,
    );
    if form.has_tests() {
        push(&mut text, &format!("    skip: {{{}: [\"1\"]}}   # a rehearsal\n", name(form, Content::IsTest)));
    }
    let rate = form.columns.iter().find(|column| column.holds == Content::Ctr);
    push(&mut text, "    columns:\n");
    push(&mut text, &format!("      period: {}\n", period(platform, form)));
    push(&mut text, &format!("      market: {}\n", market(platform, form)));
    push(&mut text, &format!("      broadcast_id: {}\n", name(form, Content::Broadcast)));
    push(&mut text, &format!("      cover_id: {}\n", name(form, Content::Cover)));
    // A list within a list is a column with several names.
    push(&mut text, &format!("      audience: [{}, {}]\n", name(form, Content::Gender), name(form, Content::Age)));
    push(&mut text, "      counts:\n");
    for count in Count::ALL {
        push(&mut text, &format!("        {}: {}\n", count.word(), counted(platform, form, count)));
    }
    if let Some(rate) = rate {
        push(
            &mut text,
            "      rates:                                               # held against the counts of each row\n",
        );
        push(&mut text, &format!("        ctr: {{column: {}, unit: signed}}\n", names(rate)));
    }
    text
}

/// The parts that differ between the platforms' files.
struct Words {
    about: &'static str,
    click: &'static str,
    export: &'static str,
    path: &'static str,
    newest: &'static str,
}

impl Words {
    fn of(platform: &Platform) -> Self {
        match platform.rows {
            Rows::Events => Self {
                about: "# The shop's own app: counts of half an hour, a preamble above the header, a row of totals at the end, and a header in\n\
                        # the language of whoever exported it last. Every column has a list of the names it can have.",
                click: "cover_tap",
                export: "rooms",
                path: "shop_app/{date:%Y-%m-%d}/*_{created:%Y%m%dT%H%M%SZ}",
                newest: "{by: path, per: broadcast}   # {created:…} says which file is newer; each has some of the broadcasts",
            },
            Rows::EventsWithoutTaps => Self {
                about: "# A partner's feed: counts of an hour, from and to on a wall clock in Singapore. It reports no tap on the cover, so\n\
                        # entering the room is the click; such clicks are never added to cover taps or ranked with them.",
                click: "room_entry",
                export: "hours",
                path: "partner_feed/hours_{date:%Y%m%d}_*",
                newest: "{by: name, per: period}   # `final` comes after `early`; each file has all broadcasts of its day",
            },
            Rows::Impressions => Self {
                about: "# The feed on the web: counts of an hour, by date and hour in UTC. The files are of Pacific days.",
                click: "cover_tap",
                export: "reach",
                path: "web_feed/{date:%Y}/{date:%m}/{date:%d}/*",
                newest: "{by: {column: create_time, format: rfc3339}, per: period}",
            },
        }
    }
}

fn period(platform: &Platform, form: &ReportFormat) -> String {
    match platform.rows {
        Rows::Events => {
            let start = name(form, Content::StartEpoch);
            format!("{{start: {{column: {start}, format: epoch_s}}, grain: {}m}}", form.grain_minutes)
        }
        Rows::EventsWithoutTaps => {
            let clock = r#"format: "%Y/%m/%d %H:%M:%S", timezone: Asia/Singapore"#;
            let (start, end) = (name(form, Content::StartWall), name(form, Content::EndWall));
            format!("{{start: {{column: {start}, {clock}}}, end: {{column: {end}, {clock}}}}}")
        }
        Rows::Impressions => {
            let (date, hour) = (name(form, Content::Date), name(form, Content::Hour));
            format!(r#"{{date: {date}, format: "%Y%m%d", timezone: UTC, hour: {hour}}}"#)
        }
    }
}

fn market(platform: &Platform, form: &ReportFormat) -> String {
    let column = name(form, Content::Market);
    if !platform.lower_case_markets {
        return format!("{{column: {column}, otherwise: reject}}");
    }
    let pairs: Vec<String> =
        MARKETS.iter().map(|market| format!("{}: {}", market.lower_code, market.code)).collect();
    format!("{{column: {column}, values: {{{}}}, otherwise: reject}}", pairs.join(", "))
}

/// The column of a count. If taps are not recorded, the entry is the click.
fn counted(platform: &Platform, form: &ReportFormat, count: Count) -> String {
    let has_taps = platform.rows != Rows::EventsWithoutTaps;
    match count {
        Count::Clicks if !has_taps => name(form, Content::Count(Count::Entries)),
        Count::Clickers if !has_taps => name(form, Content::Count(Count::Entrants)),
        Count::Dwell if form.columns.iter().any(|column| column.holds == Content::DwellText) => {
            name(form, Content::DwellText)
        }
        count => name(form, Content::Count(count)),
    }
}

/// The configuration key of a column.
fn name(form: &ReportFormat, holds: Content) -> String {
    form.columns.iter().find(|column| column.holds == holds).map(names).unwrap_or_default()
}

/// One name, or a list of all. Soft hyphens are left out, because names are compared without them.
fn names(column: &Column) -> String {
    if column.german.is_empty() {
        return column.name.to_owned();
    }
    format!("[{}, {}]", column.name, column.german.replace('\u{ad}', ""))
}

fn push(text: &mut String, more: &str) {
    // Writing to a string cannot fail.
    let _ = text.write_str(more);
}
