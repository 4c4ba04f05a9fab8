//! Arguments as they are typed.

mod brief;
mod covers;
mod rows;
mod show;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::Timestamp;
use jiff::civil::Date;

use super::Launch;
use super::engine::Engine;
use crate::program;
use coverledger_archive::{PruneLimits, Unaccounted};
use coverledger_config as config;
use coverledger_demo::{DemoFormat, DemoRows};

pub use brief::Brief;
pub use covers::{
    CoverOrder, Covers, CoversCheck, CoversCommand, CoversList, CoversLog, CoversShow, CoversSimilar,
};
pub use rows::{RowOutput, TableFormat};
pub use show::Show;

/// Settles how live-room covers performed, by market, slot and audience, and publishes Parquet that a notebook can
/// trust.
#[derive(Debug, Parser)]
#[command(name = "coverledger", version = program::VERSION_AND_COMMIT, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

const EXIT_CODES: &str = "Exit codes: 0 done or nothing to do; 1 unexpected; 2 usage; 3 config; 4 exports missing or \
too many rejects; 5 publish conflict, unknown outcome or another run at work; 6 some market-days failed, others \
published; 7 a cover breaks a rule of a market; 130 and 143 stopped by SIGINT and by SIGTERM with market-days left";

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Folder of archive.yaml, markets.yaml and platforms/
    #[arg(long, global = true, value_name = "DIR", default_value = "config")]
    pub config: PathBuf,
    /// Folder with one file per job
    #[arg(long, global = true, value_name = "DIR", default_value = "jobs")]
    pub jobs: PathBuf,
    /// Format of the log, which goes to standard error
    #[arg(long, global = true, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log: LogFormat,
    /// Say less: no progress, errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: -v every step, -vv everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// How the program was started, which is no argument
    #[arg(skip)]
    pub launch: Launch,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a week of realistic exports, settle it and print the report
    Demo(Demo),
    /// Run a job once, as its schedule would
    Run(Run),
    /// Run a job over chosen local dates, newest first
    Backfill(Backfill),
    /// Run every job on its schedule until asked to stop
    Schedule(Schedule),
    /// Show the status of every market-day
    Status(Status),
    /// Check every file in config/ and jobs/, offline, or try a local file
    Check(Check),
    /// Print the JSON Schema of a kind of configuration file, for editors
    Schema(Schema),
    /// Print how large an effect an experiment could find, and which cover is on air when
    PlanTest(PlanTest),
    /// Print where the morning brief lies and what it says of the night to come, or open it
    Brief(Brief),
    /// Print which cover is on air now and next in each market, by the team's own clock and the market's
    Now(Now),
    /// Say what unknown exports are, and which of their columns is the cover's rate
    Inspect(Inspect),
    /// Check the archive against its receipts, and bytes against hashes
    Verify(Verify),
    /// List the objects that were in force at an instant
    Snapshot(Snapshot),
    /// Remove the bytes of revisions that were replaced long ago; never part of a run
    Prune(Prune),
    /// Print a table of the archive
    Show(Show),
    /// Check pictures against the rules of markets, and look up covers by how they look and how they did
    Covers(Covers),
    /// Remove what is no longer configured from the current paths
    Retire(Retire),
    /// Print the script that completes commands and options in a shell
    Completions(Completions),
    /// Write manual pages: one for the program and one for each command
    Man(Man),
}

/// `demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// Where to write config/, jobs/, exports/ and archive/
    #[arg(default_value = "demo")]
    pub dir: PathBuf,
    /// Number of local dates; the last is 2026-11-01
    #[arg(long, default_value_t = 7)]
    pub days: u16,
    /// Kind of rows: `events`, or `counts` of the same week by half-hour or hour, as most platforms deliver
    #[arg(long, value_name = "KIND", default_value_t = DemoRows::Events)]
    pub rows: DemoRows,
    /// Approximate number of rows in all exports; for counts, the number of rows to count
    #[arg(long, default_value_t = 200_000)]
    pub events: u64,
    /// One format for all exports: csv, csv.gz, tsv, ndjson, ndjson.gz or parquet [default: each platform uses its own]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<DemoFormat>,
    /// Another seed gives another week
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Also a player's telemetry, and viewers who come back and remember how the stream was; best with --days 84 --events 3000000
    #[arg(long)]
    pub quality: bool,
    /// Only write exports and configuration
    #[arg(long)]
    pub generate_only: bool,
}

/// `schema`
#[derive(Debug, Args)]
pub struct Schema {
    /// The kind of file: a file of config/, or a file of config/platforms/, config/experiments/ or jobs/
    #[arg(value_parser = PossibleValuesParser::new(config::schema_names()))]
    pub file: String,
}

