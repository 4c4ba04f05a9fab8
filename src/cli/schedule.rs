//! `coverledger schedule`

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::args::{Global, LogFormat, Schedule};
use super::front::Front;
use super::{Failure, environment, exit, load};
use crate::config::{Job, Workspace};
use crate::schedule::{Agenda, Asked, Driver, Office, Program, Stopped, beats};
use crate::time::Clock;

/// Runs every job on its schedule until told to stop.
pub async fn run(args: &Schedule, global: &Global, out: &mut impl Write) -> Result<u8, Failure> {
    let workspace = load(global)?;
    check_that_there_is_work(&workspace, &global.jobs)?;
    announce(&workspace.jobs, Clock::System.now(), out)?;
    let wait = SignedDuration::from_secs(i64::from(workspace.settings.lease_seconds));
    let agenda = Agenda::new(&workspace.jobs, wait);
    let program = Program { path: std::env::current_exe()?, options: options(global) };
    let workspace = Arc::new(workspace);
    let channels = environment::channels(&workspace.channels).into();
    let office = Office { workspace: Arc::clone(&workspace), program, channels, told_blindly: Arc::default() };
    let mut driver = Driver::new(Arc::new(office), agenda, Duration::from_secs(args.drain));
    let front = match args.listen {
        Some(address) => Some(Front::open(address, workspace, &mut driver).await?),
        None => None,
    };
    let (asked, hears) = watch::channel(Asked::Nothing);
    let code = tokio::spawn(listen(asked));
    let stopped = driver.drive(beats(), hears).await;
    match stopped {
        Stopped::Drained => tracing::info!("stopped"),
        Stopped::Killed(runs) => tracing::warn!(runs, "stopped; the next start goes on where these runs were"),
    }
    if let Some(front) = front {
        front.close().await;
    }
    // Only a second signal ends the listening.
    code.abort();
    Ok(code.await.unwrap_or(exit::DONE))
}

fn check_that_there_is_work(workspace: &Workspace, folder: &Path) -> Result<(), Failure> {
    if workspace.jobs.values().any(|job| job.schedule.is_some()) {
        return Ok(());
    }
    let jobs: Vec<String> = workspace.jobs.keys().map(|job| format!("`{job}`")).collect();
    let jobs =
        if jobs.is_empty() { "there are none".to_owned() } else { format!("there are {}", jobs.join(", ")) };
    Err(Failure::config(format!(
        "no job in `{}` has a schedule ({jobs}; write `schedule: {{cron: \"30 3 * * *\", timezone: Asia/Shanghai}}` in one)",
        folder.display()
    )))
}

fn announce(jobs: &BTreeMap<String, Job>, now: Timestamp, out: &mut impl Write) -> std::io::Result<()> {
    for (name, job) in jobs {
        if let Some(schedule) = &job.schedule
            && let Some(next) = schedule.cron.after(&schedule.timezone, now)
        {
            let (cron, zone) = (&schedule.cron, &schedule.timezone);
            writeln!(out, "{name}: `{cron}` in {zone}, next at {next}")?;
        }
    }
    out.flush()
}

/// What a run's process is told of how this one was started.
fn options(global: &Global) -> Vec<OsString> {
    let mut options: Vec<OsString> =
        vec!["--config".into(), global.config.clone().into(), "--jobs".into(), global.jobs.clone().into()];
    let log = match global.log {
        LogFormat::Text => "text",
        LogFormat::Json => "json",
    };
    options.extend(["--log".into(), log.into()]);
    if global.quiet {
        options.push("--quiet".into());
    }
    options.extend((0..global.verbose).map(|_| OsString::from("-v")));
    options
}

/// The first signal asks to drain, the second to stop now; gives the exit code of the second.
#[cfg(unix)]
async fn listen(asked: watch::Sender<Asked>) -> u8 {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        tracing::warn!("signals cannot be heard: stopping will not wait for runs to finish");
        return std::future::pending().await;
    };
    let mut code = exit::DONE;
    for asking in [Asked::Drain, Asked::StopNow] {
        code = tokio::select! {
            _ = interrupt.recv() => exit::INTERRUPTED,
            _ = terminate.recv() => exit::TERMINATED,
        };
        asked.send_replace(asking);
    }
    code
}

/// The first Ctrl-C asks to drain, the second to stop now; gives the exit code of the second.
#[cfg(not(unix))]
async fn listen(asked: watch::Sender<Asked>) -> u8 {
    for asking in [Asked::Drain, Asked::StopNow] {
        if tokio::signal::ctrl_c().await.is_err() {
            return std::future::pending().await;
        }
        asked.send_replace(asking);
    }
    exit::INTERRUPTED
}
