//! Whatever a configuration, a key or a cell says: nothing outside of the workspace is opened.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::rows::events;
use crate::scenario::{SHOP, Scenario};

/// Names that would lead somewhere else, if anything followed them.
const HOSTILE: [&str; 9] = [
    "../outside",
    "../../../../../../etc/passwd",
    "/etc/passwd",
    "a/../../outside",
    "%2e%2e/%2e%2e/outside",
    "..\\..\\outside",
    "x\u{202e}vsc.tset",
    "...",
    "a//b",
];

/// Folders that a program may read whatever it works on: its libraries, the kernel's, the machine's zone and locale.
const MACHINE: [&str; 8] =
    ["/etc/", "/lib", "/usr/lib", "/usr/share/", "/proc/", "/sys/", "/dev/", "/usr/local/lib"];

fn night(cells: &[String]) -> Scenario {
    let rows: Vec<String> = cells
        .iter()
        .enumerate()
        .map(|(number, cell)| {
            format!("e{number},2026-11-20T09:00:00Z,show,GB,\"{cell}\",\"{cell}\",v{number},\"{cell}\",,\n")
        })
        .collect();
    let header = events("").lines().next().unwrap().to_owned();
    Scenario::shop()
        .setting("max_reject_share", "1.0")
        .export("shop/2026-11-20/a.csv", format!("{header}\n{}", rows.concat()))
        .export("shop/2026-11-21/a.csv", format!("{header}\n"))
        .at("2026-11-21T03:00:00Z")
}

#[test]
fn cells_never_become_paths() {
    let mut cells: Vec<String> = HOSTILE.iter().map(|&name| name.to_owned()).collect();
    cells.push("x".repeat(300));
    cells.push("nul\0nul".to_owned());
    let scenario = night(&cells);
    scenario.run().exits(0);
    let archive = scenario.archive();
    let day = "local_date=2026-11-20/part.parquet";
    for name in archive.keys() {
        let is_known = name.starts_with("_receipts/shop/")
            || name.starts_with("_revisions/")
            || name == &format!("{}/platform=shop/market=GB/{day}", name.split('/').next().unwrap())
            || name.contains("/platform=shop/export_date=2026-11-2");
        assert!(is_known, "`{name}` is where nothing should lie");
    }
    let everything: Vec<String> =
        fs::read_dir(scenario.path(".")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(everything.len(), 4, "{everything:?}");
}

#[test]
fn paths_of_a_configuration_that_lead_out_are_refused() {
    for hostile in ["../outside", "../../../../../../etc/passwd", "/etc/passwd", "a/../../outside", "a//b"] {
        let platform = SHOP.replace("shop/{date", &format!("{hostile}/{{date"));
        Scenario::shop().platform("shop", &platform).cli(&["check"]).exits(3);
    }
    for name in ["..", "a/b", ".hidden", "x\u{202e}y", &"x".repeat(300)] {
        Scenario::shop()
            .market(&format!("\"{name}\""), "timezone: Europe/London, slots: day_parts")
            .cli(&["check"])
            .exits(3);
        let job = format!("version: 1\nplatforms: [\"{name}\"]\nmarkets: [GB]\nlookback_days: 1\n");
        let scenario = Scenario::shop();
        scenario.write("jobs/other.yaml", job);
        scenario.cli(&["check"]).exits(3);
    }
}

/// What a program opened outside of `inside`, by where the system says that it is: `= 7</resolved>`.
fn opened_outside(trace: &str, inside: &Path) -> Vec<String> {
    let opened = trace.lines().filter_map(|line| line.rsplit_once(" = ")?.1.split_once('<'));
    let paths = opened.filter_map(|(_, resolved)| Some(resolved.strip_suffix('>')?.to_owned()));
    let is_machines = |path: &str| {
        let is_among = MACHINE.iter().any(|own| path.starts_with(own));
        is_among && path != "/etc/passwd"
    };
    paths.filter(|path| !Path::new(path).starts_with(inside) && !is_machines(path)).collect()
}

/// What a program changed outside of `inside`: names it made, linked, moved or removed, by the folder they are in.
fn changed_outside(trace: &str, inside: &Path) -> Vec<String> {
    let changes = ["mkdir", "link", "rename", "unlink", "symlink", "rmdir"];
    let lines = trace.lines().filter(|line| {
        let call = line.split_whitespace().nth(1).unwrap_or_default();
        changes.iter().any(|change| call.starts_with(change)) && line.ends_with(" = 0")
    });
    let is_inside = |line: &&str| {
        let folder = line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(folder, _)| folder);
        let names: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        let leads_out = |name: &&str| name.starts_with('/') || name.split('/').any(|part| part == "..");
        // Without a folder, names start where the program was started: inside.
        folder.is_none_or(|folder| Path::new(folder).starts_with(inside)) && !names.iter().any(leads_out)
    };
    lines.filter(|line| !is_inside(line)).map(str::to_owned).collect()
}

/// What `strace` tells of a program, if it is there and may trace.
fn traced(command: &Command, folder: &Path, log: &Path, spill: &Path) -> Option<String> {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-e", "trace=%file", "-s", "4096", "-o"]).arg(log);
    strace.arg(command.get_program()).args(command.get_args()).current_dir(folder).env("TMPDIR", spill);
    match strace.output() {
        Ok(output) if output.status.code() == Some(0) => Some(fs::read_to_string(log).unwrap()),
        Ok(output) => {
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(told.contains("ptrace") || told.contains("PTRACE"), "{told}");
            println!("SKIPPED: strace may not trace here: {told}");
            None
        }
        Err(error) => {
            println!("SKIPPED: no strace: {error}");
            None
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_outside_of_the_workspace_is_opened_even_where_links_lead_out() {
    use std::os::unix::fs::symlink;
    let scenario = night(&HOSTILE.map(str::to_owned));
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("b.csv"), "secret").unwrap();
    let link = scenario.path("exports/shop/2026-11-20/b.csv");
    symlink(outside.path().join("b.csv"), &link).unwrap();
    let climber = scenario.path("exports/shop/2026-11-20/c.csv");
    symlink("../../../../../../../../etc/passwd", &climber).unwrap();
    symlink(outside.path(), scenario.path("exports/shop/2026-11-19")).unwrap();
    let (log, spill) = (scenario.path("trace.log"), scenario.path("spill"));
    fs::create_dir(&spill).unwrap();
    let root = scenario.path(".").canonicalize().unwrap();
    let trace = |command: &Command| traced(command, &root, &log, &spill);

    let Some(night) = trace(&scenario.command(&["run", "nightly"])) else { return };
    assert!(night.lines().count() > 200, "the trace is too short to be one");
    assert!(night.contains("part.parquet"), "it saw nothing of the archive");
    assert_eq!(opened_outside(&night, &root), <[String; 0]>::default());
    assert_eq!(changed_outside(&night, &root), <[String; 0]>::default());

    // The planted bugs: programs that follow the links, and one that writes elsewhere.
    for (followed, to) in [(&link, outside.path().join("b.csv")), (&climber, "/etc/passwd".into())] {
        let mut cat = Command::new("cat");
        cat.arg(followed);
        let opened = opened_outside(&trace(&cat).unwrap(), &root);
        assert_eq!(opened, [to.canonicalize().unwrap().display().to_string()]);
    }
    let mut mkdir = Command::new("mkdir");
    mkdir.arg(outside.path().join("new"));
    assert_eq!(changed_outside(&trace(&mkdir).unwrap(), &root).len(), 1);
}