/// `run`
#[derive(Debug, Args)]
pub struct Run {
    /// The job: the name of a file in jobs/ without .yaml
    pub job: String,
    /// Run as if the clock read this instant, such as 2026-11-20T03:30:00Z
    #[arg(long, value_name = "INSTANT")]
    pub at: Option<Timestamp>,
    /// Publish even if totals fell, or if an export seems to belong to another day or market
    #[arg(long)]
    pub accept_shrink: bool,
    /// What counts, whatever `engine` in archive.yaml says: `local` (this process), `spark` (the server named there) or a
    /// server as `sc://host:15002`
    #[arg(long, value_name = "ENGINE")]
    pub engine: Option<Engine>,
    /// Output format: for people, or one JSON object
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Output::Text)]
    pub output: Output,
    /// For `schedule`: the scheduled time that this run handles
    #[arg(long, value_name = "INSTANT", hide = true)]
    pub scheduled: Option<Timestamp>,
    /// For `schedule`: also look at everything that a run at this instant would have looked at
    #[arg(long, value_name = "INSTANT", hide = true)]
    pub look_back_from: Option<Timestamp>,
    /// For `schedule`: the configuration comes on standard input, on one line
    #[arg(long, hide = true)]
    pub files_on_stdin: bool,
    /// For `schedule`: the number of scheduled times that passed since the last run
    #[arg(long, value_name = "N", default_value_t = 0, hide = true)]
    pub missed: u64,
}

/// The output format of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people
    Text,
    /// One JSON object
    Json,
}

/// `backfill`
#[derive(Debug, Args)]
pub struct Backfill {
    /// The job: the name of a file in jobs/ without .yaml
    pub job: String,
    /// First local date
    #[arg(long, value_name = "DATE")]
    pub from: Date,
    /// Last local date
    #[arg(long, value_name = "DATE")]
    pub to: Date,
    /// Only this platform of the job; may be given more than once
    #[arg(long = "platform", value_name = "P")]
    pub platforms: Vec<String>,
    /// Only this market of the job; may be given more than once
    #[arg(long = "market", value_name = "M")]
    pub markets: Vec<String>,
    /// Which market-days to process [default: those that are due]
    #[arg(long, value_enum, value_name = "WHICH")]
    pub reprocess: Option<Which>,
    /// Make the derived tables of what is published anew from the archive, without reading an export
    #[arg(long, conflicts_with_all = ["reprocess", "accept_shrink"])]
    pub rerender: bool,
    /// Only print what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Publish even if totals fell, or if an export seems to belong to another day or market
    #[arg(long)]
    pub accept_shrink: bool,
    /// What counts, whatever `engine` in archive.yaml says: `local` (this process), `spark` (the server named there) or a
    /// server as `sc://host:15002`
    #[arg(long, value_name = "ENGINE")]
    pub engine: Option<Engine>,
    /// Run as if the clock read this instant
    #[arg(long, value_name = "INSTANT")]
    pub at: Option<Timestamp>,
}

/// Which market-days a backfill processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// Never published
    Missing,
    /// Held back or failed at the last attempt
    Failed,
    /// All of them, even if nothing changed
    All,
}

/// `schedule`
#[derive(Debug, Args)]
pub struct Schedule {
    /// When asked to stop: how many seconds runs may take to finish before they are ended
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub drain: u64,
    /// Answer /healthz, /readyz and /metrics over HTTP here, such as 127.0.0.1:9464 [default: nowhere]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
}

/// `status`
#[derive(Debug, Args)]
pub struct Status {
    /// Only this job [default: all]
    pub job: Option<String>,
    /// How many local dates to look back
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u16).range(1..=400))]
    pub days: u16,
    /// Act as if the clock read this instant
    #[arg(long, value_name = "INSTANT")]
    pub at: Option<Timestamp>,
    /// How they are written; for programs, a row is a market-day
    #[command(flatten)]
    pub form: RowOutput,
}

/// `check`
#[derive(Debug, Args)]
pub struct Check {
    /// Also ask the Spark server whether it is there and its executors have this release's wheel
    #[arg(long, conflicts_with = "sample")]
    pub connect: bool,
    /// With --connect: another server than the one in archive.yaml, as `sc://host:15002`
    #[arg(long, value_name = "ENGINE", requires = "connect")]
    pub engine: Option<Engine>,
    /// Process this local file as a run would, and report the result: nothing is published, and no store and no archive is
    /// touched. May be given more than once, such as for a table and its cover log
    #[arg(long, value_name = "FILE")]
    pub sample: Vec<PathBuf>,
    /// The platform, or platform and export, that the file belongs to [default: found by its path]
    #[arg(long = "as", value_name = "PLATFORM/EXPORT", requires = "sample")]
    pub name: Vec<String>,
    /// Path of the file below the exports' store [default: its path here]
    #[arg(long, value_name = "PATH", requires = "sample")]
    pub path: Vec<String>,
    /// Output format: for people, or one JSON object
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Output::Text, requires = "sample")]
    pub output: Output,
}

