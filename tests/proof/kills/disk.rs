//! The same on a folder: at moments spread over a night, and after every operation that changes the archive, where
//! `strace` is there and may trace.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::{Archive, ENOUGH, FIRST, RUN, Readers, View, deliver_first, deliver_second, had_work, same};
use crate::worker::{Worker, Workspace, files};

/// System calls that change what a reader finds.
const CHANGES: &str =
    "write,pwrite64,mkdir,mkdirat,link,linkat,rename,renameat,renameat2,unlink,unlinkat,ftruncate";
/// How long the worker is held after each, for the kill to hit right there.
const HELD: Duration = Duration::from_millis(1);
/// Kills at moments of a night.
const MOMENTS: u32 = 40;

/// The second night in a folder, where it is about to begin.
struct Ground {
    workspace: Workspace,
    before: Archive,
    expected: Archive,
    night: Duration,
}

impl Ground {
    fn prepare() -> Self {
        let workspace = Workspace::on_folder();
        deliver_first(&workspace, None);
        workspace.night(FIRST).exits(0);
        deliver_second(&workspace, None);
        let before = workspace.archive(None);
        let started = Instant::now();
        workspace.run(&RUN).exits(0);
        let night = started.elapsed();
        let expected = workspace.archive(None);
        workspace.run(&["verify"]).exits(0);
        Self { workspace, before, expected, night }
    }

    fn readers(&self) -> Readers {
        Readers::start(&View::Folder(self.workspace.path("archive")))
    }

    /// Receipts come first: they are not younger than the tables they speak of.
    fn start_over(&self, readers: &Readers) {
        let _nobody_reads = readers.hold_off();
        fs::remove_dir_all(self.workspace.path("archive")).unwrap();
        for (key, bytes) in &self.before {
            self.workspace.write(&format!("archive/{key}"), bytes);
        }
    }

    /// Runs again after a kill. Says what is other than it should be.
    fn again(&self) -> Result<(), String> {
        let again = self.workspace.run(&RUN);
        if again.code != Some(0) {
            return Err(format!("the second run ended with {again:?}"));
        }
        let leases: Vec<String> = files(&self.workspace.path("archive/_leases")).into_keys().collect();
        if !leases.is_empty() && had_work(&again) {
            return Err(format!("leases are left: {leases:?}"));
        }
        same(&self.expected, &self.workspace.archive(None))
    }

    /// The program under `strace`, which holds it after each change of the archive and writes them down.
    fn traced(&self) -> Worker {
        let program = self.workspace.command(&RUN);
        // With `-D` the program, not its tracer, is our child.
        let mut strace = Command::new("strace");
        strace.args(["-D", "-f", "-y", "--seccomp-bpf", "-o"]).arg(self.workspace.path("trace"));
        strace.arg("-e").arg(format!("trace={CHANGES}"));
        strace.arg("-e").arg(format!("inject={CHANGES}:delay_exit={}", HELD.as_micros()));
        strace.arg(program.get_program()).args(program.get_args()).current_dir(self.workspace.path(""));
        self.workspace.start_command(strace)
    }

    /// The changes that were written down so far.
    fn changes(&self) -> Vec<String> {
        let trace = fs::read_to_string(self.workspace.path("trace")).unwrap_or_default();
        let archive = self.workspace.path("archive").to_str().unwrap().to_owned();
        let is_change = |line: &&str| line.contains(&archive) && line.contains(" = ");
        trace.lines().filter(is_change).map(str::to_owned).collect()
    }
}

fn tell(what: &str, seen: &crate::readers::Seen) {
    println!("{what}, each archive identical; {} reads, {} wrong", seen.reads, seen.wrong.len());
    assert_eq!(seen.wrong, [].into());
}

#[test]
fn killed_at_any_moment_and_run_again_the_folder_is_the_same() {
    let ground = Ground::prepare();
    let readers = ground.readers();
    let mut killed = 0;
    for moment in 0..MOMENTS {
        ground.start_over(&readers);
        let worker = ground.workspace.start(&RUN);
        thread::sleep(ground.night * moment / MOMENTS);
        killed += u32::from(worker.kill().code.is_none());
        ground.again().unwrap_or_else(|wrong| panic!("killed at {moment}/{MOMENTS} of a night:\n{wrong}"));
    }
    let seen = readers.stop();
    tell(&format!("killed at {killed} of {MOMENTS} moments"), &seen);
    assert!(killed > MOMENTS / 4, "only {killed} were killed at work");
    assert!(seen.reads >= ENOUGH, "only {} reads", seen.reads);
}

#[test]
fn killed_after_any_change_on_disk_and_run_again_the_folder_is_the_same() {
    let tried = Command::new("strace").args(["-f", "--seccomp-bpf", "-o", "/dev/null", "true"]).output();
    if !tried.as_ref().is_ok_and(|tried| tried.status.success()) {
        eprintln!(
            "SKIPPED, nothing is killed after each change on disk: `strace` is not there or may not trace: {tried:?}"
        );
        return;
    }
    let ground = Ground::prepare();
    let readers = ground.readers();
    ground.start_over(&readers);
    ground.traced().finish().exits(0);
    let changes = ground.changes();
    assert!(!changes.is_empty(), "no change was written down");
    let step = if std::env::var_os("COVERLEDGER_LONG").is_some() { 1 } else { 3 };
    let (mut points, mut hit) = (0, std::collections::BTreeSet::new());
    for point in (1..changes.len()).step_by(step) {
        ground.start_over(&readers);
        let _ = fs::remove_file(ground.workspace.path("trace"));
        let worker = ground.traced();
        while ground.changes().len() < point && worker.is_at_work() {
            thread::sleep(HELD / 10);
        }
        worker.kill();
        (points, _) = (points + 1, hit.insert(ground.changes().len()));
        ground.again().unwrap_or_else(|wrong| panic!("killed after {point}: {}\n{wrong}", changes[point - 1]));
    }
    let seen = readers.stop();
    tell(&format!("killed {points} times after {} of {} changes on disk", hit.len(), changes.len()), &seen);
    assert!(hit.len() * 2 > points, "the kills hit only {} places", hit.len());
}
