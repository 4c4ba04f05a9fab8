//! The source tree keeps its floors: a module uses only modules below it, and a few habits hold everywhere.

use std::path::Path;

/// Modules that share a crate, and the floor each stands on in it. Crates are kept apart by the compiler.
const FLOORS: [(&str, u8); 16] = [
    // core
    ("time", 0),
    ("model", 0),
    ("count", 1),
    // read
    ("export", 0),
    ("inspect", 1),
    // the program
    ("error_text", 0),
    ("program", 0),
    ("variables", 0),
    ("notify", 1),
    ("plan", 1),
    ("stores", 1),
    ("reading", 2),
    ("cluster", 3),
    ("run", 4),
    ("schedule", 5),
    ("cli", 6),
];
/// Crates of one module: they have no floors.
const SINGLE: [&str; 9] = ["stats", "config", "store", "archive", "report", "demo", "picture", "brief", "spark"];
const PRINTING: [&str; 5] = ["println!", "eprintln!", "print!", "eprint!", "dbg!"];
/// What people read is written to through one door each: the screen, which shows what would steer a terminal by its number,
/// the log, which does the same, and the progress bar.
const STREAMS: [&str; 2] = ["io::stdout", "io::stderr"];
const DOORS: [&str; 3] = ["cli/screen.rs", "cli/logging.rs", "cli/progress.rs"];

/// A source file: its path and its text. Paths of the program's own files begin below `src/`.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The crate, `None` for the program, and the path below its `src/`.
    fn in_crate(&self) -> (Option<&str>, &str) {
        let parts = self.path.strip_prefix("crates/").and_then(|path| path.split_once("/src/"));
        parts.map_or((None, self.path.as_str()), |(name, path)| (Some(name), path))
    }

    /// The top module it belongs to; `None` for `lib.rs` and `main.rs`, which stand above all, and in a crate of one module.
    fn module(&self) -> Option<&str> {
        let (name, path) = self.in_crate();
        if name.is_some_and(|name| SINGLE.contains(&name)) {
            return None;
        }
        let first = path.split('/').next()?;
        let name = first.strip_suffix(".rs").unwrap_or(first);
        (!["lib", "main"].contains(&name)).then_some(name)
    }

    /// Whether it is the file of this module or lies in its folder.
    fn is_of(&self, module: &str) -> bool {
        self.path.strip_prefix(module).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    }

    /// How many modules lie between the crate's root and this file's items.
    fn depth(&self) -> usize {
        let (_, path) = self.in_crate();
        let parts = path.split('/').count();
        if path.ends_with("mod.rs") || path == "lib.rs" { parts - 1 } else { parts }
    }

    /// Lines of code with their numbers, comments left out.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// Lines of code outside `#[cfg(test)]` items.
    fn shipped(&self) -> Vec<(usize, &str)> {
        let mut shipped = Vec::new();
        let mut code = self.code();
        while let Some((number, line)) = code.next() {
            if line.trim() != "#[cfg(test)]" {
                shipped.push((number, line));
                continue;
            }
            let item = code.by_ref().map(|(_, line)| line).find(|line| !line.trim_start().starts_with("#["));
            if item.is_some_and(|item| item.ends_with('{')) {
                let end = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
                code.by_ref().find(|(_, line)| *line == end);
            }
        }
        shipped
    }

    /// Modules under `#[cfg(test)]` that are files or folders, such as `archive/tests`.
    fn test_modules(&self) -> Vec<String> {
        let folder = match self.path.rsplit_once('/') {
            Some((folder, "mod.rs" | "lib.rs")) => format!("{folder}/"),
            Some(_) => self.path.replace(".rs", "/"),
            None => String::new(),
        };
        let lines: Vec<&str> = self.code().map(|(_, line)| line.trim()).collect();
        lines
            .windows(2)
            .filter(|pair| pair[0] == "#[cfg(test)]" && pair[1].ends_with(';'))
            .filter_map(|pair| pair[1].trim_end_matches(';').rsplit_once("mod "))
            .map(|(_, name)| format!("{folder}{name}"))
            .collect()
    }

    /// Top modules that the code names, with the line.
    fn uses(&self) -> Vec<(usize, String)> {
        let before_comment = |line: &str| line.split(" // ").next().unwrap_or_default().to_owned();
        let code = self.code().map(|(number, line)| format!("{}\u{1}{number}\n", before_comment(line)));
        let code: String = code.collect();
        let mut uses = Vec::new();
        for (at, found) in code.match_indices("crate::") {
            let line = code[at..].split('\u{1}').nth(1).and_then(|rest| rest.lines().next()).unwrap_or_default();
            let line: usize = line.parse().unwrap();
            uses.extend(heads(&code[at + found.len()..]).into_iter().map(|name| (line, name)));
        }
        uses
    }
}