/// `inspect`
#[derive(Debug, Args)]
pub struct Inspect {
    /// The exports, or folders of them
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Draft a platform file, such as config/platforms/NAME.yaml, from the first of them and the names in the others
    #[arg(long, value_name = "PATH")]
    pub write: Option<PathBuf>,
    /// A known start of a broadcast in the files; may be given more than once
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub start: Vec<Timestamp>,
    /// How what was found is written; of csv and xlsx, a row is a column of a table
    #[command(flatten)]
    pub form: RowOutput,
}

/// `verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// Update current paths to their newest receipts, and supersede damaged receipts
    #[arg(long)]
    pub repair: bool,
}

/// `snapshot`
#[derive(Debug, Args)]
pub struct Snapshot {
    /// The instant, such as 2026-11-20T08:00Z
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub as_of: Timestamp,
}

/// `prune`
#[derive(Debug, Args)]
pub struct Prune {
    /// How far back past states stay complete: at least 1d, such as `400d`
    #[arg(long, value_name = "DURATION", value_parser = days)]
    pub older_than: i64,
    /// Only report what would be removed
    #[arg(long)]
    pub dry_run: bool,
    /// What to do about old tables that no receipt names, left by a killed publisher or a lost receipt: `refuse` to prune,
    /// `keep` them and prune the rest, or `remove` them
    #[arg(long, value_name = "WHAT", default_value = "refuse", value_parser = unaccounted)]
    pub unaccounted: Unaccounted,
    /// Refuse to remove a larger share of all tables than this, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = PruneLimits::MAX_SHARE, value_parser = share)]
    pub max_share: f64,
}

/// `retire`
#[derive(Debug, Args)]
#[group(id = "what", required = true, multiple = true)]
pub struct Retire {
    /// This market
    #[arg(long, value_name = "MARKET", group = "what")]
    pub market: Option<String>,
    /// This platform; without a market also the rejects and reconciliation of its exports
    #[arg(long, value_name = "PLATFORM", group = "what")]
    pub platform: Option<String>,
    /// Only report what would be retired
    #[arg(long)]
    pub dry_run: bool,
}

/// `completions`
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// `man`
#[derive(Debug, Args)]
pub struct Man {
    /// The folder for the pages, such as ~/.local/share/man/man1; it is created if it does not exist
    pub dir: PathBuf,
}

/// `plan-test`
#[derive(Debug, Args)]
pub struct PlanTest {
    /// The experiment: the name of a file in config/experiments/ without .yaml
    pub experiment: String,
    /// Record the schedule's hash in that file, which is refused from then on if it draws another schedule
    #[arg(long)]
    pub write: bool,
    /// Write the schedule as CSV to this file, for the tool that puts covers on air
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Write the switches of covers to this file as a calendar (.ics): one event with an alarm for each
    #[arg(long, value_name = "FILE")]
    pub ics: Option<PathBuf>,
    /// Only print the turns of today, by the team's own clock (`home_timezone`) and that of each market
    #[arg(long, conflicts_with_all = ["write", "csv", "ics"])]
    pub today: bool,
    /// Act as if the clock read this instant
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub at: Option<Timestamp>,
    /// Which part of it, for programs [default: the schedule of a rotation; of a split the power]
    #[arg(long, value_name = "PART", value_enum)]
    pub part: Option<TestPart>,
    /// How it is written
    #[command(flatten)]
    pub form: RowOutput,
}

/// A part of what there is to know of an experiment beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TestPart {
    /// Which cover is on air when: a row is a turn
    Schedule,
    /// What it would find: a row is a platform in a market
    Power,
}

/// `now`
#[derive(Debug, Args)]
pub struct Now {
    /// Only this platform
    #[arg(long, value_name = "PLATFORM")]
    pub platform: Option<String>,
    /// Only this market
    #[arg(long, value_name = "MARKET")]
    pub market: Option<String>,
    /// Act as if the clock read this instant, such as 2026-11-20T12:00Z
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub at: Option<Timestamp>,
    /// How they are written
    #[command(flatten)]
    pub form: RowOutput,
}

/// An instant, with seconds or without.
fn instant(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|error: jiff::Error| error.to_string())
}

fn unaccounted(text: &str) -> Result<Unaccounted, String> {
    match text {
        "refuse" => Ok(Unaccounted::Refuse),
        "keep" => Ok(Unaccounted::Keep),
        "remove" => Ok(Unaccounted::Remove),
        _ => Err("expected `refuse`, `keep` or `remove`".to_owned()),
    }
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "expected a share from 0 to 1, such as `0.9`".to_owned())
}

/// A duration of at least a day, in seconds.
fn days(text: &str) -> Result<i64, String> {
    let seconds = config::duration(text).filter(|seconds| *seconds >= 86_400);
    seconds.ok_or_else(|| "expected at least 1d, such as `400d` or `36h`".to_owned())
}
