//! The command line: arguments, output and exit codes. The only module that prints.

mod advised;
mod args;
mod backfill;
mod behind_lookback;
mod brief;
mod cause;
mod check;
mod completions;
mod connect;
mod covers;
mod day_notes;
mod demo;
mod engine;
mod environment;
pub mod exit;
mod failure;
mod fit;
mod grid;
mod http_endpoint;
mod inspect;
mod lang;
mod launch;
mod logging;
mod man;
mod near;
mod newest;
mod now;
mod plan_test;
mod progress;
mod prune;
mod reasons;
mod retire;
mod rows;
mod run;
mod sample;
mod schedule;
mod schedule_output;
mod schema;
mod screen;
mod settled;
mod shelved;
mod show;
mod signals;
mod snapshot;
mod status;
mod timetable;
mod unconfigured;
mod usage;
mod verify;
mod wrap;

use std::ffi::OsString;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command, Global, LogFormat};
use engine::Engine;
use failure::{ErrorMessage, Failure};
use grid::Grid;
pub use launch::Launch;
pub use plan_test::{PlaceOutlook, places as places_of_test, unit_of as unit_of_test};
use screen::Screen;
use usage::Usage;

use crate::variables;
use coverledger_config::{self as config, ConfigError, Workspace};
use coverledger_read::export;

/// Parses the command line, executes the command and returns the exit code.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::from(main_of(Launch::default(), std::env::args_os()))
}

/// The same of a command line, the program's name first, for a program that was started otherwise. Executes one command in a
/// process: the log and the hook of panics stay, and some commands start the process anew ([`Launch`]).
#[must_use]
pub fn main_of(launch: Launch, arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let mut cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { exit::USAGE } else { exit::DONE };
            // If the terminal is closed, there is nowhere to report to.
            let _ =
                if error.use_stderr() { Screen::standard_error().page(&Usage::of(error)) } else { error.print() };
            return code;
        }
    };
    cli.global.launch = launch;
    logging::start(&cli.global);
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    if matches!(cli.command, Command::Run(_) | Command::Backfill(_)) {
        environment::keep_few_heaps(&cli.global.launch, arguments);
    }
    std::panic::set_hook(Box::new(|panic| {
        if !export::is_guarded() {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            let why = panic.payload_as_str().unwrap_or("it gave no reason");
            tracing::error!(place, why, "a bug: the program panicked");
        }
    }));
    let mut out = Screen::standard_output();
    // The panic hook has logged the reason.
    let ended = catch_unwind(AssertUnwindSafe(|| dispatch(&cli, &mut out)));
    let code = ended.unwrap_or(Ok(exit::UNEXPECTED)).unwrap_or_else(|failure| {
        match cli.global.log {
            _ if failure.reader_is_gone => {}
            // If standard error is closed, there is nowhere to report to.
            LogFormat::Text => {
                let _ = Screen::standard_error().page(&ErrorMessage(&failure));
            }
            LogFormat::Json => tracing::error!(code = failure.code, "{failure}"),
        }
        failure.code
    });
    match out.flush() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => exit::UNEXPECTED,
        _ => code,
    }
}

fn dispatch(cli: &Cli, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let global = &cli.global;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let code = runtime.block_on(async {
        match &cli.command {
            Command::Demo(args) => Box::pin(demo::run(args, global, out)).await,
            Command::Run(args) => Box::pin(run::run(args, global, out)).await,
            Command::Backfill(args) => Box::pin(backfill::run(args, global, out)).await,
            Command::Schedule(args) => schedule::run(args, global, out).await,
            Command::Status(args) => status::run(args, global, out).await,
            Command::Check(args) if !args.sample.is_empty() => Box::pin(sample::run(args, global, out)).await,
            Command::Check(args) => {
                let code = check::run(global, out)?;
                if args.connect {
                    Box::pin(connect::run(args, global, out)).await?;
                }
                Ok(code)
            }
            Command::Brief(args) => Box::pin(brief::run(args, global, out)).await,
            Command::Schema(args) => schema::run(args, out),
            Command::PlanTest(args) => plan_test::run(args, global, out).await,
            Command::Now(args) => now::run(args, global, out).await,
            Command::Inspect(args) => inspect::run(args, out),
            Command::Verify(args) => verify::run(args, global, out).await,
            Command::Snapshot(args) => snapshot::run(args, global, out).await,
            Command::Prune(args) => prune::run(args, global, out).await,
            Command::Show(args) => show::run(args, global, out).await,
            Command::Covers(args) => covers::run(args, global, out).await,
            Command::Retire(args) => retire::run(args, global, out).await,
            Command::Completions(args) => completions::run(args, out),
            Command::Man(args) => man::run(args, out),
        }
    });
    // Only tasks that were dropped because of a stop may still run; there is no need to wait for them.
    runtime.shutdown_background();
    code
}

fn load(global: &Global) -> Result<Workspace, ConfigError> {
    config::load(&global.config, &global.jobs)
}

/// The same for a command that looks at market-days, which can depend on the keys of viewers.
fn load_with_keys(global: &Global) -> Result<Workspace, Failure> {
    with_keys(load(global)?)
}

/// A configuration with the keys of viewer groups and of returning viewers; a variable that is named and not there is an error.
fn with_keys(workspace: Workspace) -> Result<Workspace, Failure> {
    let of = |section: &'static str| {
        move |reason: String| Failure::config(format!("`{section}` in `archive.yaml`: {reason}"))
    };
    let workspace = variables::with_viewer_groups_key(workspace).map_err(of("viewer_groups"))?;
    variables::with_returning_key(workspace).map_err(of("returning"))
}

/// A configuration whose engine can be asked: by the command line where that names one, and with the server's token.
fn with_engine(workspace: Workspace, engine: Option<&Engine>) -> Result<Workspace, Failure> {
    let workspace = match engine {
        Some(engine) => engine.of(workspace)?,
        None => workspace,
    };
    variables::with_spark_token(workspace)
        .map_err(|reason| Failure::config(format!("`engine` in `archive.yaml`: {reason}")))
}

/// Names in backticks, separated by commas.
fn in_ticks<N: std::fmt::Display>(names: impl IntoIterator<Item = N>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