/// The first names of a path or of a braced group of paths.
fn heads(path: &str) -> Vec<String> {
    let ident = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = path.strip_prefix('{') else { return vec![ident(path)] };
    let mut heads = vec![];
    let mut depth = 0;
    let mut expects_name = true;
    for (at, c) in group.char_indices() {
        match c {
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            '{' => depth += 1,
            ',' if depth == 0 => expects_name = true,
            c if expects_name && (c.is_alphabetic() || c == '_') => {
                heads.push(ident(&group[at..]));
                expects_name = false;
            }
            _ => {}
        }
    }
    heads
}

fn floor(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

/// Whether the module may use the other.
fn may_use(module: &str, other: &str) -> bool {
    module == other || matches!((floor(module), floor(other)), (Some(above), Some(below)) if below < above)
}

/// Everything wrong with these sources, a line each.
fn complaints(sources: &[Source]) -> Vec<String> {
    let test_modules: Vec<String> = sources.iter().flat_map(Source::test_modules).collect();
    let mut complaints = Vec::new();
    for source in sources {
        let mut complain = |line: usize, what: &str| complaints.push(format!("{}:{line}: {what}", source.path));
        if !source.text.starts_with("//!") {
            complain(1, "does not open with `//!`");
        }
        if let Some(module) = source.module() {
            if floor(module).is_none() {
                complain(1, "is of a module without a floor");
            }
            for (line, other) in source.uses() {
                if !may_use(module, &other) {
                    complain(line, &format!("`{module}` uses `{other}`, which is not below it"));
                }
            }
        }
        if test_modules.iter().any(|module| source.is_of(module)) {
            continue;
        }
        let to_the_root = "super::".repeat(source.depth().max(1));
        for (line, code) in source.shipped() {
            if code.contains(".unwrap()") {
                complain(line, "unwraps");
            }
            if let Some(print) = PRINTING.iter().find(|print| is_call(code, print)) {
                complain(line, &format!("`{print}`: write to a `Screen`"));
            }
            let is_written_to =
                |stream: &&&str| code.split(**stream).skip(1).any(|rest| !rest.starts_with("().is_terminal()"));
            let is_a_door = DOORS.contains(&source.path.as_str());
            if let Some(stream) = STREAMS.iter().find(is_written_to).filter(|_| !is_a_door) {
                complain(line, &format!("`{stream}` outside of {}", DOORS.join(", ")));
            }
            if source.module().is_some() && code.contains(&to_the_root) {
                complain(line, "reaches the crate's root by `super::`: write `crate::`");
            }
        }
    }
    complaints
}

/// Whether the macro is called, and not another whose name ends like it.
fn is_call(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

fn collect(folder: &Path, below: &str, sources: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{below}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{path}/"), sources);
        } else if path.rsplit_once('.').is_some_and(|(_, ending)| ending == "rs") {
            sources.push(Source { path, text: std::fs::read_to_string(entry.path()).unwrap() });
        }
    }
}

