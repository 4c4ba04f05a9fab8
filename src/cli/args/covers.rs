//! Arguments of `coverledger covers`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;

use super::{Output, RowOutput};
use crate::cli::lang::Lang;
use coverledger_config as config;

/// `covers`
#[derive(Debug, Args)]
pub struct Covers {
    /// What to do.
    #[command(subcommand)]
    pub command: CoversCommand,
}

/// A command about covers.
#[derive(Debug, Subcommand)]
pub enum CoversCommand {
    /// Hold pictures against the rules of markets, before they go on air
    Check(CoversCheck),
    /// List and search covers
    List(CoversList),
    /// Show how a cover did, what it looks like, and its family
    Show(CoversShow),
    /// Find covers that look like a picture
    Similar(CoversSimilar),
    /// Write down that a cover went on air, in the team's log of covers
    Log(CoversLog),
}

/// `covers check`
#[derive(Debug, Args)]
pub struct CoversCheck {
    /// The pictures: JPEG, PNG or WebP
    #[arg(required = true, value_name = "IMAGE")]
    pub images: Vec<PathBuf>,
    /// The market that the picture is meant for; may be given more than once
    #[arg(long = "market", value_name = "MARKET", required = true)]
    pub markets: Vec<String>,
    /// Only the rules and the covers of this platform [default: all platforms]
    #[arg(long, value_name = "PLATFORM")]
    pub platform: Option<String>,
    /// The cover that the picture is, whose declared facts count [default: found by its content, or by its file name]
    #[arg(long, value_name = "COVER")]
    pub cover: Option<String>,
    /// The language of its text, such as `ar` or `zh-Hant`, in place of what is declared
    #[arg(long, value_name = "LANGUAGE")]
    pub language: Option<String>,
    /// A fact of the cover, such as `price_tag=yes`, in place of what is declared; may be given more than once
    #[arg(long = "tag", value_name = "NAME=VALUE", value_parser = tag)]
    pub tags: Vec<(String, String)>,
    /// Take a rule that breaks and cannot be judged for broken
    #[arg(long)]
    pub strict: bool,
    /// Output format: for people, or one JSON object
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Output::Text)]
    pub output: Output,
}

/// `covers log`
#[derive(Debug, Args)]
pub struct CoversLog {
    /// The broadcast, by the id that the platform's exports have
    #[arg(value_name = "ROOM", required_unless_present = "template")]
    pub room: Option<String>,
    /// The cover that went on air
    #[arg(required_unless_present = "template")]
    pub cover: Option<String>,
    /// When, by the clock of the market, such as "2026-11-20 19:00", or 19:00 of today [default: now, to the minute]
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// The market [default: the only one]
    #[arg(long, value_name = "MARKET")]
    pub market: Option<String>,
    /// The platform whose log it is [default: the only one that has one]
    #[arg(long, value_name = "PLATFORM")]
    pub platform: Option<String>,
    /// The log, a CSV file; it is made if it does not exist [default: the platform's own, in the folder of the exports]
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Write an empty log to be filled in by hand to this file: a workbook (.xlsx) or a table (.csv)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["room", "cover", "at", "market", "platform", "file"])]
    pub template: Option<PathBuf>,
    /// The language of the header of a new log
    #[arg(long, value_name = "LANGUAGE", value_enum, default_value_t = Lang::En)]
    pub lang: Lang,
    /// Act as if the clock read this instant
    #[arg(long, value_name = "INSTANT", hide = true)]
    pub now: Option<Timestamp>,
}

/// `covers list`
#[derive(Debug, Args)]
pub struct CoversList {
    /// Only this market
    #[arg(long)]
    pub market: Option<String>,
    /// Only this platform
    #[arg(long)]
    pub platform: Option<String>,
    /// How they did in this slot [default: in all slots together]
    #[arg(long)]
    pub slot: Option<String>,
    /// Only covers that have not been on air for so long, such as `14d`; without a value as long as `rested` in library.yaml
    #[arg(long, value_name = "DURATION", num_args = 0..=1, value_parser = whole_days)]
    #[expect(clippy::option_option, reason = "an option that may have a value")]
    pub rested: Option<Option<u16>>,
    /// Only covers with so much text: `under 10%` or `over 5%` of the picture
    #[arg(long, value_name = "SHARE", num_args = 1..=2)]
    pub text: Vec<String>,
    /// Only covers of this family
    #[arg(long)]
    pub family: Option<String>,
    /// Only covers of which this is declared, such as `theme=dress`; may be given more than once
    #[arg(long = "tag", value_name = "NAME=VALUE", value_parser = tag)]
    pub tags: Vec<(String, String)>,
    /// Only covers with all these words in what is declared of them
    #[arg(long, value_name = "WORDS", num_args = 1..)]
    pub search: Vec<String>,
    /// What comes first, within each platform and market
    #[arg(long, value_name = "BY", value_enum, default_value_t = CoverOrder::ShrunkenCtr)]
    pub sort: CoverOrder,
    /// How many covers of each platform and market; 0 is all [default: 20 in a table for people, all for programs]
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Language of headings, messages and names for people
    #[arg(long, value_name = "LANGUAGE", value_enum, default_value_t = Lang::En)]
    pub lang: Lang,
    /// How they are written
    #[command(flatten)]
    pub form: RowOutput,
}

/// The order of covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CoverOrder {
    /// Clicks by impressions, moved towards the covers of the market as far as viewers leave in doubt
    ShrunkenCtr,
    /// The same of entrants by impressions
    EffectiveCtr,
    /// On air last
    LastAired,
    /// Slowest to fade
    HalfLife,
    /// Most impressions
    Impressions,
}

/// `covers show`
#[derive(Debug, Args)]
pub struct CoversShow {
    /// The cover
    pub cover: String,
    /// How it did in this market only
    #[arg(long)]
    pub market: Option<String>,
    /// How it did on this platform only
    #[arg(long)]
    pub platform: Option<String>,
    /// Language of headings and messages, and of what is published in both [default: English, with both of what is published]
    #[arg(long, value_name = "LANGUAGE", value_enum)]
    pub lang: Option<Lang>,
}

/// `covers similar`
#[derive(Debug, Args)]
pub struct CoversSimilar {
    /// The picture: JPEG, PNG or WebP
    #[arg(value_name = "IMAGE")]
    pub image: PathBuf,
    /// How covers did in this market only
    #[arg(long)]
    pub market: Option<String>,
    /// How covers did on this platform only
    #[arg(long)]
    pub platform: Option<String>,
    /// How many of the covers that look most like it; 0 is all
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub limit: usize,
}

/// A duration of whole days.
fn whole_days(text: &str) -> Result<u16, String> {
    let seconds = config::duration(text).filter(|seconds| *seconds >= 86_400 && seconds % 86_400 == 0);
    let days = seconds.and_then(|seconds| u16::try_from(seconds / 86_400).ok());
    days.ok_or_else(|| "expected whole days, such as `14d`".to_owned())
}

/// A name and a value.
fn tag(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected a name and a value, such as `price_tag=yes`")?;
    if name.trim().is_empty() || value.trim().is_empty() {
        return Err("expected a name and a value, such as `price_tag=yes`".to_owned());
    }
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
