//! The disk of the archive takes nothing more.

use std::process::Command;

use crate::rows::events;
use crate::scenario::Scenario;

/// The program where no file grows beyond a kilobyte or two: locks have room, tables have none.
fn on_a_full_disk(scenario: &Scenario, args: &[&str]) -> Command {
    let program = scenario.command(args);
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 2; exec \"$@\"", "sh"]);
    command.arg(program.get_program()).args(program.get_args());
    command.current_dir(program.get_current_dir().unwrap());
    command
}

#[test]
fn a_full_disk_ends_with_its_own_code_and_one_line_for_all_days() {
    let scenario = Scenario::shop()
        .market("GB", "timezone: Etc/UTC, slots: day_parts")
        .job("shop", "GB", 4)
        .at("2026-11-22T03:00:00Z");
    for date in ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"] {
        let row = format!("e-{date} {date}T09:00:00Z show GB r1 c1 v1 f 25-34 -");
        scenario.deliver(&format!("shop/{date}/a.csv"), events(&row));
    }
    let output = on_a_full_disk(&scenario, &["run", "nightly"]).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("4 market-days: 4 failed"), "{told}");
    assert_eq!(told.matches("the disk did not take it").count(), 1, "{told}");
    assert!(told.contains("(is it full, or read-only?) (and 3 like it)"), "{told}");
    // With room again, all is there.
    scenario.run().exits(0).says("4 market-days: 4 published");
}