fn is_linked(name: &str) -> bool {
    name != "workspace-hack"
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_module_uses_only_what_is_below_it() {
    let mut sources = Vec::new();
    collect(&root().join("src"), "", &mut sources);
    collect(&root().join("crates"), "crates/", &mut sources);
    // Build scripts, and what nobody links: the crate of features.
    sources.retain(|source| !source.path.starts_with("crates/") || source.in_crate().0.is_some_and(is_linked));
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(sources.len() > 60, "only {} sources were found", sources.len());
    let found: Vec<&str> = sources.iter().filter_map(Source::module).collect();
    for (module, _) in FLOORS {
        assert!(found.contains(&module), "`{module}` was not found");
    }
    let crates: Vec<&str> = sources.iter().filter_map(|source| source.in_crate().0).collect();
    for name in SINGLE {
        assert!(crates.contains(&name), "`{name}` was not found");
    }
    let complaints = complaints(&sources);
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

/// The checker's complaints about one planted file.
fn planted(path: &str, text: &str) -> Vec<String> {
    complaints(&[Source::new(path, text)])
}

#[test]
fn a_planted_step_up_or_sideways_is_found() {
    let up = planted("run/row.rs", "//! Rows.\n\nuse crate::cli::Failure;\n");
    assert_eq!(up, ["run/row.rs:3: `run` uses `cli`, which is not below it"]);
    let sideways = planted("plan/row.rs", "//! Rows.\nfn f() -> crate::notify::Message { todo!() }\n");
    assert_eq!(sideways, ["plan/row.rs:2: `plan` uses `notify`, which is not below it"]);
    let grouped = planted(
        "plan/map.rs",
        "//! Map.\nuse crate::{\n    program::{COMMIT, VERSION},\n    run::Due, // why\n};\n",
    );
    assert_eq!(grouped, ["plan/map.rs:2: `plan` uses `run`, which is not below it"]);
    let in_a_crate = planted("crates/core/src/time/zone.rs", "//! Z.\nuse crate::count::Counter;\n");
    assert_eq!(in_a_crate, ["crates/core/src/time/zone.rs:2: `time` uses `count`, which is not below it"]);
    let in_a_test = planted(
        "crates/read/src/export/zone.rs",
        "//! Z.\n#[cfg(test)]\nmod tests {\n    use crate::inspect::Kind;\n}\n",
    );
    assert_eq!(in_a_test, ["crates/read/src/export/zone.rs:4: `export` uses `inspect`, which is not below it"]);
    let by_super = planted("run/mod.rs", "//! E.\nuse super::cli::Failure;\n");
    assert_eq!(by_super, ["run/mod.rs:2: reaches the crate's root by `super::`: write `crate::`"]);
    let deeper = planted("run/map.rs", "//! E.\nuse super::super::cli::Failure;\n");
    assert_eq!(deeper, ["run/map.rs:2: reaches the crate's root by `super::`: write `crate::`"]);
    let homeless = planted("utils/mod.rs", "//! Odds and ends.\n");
    assert_eq!(homeless, ["utils/mod.rs:1: is of a module without a floor"]);
}

#[test]
fn planted_bad_habits_are_found() {
    assert_eq!(planted("run/zone.rs", "use std::fmt;\n"), ["run/zone.rs:1: does not open with `//!`"]);
    assert_eq!(planted("run/zone.rs", "//! Z.\nfn f() { g().unwrap() }\n"), ["run/zone.rs:2: unwraps"]);
    let after_a_test = "//! Z.\n#[cfg(test)]\nmod tests {\n    fn t() {\n        g().unwrap();\n    }\n}\nfn f() { g().unwrap() }\n";
    assert_eq!(planted("run/zone.rs", after_a_test), ["run/zone.rs:8: unwraps"]);
    let after_a_test_file = "//! Z.\n#[cfg(test)]\nmod tests;\nfn f() { g().unwrap() }\n";
    assert_eq!(planted("run/mod.rs", after_a_test_file), ["run/mod.rs:4: unwraps"]);
    let loud = planted("run/mod.rs", "//! R.\nfn f() { eprintln!(\"x\") }\n");
    assert_eq!(loud, ["run/mod.rs:2: `eprintln!`: write to a `Screen`"]);
    let louder = planted("cli/new.rs", "//! N.\nfn f() { println!(\"x\") }\n");
    assert_eq!(louder, ["cli/new.rs:2: `println!`: write to a `Screen`"]);
    let past_the_door = planted("cli/new.rs", "//! N.\nfn f() { std::io::stdout().write_all(b\"\") }\n");
    assert_eq!(
        past_the_door,
        ["cli/new.rs:2: `io::stdout` outside of cli/screen.rs, cli/logging.rs, cli/progress.rs"]
    );
}

#[test]
fn what_is_allowed_is_not_complained_about() {
    let sound = [
        Source::new("main.rs", "//! Start.\nfn main() { coverledger::main() }\n"),
        Source::new(
            "cli/mod.rs",
            "//! C.\nuse crate::{run::Outcome, plan};\nfn f() -> bool { std::io::stdout().is_terminal() }\n",
        ),
        Source::new("cli/screen.rs", "//! S.\nfn f() { io::stdout().lock() }\n"),
        Source::new(
            "crates/config/src/lib.rs",
            "//! C.\n/// ```\n/// f().unwrap();\n/// ```\nuse crate::{Event, Zone};\n#[cfg(test)]\nmod testing;\n",
        ),
        Source::new("crates/config/src/testing.rs", "//! T.\nfn f() { g().unwrap() }\n"),
        Source::new("crates/config/src/testing/deep.rs", "//! T.\nfn f() { g().unwrap() }\n"),
        Source::new(
            "run/map.rs",
            "//! M. Feeds [`crate::cli`].\n// crate::cli takes it\nuse super::Excerpt;\nuse crate::plan::Batch;\n#[cfg(test)]\nmod tests {\n    fn t() { g().unwrap() }\n}\n",
        ),
    ];
    assert_eq!(complaints(&sound), [""; 0]);
}

/// A red run means a fault of the change and never of the dice.
#[test]
fn property_tests_draw_from_a_seed_that_is_written_down() {
    let root = root();
    let config = std::fs::read_to_string(root.join(".cargo/config.toml")).unwrap();
    let seed = config.lines().find_map(|line| line.strip_prefix("PROPTEST_RNG_SEED = \"")).unwrap();
    assert!(seed.trim_end_matches('"').parse::<u64>().is_ok(), "{seed}");
    let mut sources = Vec::new();
    collect(&root.join("src"), "", &mut sources);
    collect(&root.join("crates"), "crates/", &mut sources);
    collect(&root.join("tests"), "tests/", &mut sources);
    // What a test draws by itself has a seed of its own.
    let (seeds, runners) = (concat!("rng_", "seed"), concat!("TestRng::", "deterministic"));
    let other = sources.iter().filter(|source| source.text.contains(seeds) || source.text.contains(runners));
    assert_eq!(other.map(|source| source.path.as_str()).collect::<Vec<_>>(), [""; 0]);
}
