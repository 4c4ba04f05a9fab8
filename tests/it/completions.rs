//! Completion scripts and manual pages name every command, and the shells that are here take them.

use std::collections::BTreeSet;
use std::process::Command;

use crate::scenario::Scenario;

/// Every command of the program, from its own help.
fn commands(scenario: &Scenario) -> BTreeSet<String> {
    let help = scenario.cli(&["-h"]).exits(0).stdout;
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // Further lines of a description are indented further.
    let lines = lines.filter(|line| !line.starts_with("   "));
    let mut commands: BTreeSet<String> =
        lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert!(commands.remove("help") && commands.len() > 10, "{commands:?}");
    commands
}

#[test]
fn each_shell_gets_a_script_that_names_every_command_and_an_option() {
    let scenario = Scenario::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = scenario.cli(&["completions", shell]).exits(0).stdout;
        for command in commands(&scenario) {
            assert!(script.contains(&command), "{shell} knows no `{command}`");
        }
        assert!(script.contains("accept-shrink"), "{shell} knows the options of `run`");
    }
    let told = scenario.cli(&["completions", "tcsh"]).exits(2).stderr;
    assert!(told.contains("[possible values: bash, elvish, fish, powershell, zsh]"), "{told}");
}

#[test]
fn bash_takes_its_script_and_completes_a_command_with_it() {
    let scenario = Scenario::new();
    let script = scenario.cli(&["completions", "bash"]).exits(0).stdout;
    scenario.write("coverledger.bash", script);
    let bash = |text: &str| {
        Command::new("bash").args(["-c", text]).current_dir(scenario.path("")).output().expect("bash is here")
    };
    let parsed = bash("bash -n coverledger.bash");
    assert!(parsed.status.success(), "{}", String::from_utf8_lossy(&parsed.stderr));
    let completed = bash(
        ". ./coverledger.bash; COMP_WORDS=(coverledger back); COMP_CWORD=1; \
         _coverledger coverledger back coverledger; echo \"${COMPREPLY[@]}\"",
    );
    assert_eq!(String::from_utf8_lossy(&completed.stdout), "backfill\n");
}

#[test]
fn every_command_has_a_manual_page() {
    let scenario = Scenario::new();
    let commands = commands(&scenario);
    let pages = commands.len() + 1;
    scenario.cli(&["man", "share/man1"]).exits(0).says(&format!("{pages} manual pages are in share/man1;"));
    let written = scenario.tree("share/man1");
    assert_eq!(written.len(), pages, "{:?}", written.keys());
    let page = |name: &str| String::from_utf8(written[name].clone()).unwrap();
    let main = page("coverledger.1");
    for command in &commands {
        // In roff a hyphen that is one is written `\-`.
        let in_roff = command.replace('-', "\\-");
        assert!(main.contains(&format!("coverledger\\-{in_roff}(1)")), "`{command}` is not in\n{main}");
        assert!(page(&format!("coverledger-{command}.1")).contains(".SH SYNOPSIS"), "{command}");
    }
    assert!(main.contains("5 publish conflict"), "exit codes are in the first page");
    let run = page("coverledger-run.1");
    assert!(run.contains("\\-\\-accept\\-shrink") && !run.contains("files\\-on\\-stdin"), "{run}");
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let scenario = Scenario::new();
    scenario.write("share", "a file");
    let told = scenario.cli(&["man", "share"]).exits(1).stderr;
    assert!(told.starts_with("error: cannot write manual pages to `share`: "), "{told}");
}
