//! `coverledger schedule`

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::{mpsc, watch};

use super::args::{Global, LogFormat, Schedule};
use super::http_endpoint::HttpEndpoint;
use super::screen::Screen;
use super::{Failure, environment, exit, schedule_output, with_keys};
use crate::schedule::{Agenda, Asked, Configuration, Driver, Event, ProcessRunner, Program, Stopped, beats};
use coverledger_config::Workspace;
use coverledger_core::time::Clock;

/// Runs every job on its schedule until it is asked to stop.
pub async fn run(args: &Schedule, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let configuration = Arc::new(Configuration::load(global.config.clone(), global.jobs.clone())?);
    let sound = configuration.sound();
    check_that_there_is_work(&sound.workspace, &global.jobs)?;
    // Every run would end for want of it.
    with_keys(Workspace::clone(&sound.workspace))?;
    schedule_output::next_runs(&sound.workspace.jobs, Clock::System.now(), out)?;
    // Logs a warning for each channel that cannot be used.
    environment::channels(&sound.workspace.channels);
    let wait = SignedDuration::from_secs(i64::from(sound.workspace.settings.lease_seconds));
    let agenda = Agenda::new(&sound.workspace.jobs, wait);
    let program = Program { path: global.launch.program()?, options: options(global) };
    let runner = ProcessRunner {
        configuration: Arc::clone(&configuration),
        program,
        addresses: environment::channels,
        alerted_without_record: Arc::default(),
        reminders: Arc::default(),
    };
    let mut driver = Driver::new(Arc::new(runner), agenda, Duration::from_secs(args.drain));
    let (tells, events) = mpsc::unbounded_channel();
    driver.events = tells;
    let endpoint = match args.listen {
        Some(address) => Some(HttpEndpoint::open(address, &configuration, &mut driver).await?),
        None => None,
    };
    let (asked, stop_requests) = watch::channel(Asked::Nothing);
    let code = tokio::spawn(listen(asked));
    // A separate task: a terminal that accepts no more text does not delay runs.
    let driver_task = tokio::spawn(driver.drive(beats(), stop_requests));
    print_events(events, &configuration, global, out).await;
    let stopped = driver_task.await.map_err(std::io::Error::from)?;
    match stopped {
        Stopped::Drained => tracing::info!("stopped"),
        Stopped::Killed(runs) => tracing::warn!(runs, "stopped; the next start goes on where these runs were"),
    }
    if let Some(endpoint) = endpoint {
        endpoint.close().await;
    }
    // Only a second signal ends the listening.
    code.abort();
    Ok(code.await.unwrap_or(exit::DONE))
}

/// Prints events until the driver is done. Programs read the log.
async fn print_events(
    mut events: mpsc::UnboundedReceiver<Event>,
    configuration: &Configuration,
    global: &Global,
    out: &mut Screen<'_>,
) {
    while let Some(event) = events.recv().await {
        let is_for_people = global.log == LogFormat::Text && !global.quiet;
        // If standard output is closed, there is nowhere to print to.
        if is_for_people {
            let _ =
                schedule_output::event(&event, &configuration.sound().workspace.jobs, Clock::System.now(), out);
        }
    }
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

/// The options with which this process was started, for the process of a run.
fn options(global: &Global) -> Vec<OsString> {
    let mut options = global.launch.before().to_vec();
    let folders = ["--config".into(), global.config.clone().into(), "--jobs".into(), global.jobs.clone().into()];
    options.extend(folders);
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

/// The first signal requests a drain, the second an immediate stop; returns the exit code for the second.
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

/// The first Ctrl-C requests a drain, the second an immediate stop; returns the exit code for the second.
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
