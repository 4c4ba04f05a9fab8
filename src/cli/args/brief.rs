//! Arguments of `brief`.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;

use super::instant;
use crate::cli::lang::Lang;

/// `brief`
#[derive(Debug, Args)]
pub struct Brief {
    /// The brief as of this local date [default: the newest]
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// Only what it says of this market
    #[arg(long, value_name = "MARKET")]
    pub market: Option<String>,
    /// Open the page in the browser
    #[arg(long)]
    pub open: bool,
    /// Write the page to this file; what it held before is replaced
    #[arg(long, value_name = "PATH")]
    pub output_file: Option<PathBuf>,
    /// The language of what is printed; the page has both
    #[arg(long, value_enum, default_value_t)]
    pub lang: Lang,
    /// Act as if the clock read this instant, such as 2026-11-20T12:00Z
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub at: Option<Timestamp>,
}
