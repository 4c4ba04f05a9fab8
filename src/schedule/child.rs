//! A run in a process of its own, so that a failing run does not end the scheduler.
//!
//! The child gets the scheduler's configuration on its standard input, so that both use the same one even if the files
//! change meanwhile. A panic, an abort, the kernel out of memory or an export that never answers ends the child, not the
//! scheduler. The child's standard output is one [`Account`]; its log goes where the scheduler's goes. It is asked to
//! stop by closing its standard input. That needs no signal, so a terminal's Ctrl-C, which reaches every process of the
//! terminal, does not count twice; and if the scheduler is killed, its children notice it in the same way.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::{oneshot, watch};

use super::agenda::Start;
use super::driver::Asked;
use super::health::Ending;
use crate::run::Account;
use coverledger_config::Snapshot;
use coverledger_core::time::span;

/// The most of a child's account that is read.
const MOST_BYTES: u64 = 64 << 20;
/// Exit codes of runs that failed because a store did not answer, or for another reason that may pass.
const MAY_PASS: [i32; 3] = [1, 4, 5];

/// The program that is started for a run.
#[derive(Debug, Clone)]
pub struct Program {
    /// Where it lies.
    pub path: PathBuf,
    /// What it is told in any case, before the job: where the configuration is and how to write the log.
    pub options: Vec<OsString>,
}

impl Program {
    fn command(&self, start: &Start) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.options).args(["run", "--output", "json", "--files-on-stdin"]);
        command.args(["--scheduled", &start.occurrence.to_string()]);
        command.args(["--missed", &start.missed.to_string()]);
        if let Some(since) = start.look_back_from {
            command.args(["--look-back-from", &since.to_string()]);
        }
        command.args(["--", &start.job]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        command
    }

    /// Carries out a run by these files, for at most `limit`.
    pub async fn run(
        &self,
        start: &Start,
        files: &Snapshot,
        limit: Duration,
        mut asked: watch::Receiver<Asked>,
    ) -> Ending {
        let mut files = match serde_json::to_string(files) {
            Ok(files) => files,
            Err(error) => return failed(format!("the configuration cannot be handed on: {error}"), false),
        };
        files.push('\n');
        let mut child = match self.command(start).spawn() {
            Ok(child) => child,
            Err(error) => return failed(format!("`{}` cannot be started: {error}", self.path.display()), true),
        };
        let Some(output) = child.stdout.take() else { return failed("its output is not there".to_owned(), false) };
        let output = tokio::spawn(read(output));
        // Not left with the child: waiting for it would close it first.
        let mut input = child.stdin.take().map(|input| hand(input, files));
        let deadline = tokio::time::Instant::now() + limit;
        let mut was_asked = Asked::Nothing;
        let status = loop {
            tokio::select! {
                status = child.wait() => break status,
                () = tokio::time::sleep_until(deadline) => {
                    kill(&mut child).await;
                    return failed(format!("it took longer than its `limit` of {} and was ended", span(limit)), false);
                }
                asking = more(&mut asked, was_asked) => {
                    was_asked = asking;
                    drop(input.take());
                    if was_asked == Asked::StopNow {
                        kill(&mut child).await;
                        return Ending::Stopped;
                    }
                }
            }
        };
        match (status, output.await) {
            (Ok(status), Ok(Ok(account))) => judge(status, &account, was_asked),
            (Ok(status), _) => judge(status, b"", was_asked),
            (Err(error), _) => failed(format!("what became of its process is not known: {error}"), false),
        }
    }
}

/// Writes to a child, and closes its input once what is returned is dropped; a child that reads nothing delays nothing.
fn hand(mut input: ChildStdin, text: String) -> oneshot::Sender<()> {
    let (keep_open, closed) = oneshot::channel();
    tokio::spawn(async move {
        let written = async {
            // A child that is gone, or does not ask for it, is judged by how it ends.
            let _ = input.write_all(text.as_bytes()).await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = written => {}
            _ = closed => {}
        }
    });
    keep_open
}

/// Waits until more is asked for than was. A scheduler that is gone asks to stop now.
async fn more(asked: &mut watch::Receiver<Asked>, was_asked: Asked) -> Asked {
    asked.wait_for(|asked| *asked > was_asked).await.map_or(Asked::StopNow, |asked| *asked)
}

async fn read(mut from: impl AsyncRead + Unpin) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    (&mut from).take(MOST_BYTES).read_to_end(&mut bytes).await?;
    // What is too long is no account, but the child must not block on it.
    tokio::io::copy(&mut from, &mut tokio::io::sink()).await?;
    Ok(bytes)
}

async fn kill(child: &mut Child) {
    if let Err(error) = child.kill().await {
        tracing::warn!(%error, "a run could not be killed");
    }
}

/// What the end of a process means.
fn judge(status: ExitStatus, output: &[u8], was_asked: Asked) -> Ending {
    let account = serde_json::from_slice::<Account>(output);
    let is_whole = |account: &Account| account.days.iter().all(|day| day.outcome != "stopped");
    match (account, status.code()) {
        (Ok(account), _) if is_whole(&account) => Ending::Accounted(Box::new(account)),
        (Ok(_), _) => Ending::Stopped,
        (Err(_), Some(_)) if was_asked != Asked::Nothing => Ending::Stopped,
        (Err(_), Some(101)) => failed("it panicked".to_owned(), false),
        (Err(_), Some(0)) => failed("it ended without an account of what it did".to_owned(), false),
        (Err(_), Some(code)) => {
            failed(format!("it ended with exit code {code}; its log says why"), MAY_PASS.contains(&code))
        }
        (_, None) => failed(format!("it was killed{}", by(status)), false),
    }
}

#[cfg(unix)]
fn by(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match status.signal() {
        Some(6) => " by signal 6: it aborted".to_owned(),
        Some(9) => " by signal 9: by somebody, or because memory ran out".to_owned(),
        Some(signal) => format!(" by signal {signal}"),
        None => String::new(),
    }
}

#[cfg(not(unix))]
fn by(_: ExitStatus) -> String {
    String::new()
}

fn failed(reason: String, try_again: bool) -> Ending {
    Ending::Failed { reason, try_again }
}

#[cfg(test)]
mod tests;
