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

/// The files outside of `inside` that a program opened, of those that are not the machine's.
fn opened_outside(trace: &str, inside: &Path) -> Vec<String> {
    let opened = trace.lines().filter(|line| line.contains("open") && !line.contains(" = -1 "));
    let paths = opened.filter_map(|line| line.split('"').nth(1)).map(str::to_owned);
    let is_own =
        |path: &str| Path::new(path).starts_with(inside) || MACHINE.iter().any(|own| path.starts_with(own));
    // A relative path is below a handle, or below the folder that the program was started in.
    paths
        .filter(|path| (path.starts_with('/') && !is_own(path)) || path.split('/').any(|part| part == ".."))
        .collect()
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_outside_of_the_workspace_is_opened_even_where_links_lead_out() {
    use std::os::unix::fs::symlink;
    let scenario = night(&HOSTILE.map(str::to_owned));
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("b.csv"), "secret").unwrap();
    symlink(outside.path().join("b.csv"), scenario.path("exports/shop/2026-11-20/b.csv")).unwrap();
    symlink("../../../../../../../etc/passwd", scenario.path("exports/shop/2026-11-20/c.csv")).unwrap();
    symlink(outside.path(), scenario.path("exports/shop/2026-11-19")).unwrap();
    let log = scenario.path("jobs/trace.log");
    let spill = scenario.path("spill");
    fs::create_dir(&spill).unwrap();
    let mut command = Command::new("strace");
    command.args(["-f", "-e", "trace=open,openat,openat2,creat", "-s", "4096", "-o"]).arg(&log);
    let program = scenario.command(&["run", "nightly"]);
    command.arg(program.get_program()).args(program.get_args()).current_dir(scenario.path("."));
    command.env("TMPDIR", &spill).env_remove("LD_LIBRARY_PATH");
    match command.output() {
        Ok(output) if log.exists() && output.status.code() == Some(0) => {}
        Ok(output) => {
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(told.contains("ptrace") || told.contains("PTRACE"), "{told}");
            println!("SKIPPED: strace may not trace here: {told}");
            return;
        }
        Err(error) => {
            println!("SKIPPED: no strace: {error}");
            return;
        }
    }
    let trace = fs::read_to_string(&log).unwrap();
    assert!(trace.lines().count() > 50, "the trace is too short to be one");
    let root = scenario.path(".").canonicalize().unwrap();
    assert_eq!(opened_outside(&trace, &root), <[String; 0]>::default());

    // The planted bug: one line of a program that follows the link.
    let leak = format!("1 openat(AT_FDCWD, \"{}/b.csv\", O_RDONLY) = 9", outside.path().display());
    assert_eq!(opened_outside(&format!("{trace}\n{leak}"), &root).len(), 1);
    assert_eq!(opened_outside("1 openat(5, \"../x\", O_RDONLY) = 9", &root).len(), 1);
}
