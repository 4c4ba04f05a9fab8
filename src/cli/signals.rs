//! SIGINT and SIGTERM: the first asks a run to stop, the second ends the process at once. A run that does not stop in time is
//! ended too. This is safe at any point, because each market-day is published by one put.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tracing::{Instrument as _, Span};

use super::exit;
use crate::run::{RunReport, Stop};

/// How long a run may take to end after a signal; runs of `schedule` are ended by `--drain`. It is shorter than the 90 seconds
/// after which the files in `deploy/` let it be killed.
const PATIENCE: Duration = Duration::from_mins(1);

/// Listens for signals as long as the process runs.
#[derive(Debug)]
pub struct Signals {
    /// The request to stop, set by the first signal.
    pub stop: Stop,
    /// The exit code of the first signal; 0 before it.
    code: Arc<AtomicU8>,
}

impl Signals {
    /// Starts to listen.
    ///
    /// # Errors
    /// The system refuses to install a handler.
    pub fn listen() -> io::Result<Self> {
        let (mut interrupts, mut terminations) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let signals = Self { stop: Stop::new(), code: Arc::default() };
        let (stop, first) = (signals.stop.clone(), Arc::clone(&signals.code));
        let listening = async move {
            loop {
                let code = tokio::select! {
                    _ = interrupts.recv() => exit::INTERRUPTED,
                    _ = terminations.recv() => exit::TERMINATED,
                };
                if stop.is_asked() {
                    end_at_once(code);
                }
                first.store(code, Ordering::SeqCst);
                stop.ask();
                end_after(PATIENCE, code);
                tracing::warn!(
                    "asked to stop: publishing ends with the market-day in hand (ask again to end at once)"
                );
            }
        };
        tokio::spawn(listening.in_current_span());
        Ok(signals)
    }

    /// Treats the end of standard input as a SIGTERM: `schedule` closes it to stop its runs, and so does the operating system
    /// when `schedule` ends.
    pub fn heed_standard_input(&self) {
        let (stop, code) = (self.stop.clone(), Arc::clone(&self.code));
        // A separate thread that is never joined: reading may block for ever.
        let span = Span::current();
        std::thread::spawn(move || {
            let _entered = span.enter();
            let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
            if code.compare_exchange(0, exit::TERMINATED, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
                tracing::warn!("asked to stop by the scheduler: publishing ends with the market-day in hand");
                stop.ask();
            }
        });
    }

    /// The exit code of the program: the signal's code if anything was left undone, else the run's.
    #[must_use]
    pub fn code(&self, report: &RunReport, code: u8) -> u8 {
        match self.code.load(Ordering::SeqCst) {
            0 => code,
            _ if !report.is_stopped() => code,
            of_signal => of_signal,
        }
    }
}

/// Ends the process if it still runs after this time.
fn end_after(patience: Duration, code: u8) {
    // A separate thread works even if the runtime hangs.
    let span = Span::current();
    std::thread::spawn(move || {
        let _entered = span.enter();
        std::thread::sleep(patience);
        tracing::error!(
            seconds = patience.as_secs(),
            "asked to stop and not at its end: ended where it is; run again"
        );
        end_at_once(code);
    });
}

#[expect(clippy::disallowed_methods, reason = "who asks twice is not to wait for anything, as after a kill")]
fn end_at_once(code: u8) -> ! {
    std::process::exit(code.into())
}
