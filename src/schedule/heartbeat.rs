//! The heartbeat: one UTC job of tokio-cron-scheduler that says "look", every second.
//!
//! Nothing else is used of that crate. After its first firing a zoned job of it keeps a fixed offset, so time zones are
//! handled elsewhere; and it sleeps until the wall-clock time of its next tick, so a clock that is set back by a day would
//! silence it for a day: when no tick has come for a while by the monotonic clock, it is set up again.

use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

const EVERY_SECOND: &str = "* * * * * *";
const SILENCE: Duration = Duration::from_secs(10);

/// Ticks, about one a second, until the receiver is dropped. While nobody takes them they do not pile up.
#[must_use]
pub fn beats() -> Receiver<()> {
    let (beat, beats) = channel(1);
    tokio::spawn(async move {
        while !beat.is_closed() {
            // A panic in there must not be the last beat.
            if let Err(error) = tokio::spawn(keep_beating(beat.clone())).await {
                tracing::warn!(%error, "the heartbeat broke off and is set up again");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    });
    beats
}

async fn keep_beating(beat: Sender<()>) {
    while !beat.is_closed() {
        let (tick, mut ticks) = channel(1);
        let mut scheduler = ticking(tick).await;
        if let Err(error) = &scheduler {
            tracing::warn!(%error, "the heartbeat could not be set up");
        }
        while let Ok(Some(())) = timeout(SILENCE, ticks.recv()).await {
            if beat.try_send(()).is_err() && beat.is_closed() {
                break;
            }
        }
        // What was silent is set up again, and until then this is the tick.
        let _ = beat.try_send(());
        if let Ok(scheduler) = &mut scheduler {
            let _ = scheduler.shutdown().await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn ticking(tick: Sender<()>) -> Result<JobScheduler, JobSchedulerError> {
    let scheduler = JobScheduler::new().await?;
    let job = Job::new_async(EVERY_SECOND, move |_, _| {
        let tick = tick.clone();
        Box::pin(async move {
            let _ = tick.try_send(());
        })
    })?;
    scheduler.add(job).await?;
    scheduler.start().await?;
    Ok(scheduler)
}
