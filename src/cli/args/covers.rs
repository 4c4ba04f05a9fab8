//! Arguments of `coverledger covers`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Output;

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

/// `covers list`
#[derive(Debug, Args)]
pub struct CoversList {
    /// Only this market
    #[arg(long, value_name = "MARKET")]
    pub market: Option<String>,
}

/// `covers show`
#[derive(Debug, Args)]
pub struct CoversShow {
    /// The cover
    pub cover: String,
}

/// `covers similar`
#[derive(Debug, Args)]
pub struct CoversSimilar {
    /// The picture
    #[arg(value_name = "IMAGE")]
    pub image: PathBuf,
}

/// A name and a value.
fn tag(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected a name and a value, such as `price_tag=yes`")?;
    if name.trim().is_empty() || value.trim().is_empty() {
        return Err("expected a name and a value, such as `price_tag=yes`".to_owned());
    }
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
