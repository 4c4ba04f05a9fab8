//! What is in `deploy/`, against the program and against itself: a unit or a manifest that nobody starts here must not
//! turn out wrong where somebody does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use coverledger::cli::exit;
use serde_yaml::Value;

use crate::scenario::Scenario;

const SERVICE: &str = "deploy/coverledger.service";
const RUN_SERVICE: &str = "deploy/coverledger-run.service";
const TIMER: &str = "deploy/coverledger-run.timer";
const DOCKERFILE: &str = "deploy/Dockerfile";
const DEPLOYMENT: &str = "deploy/deployment.yaml";
const CRONJOB: &str = "deploy/cronjob.yaml";
const SPARK_SERVER: &str = "deploy/spark/connect-server.yaml";
const SPARK_DOCKERFILE: &str = "deploy/spark/Dockerfile";
const INSTALL_WHEEL: &str = "deploy/spark/install-wheel.sh";

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn manifest(path: &str) -> Value {
    serde_yaml::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What lies behind keys and positions, such as `spec.containers.0.image`.
fn at<'v>(value: &'v Value, way: &str) -> &'v Value {
    way.split('.').fold(value, |value, step| {
        let found = step.parse::<usize>().map_or_else(|_| value.get(step), |index| value.get(index));
        found.unwrap_or_else(|| panic!("there is no `{step}` of `{way}`"))
    })
}

fn words(value: &Value) -> Vec<String> {
    value.as_sequence().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// The values of a key of a unit.
fn settings(unit: &str, key: &str) -> Vec<String> {
    let values = unit.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    values.map(str::to_owned).collect()
}

fn setting(unit: &str, key: &str) -> String {
    let values = settings(unit, key);
    assert_eq!(values.len(), 1, "`{key}` once");
    values[0].clone()
}

fn after(args: &[String], option: &str) -> String {
    let at = args.iter().position(|arg| arg == option).unwrap_or_else(|| panic!("no `{option}` in {args:?}"));
    args[at + 1].clone()
}

/// The arguments of the image's own command.
fn of_image() -> Vec<String> {
    let dockerfile = text(DOCKERFILE);
    let line = dockerfile.lines().find_map(|line| line.strip_prefix("CMD ")).expect("a CMD");
    serde_json::from_str(line).unwrap()
}

fn of_unit(path: &str) -> Vec<String> {
    let line = setting(&text(path), "ExecStart");
    line.split_whitespace().skip(1).map(str::to_owned).collect()
}

/// Every command line of the program in a page's blocks of shell.
fn in_page(path: &str) -> Vec<Vec<String>> {
    let page = text(path);
    let blocks = page.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("sh\n"));
    let lines = blocks.flat_map(|block| {
        let block = block.replace("\\\n", " ");
        block.lines().map(str::to_owned).collect::<Vec<_>>()
    });
    let commands = lines.flat_map(|line| {
        let line = line.split(" #").next().unwrap_or_default().to_owned();
        let parts = line.split("&&").flat_map(|part| part.split(['|', ';'])).map(str::to_owned);
        parts.collect::<Vec<_>>()
    });
    commands.filter_map(|command| of_program(&command)).collect()
}

/// The arguments of a command line, if it is one of the program.
fn of_program(command: &str) -> Option<Vec<String>> {
    let command = command.split(['<', '>']).next()?.replace("cargo run --release --", "coverledger");
    let words: Vec<&str> = command.split_whitespace().skip_while(|word| word.contains('=')).collect();
    let is_ours = Path::new(words.first()?).file_name()? == "coverledger";
    is_ours.then(|| words[1..].iter().map(|word| word.trim_matches(['"', '\'']).to_owned()).collect())
}

/// Every command line that the repository tells people, or machines, to start.
fn command_lines() -> Vec<(&'static str, Vec<String>)> {
    let mut lines = Vec::new();
    for path in [SERVICE, RUN_SERVICE] {
        let unit = text(path);
        for line in settings(&unit, "ExecStart").into_iter().chain(settings(&unit, "ExecStartPre")) {
            lines.push((path, line.split_whitespace().skip(1).map(str::to_owned).collect()));
        }
    }
    lines.push((DOCKERFILE, of_image()));
    lines.push((DEPLOYMENT, words(at(&manifest(DEPLOYMENT), "spec.template.spec.containers.0.args"))));
    lines.push((CRONJOB, words(at(&manifest(CRONJOB), "spec.jobTemplate.spec.template.spec.containers.0.args"))));
    for page in ["README.md", "docs/OPERATIONS.md", "docs/SPARK.md"] {
        lines.extend(in_page(page).into_iter().map(|line| (page, line)));
    }
    lines
}

#[test]
fn every_command_line_is_one_that_the_program_takes() {
    let lines = command_lines();
    assert!(lines.len() > 12, "only {} command lines were found", lines.len());
    for (place, args) in lines {
        // What is asked for help is not carried out, but only after everything before it was understood.
        let output = Command::new(env!("CARGO_BIN_EXE_coverledger")).args(&args).arg("--help").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{place}: `coverledger {}`: {said}", args.join(" "));
    }
}

#[test]
fn a_command_line_that_the_program_does_not_take_would_be_found() {
    for wrong in
        [&["schedule", "--lisen", "127.0.0.1:9464"][..], &["runn", "nightly"], &["run", "nightly", "--log", "xml"]]
    {
        let output = Command::new(env!("CARGO_BIN_EXE_coverledger")).args(wrong).arg("--help").output().unwrap();
        assert!(!output.status.success(), "{wrong:?}");
    }
}

#[test]
fn units_image_and_manifests_agree() {
    let pod = at(&manifest(DEPLOYMENT), "spec.template").clone();
    let args = words(at(&pod, "spec.containers.0.args"));
    let port = |args: &[String]| after(args, "--listen").rsplit(':').next().unwrap().to_owned();
    let dockerfile = text(DOCKERFILE);
    let ports = [
        port(&args),
        port(&of_image()),
        port(&of_unit(SERVICE)),
        at(&pod, "spec.containers.0.ports.0.containerPort").as_u64().unwrap().to_string(),
        at(&pod, "metadata.annotations").get("prometheus.io/port").unwrap().as_str().unwrap().to_owned(),
        dockerfile.lines().find_map(|line| line.strip_prefix("EXPOSE ")).unwrap().to_owned(),
    ];
    assert!(ports.iter().all(|port| *port == ports[0]), "{ports:?}");
    assert!(dockerfile.contains(&format!("http://127.0.0.1:{}/healthz", ports[0])));
    assert!(text(SERVICE).contains(&format!("http://127.0.0.1:{}/readyz", ports[0])));
    // On a machine of one's own only the machine itself may ask; in a container it is the container's network.
    assert!(after(&of_unit(SERVICE), "--listen").starts_with("127.0.0.1:"));
    let cron_pod = at(&manifest(CRONJOB), "spec.jobTemplate.spec.template").clone();
    let lines =
        [args, of_image(), of_unit(SERVICE), of_unit(RUN_SERVICE), words(at(&cron_pod, "spec.containers.0.args"))];
    for line in &lines {
        assert_eq!(after(line, "--config"), "/etc/coverledger/config");
        assert_eq!(after(line, "--jobs"), "/etc/coverledger/jobs");
        assert_eq!(after(line, "--log"), "json");
    }
    for pod in [&pod, &cron_pod] {
        let user = at(pod, "spec.securityContext.runAsUser").as_u64().unwrap();
        assert!(dockerfile.contains(&format!("USER {user}:{user}\n")), "the image's user");
        let mounts = at(pod, "spec.containers.0.volumeMounts").as_sequence().unwrap();
        let paths: Vec<&str> = mounts.iter().map(|mount| at(mount, "mountPath").as_str().unwrap()).collect();
        assert_eq!(paths, ["/etc/coverledger/config", "/etc/coverledger/jobs", "/var/cache/coverledger"]);
        assert!(dockerfile.contains("ENV TMPDIR=/var/cache/coverledger\n"), "the root cannot be written to");
    }
}

#[test]
fn a_run_is_given_more_time_to_finish_than_it_takes() {
    let seconds = |text: &str| text.parse::<u64>().unwrap();
    let service = text(SERVICE);
    assert!(seconds(&setting(&service, "TimeoutStopSec")) > seconds(&after(&of_unit(SERVICE), "--drain")));
    assert_eq!(
        (setting(&service, "KillSignal").as_str(), setting(&service, "KillMode").as_str()),
        ("SIGTERM", "mixed")
    );
    assert_eq!(setting(&service, "Restart"), "always");
    let pod = at(&manifest(DEPLOYMENT), "spec.template.spec").clone();
    let grace = at(&pod, "terminationGracePeriodSeconds").as_u64().unwrap();
    assert!(grace > seconds(&after(&words(at(&pod, "containers.0.args")), "--drain")));
    assert!(text(DOCKERFILE).contains("\nSTOPSIGNAL SIGTERM\n"));
}

#[test]
fn pods_may_do_nothing_that_they_need_not() {
    let specs = [(DEPLOYMENT, "spec.template.spec"), (CRONJOB, "spec.jobTemplate.spec.template.spec")];
    for (path, way) in specs {
        let pod = at(&manifest(path), way).clone();
        let is = |way: &str, wanted: bool| assert_eq!(at(&pod, way).as_bool(), Some(wanted), "{path}: `{way}`");
        is("automountServiceAccountToken", false);
        is("securityContext.runAsNonRoot", true);
        is("containers.0.securityContext.allowPrivilegeEscalation", false);
        is("containers.0.securityContext.readOnlyRootFilesystem", true);
        assert_eq!(words(at(&pod, "containers.0.securityContext.capabilities.drop")), ["ALL"]);
        assert!(at(&pod, "containers.0.envFrom.0.secretRef.name").is_string(), "secrets come from a Secret");
        assert!(at(&pod, "containers.0").get("env").is_none(), "no value of a variable is in a manifest");
        assert!(at(&pod, "containers.0.resources.limits.memory").is_string());
    }
    let pod = at(&manifest(DEPLOYMENT), "spec.template.spec.containers.0").clone();
    let probes = [("livenessProbe", "/healthz"), ("startupProbe", "/healthz"), ("readinessProbe", "/readyz")];
    for (probe, path) in probes {
        assert_eq!(at(&pod, &format!("{probe}.httpGet.path")).as_str(), Some(path), "{probe}");
    }
}

#[test]
fn the_night_is_the_same_wherever_its_schedule_is_kept() {
    let job: Value = serde_yaml::from_str(&text("jobs/nightly.yaml")).unwrap();
    let (cron, zone) = (at(&job, "schedule.cron"), at(&job, "schedule.timezone"));
    let cronjob = manifest(CRONJOB);
    assert_eq!((at(&cronjob, "spec.schedule"), at(&cronjob, "spec.timeZone")), (cron, zone));
    let fields: Vec<&str> = cron.as_str().unwrap().split(' ').collect();
    let calendar = format!("*-*-* {:0>2}:{:0>2}:00 {}", fields[1], fields[0], zone.as_str().unwrap());
    assert_eq!(setting(&text(TIMER), "OnCalendar"), calendar);
    assert_eq!(setting(&text(TIMER), "Unit"), "coverledger-run.service");
    // A folder of files is a list of files in a ConfigMap: those of the job's platforms.
    let platforms: BTreeSet<String> = words(at(&job, "platforms")).into_iter().collect();
    for (path, way) in [(DEPLOYMENT, "spec.template.spec"), (CRONJOB, "spec.jobTemplate.spec.template.spec")] {
        let items = at(&manifest(path), &format!("{way}.volumes.0.projected.sources.1.configMap.items")).clone();
        let items = items.as_sequence().unwrap().clone();
        let listed: BTreeSet<String> = items
            .iter()
            .map(|item| {
                let (key, to) = (at(item, "key").as_str().unwrap(), at(item, "path").as_str().unwrap());
                assert_eq!(to, format!("platforms/{key}"));
                assert!(repository().join("config").join(to).is_file(), "{path}: `config/{to}`");
                key.trim_end_matches(".yaml").to_owned()
            })
            .collect();
        assert_eq!(listed, platforms, "{path}");
    }
}

#[test]
fn no_scheduler_tries_again_what_trying_again_does_not_mend() {
    let cronjob = manifest(CRONJOB);
    assert_eq!(at(&cronjob, "spec.concurrencyPolicy").as_str(), Some("Forbid"));
    let template = at(&cronjob, "spec.jobTemplate.spec").clone();
    assert_eq!(at(&template, "template.spec.restartPolicy").as_str(), Some("Never"), "podFailurePolicy needs it");
    let final_codes = at(&template, "podFailurePolicy.rules.0.onExitCodes.values").as_sequence().unwrap().clone();
    let final_codes: Vec<u8> = final_codes.iter().map(|code| code.as_u64().unwrap().try_into().unwrap()).collect();
    assert_eq!(final_codes, [exit::USAGE, exit::CONFIG, exit::EXPORTS, exit::SOME_FAILED]);
    assert!(!final_codes.contains(&exit::CONFLICT), "the next run settles it");
    let name = at(&template, "podFailurePolicy.rules.0.onExitCodes.containerName");
    assert_eq!(name, at(&template, "template.spec.containers.0.name"));
    let unit = text(SERVICE);
    assert_eq!(setting(&unit, "RestartPreventExitStatus"), format!("{} {}", exit::USAGE, exit::CONFIG));
    let unit = text(RUN_SERVICE);
    let stops = format!("{} {} {}", exit::USAGE, exit::CONFIG, exit::SOME_FAILED);
    assert_eq!(setting(&unit, "RestartPreventExitStatus"), stops);
    assert_eq!(setting(&unit, "SuccessExitStatus"), exit::EXPORTS.to_string());
}

#[test]
fn the_image_is_built_from_what_is_there_and_holds_no_secret() {
    let ignored = text("deploy/Dockerfile.dockerignore");
    let rules: Vec<&str> = ignored.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert_eq!(rules[0], "*", "what is not named stays outside");
    let kept: Vec<&str> = rules[1..].iter().map(|rule| rule.strip_prefix('!').expect("a name to keep")).collect();
    assert!(
        ["Cargo.toml", "Cargo.lock", "build.rs", "src", "crates", "python"].iter().all(|name| kept.contains(name))
    );
    for name in &kept {
        assert!(repository().join(name).exists(), "`{name}`");
        assert!(!["config", "jobs", "exports", "archive"].contains(name));
    }
    // Cargo finds its way with nothing else.
    let context = tempfile::tempdir().unwrap();
    for name in ["Cargo.toml", "Cargo.lock", "build.rs"] {
        fs::copy(repository().join(name), context.path().join(name)).unwrap();
    }
    for name in ["src", "crates", "python"] {
        std::os::unix::fs::symlink(repository().join(name), context.path().join(name)).unwrap();
    }
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--format-version", "1", "--no-deps"])
        .current_dir(context.path())
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let dockerfile = text(DOCKERFILE);
    let images: Vec<&str> = dockerfile.lines().filter(|line| line.starts_with("FROM ")).collect();
    assert_eq!(images, ["FROM rust:1.95-slim-bookworm AS build", "FROM debian:bookworm-slim"]);
    let manifest = text("Cargo.toml");
    assert!(manifest.contains("rust-version = \"1.95\""), "the compiler of the image is the one that is needed");
    for line in dockerfile.lines().filter(|line| line.starts_with("ENV ") || line.starts_with("ARG ")) {
        let upper = line.to_uppercase();
        assert!(!["KEY", "SECRET", "TOKEN", "PASSWORD"].iter().any(|word| upper.contains(word)), "{line}");
    }
}

/// Units as systemd itself sees them. Where it is not installed nothing is checked, and the test says so.
#[test]
fn systemd_finds_nothing_wrong_with_the_units() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        println!("SKIPPED: systemd-analyze is not installed; nobody has looked at the units");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let place = |path: &str| folder.path().join(Path::new(path).file_name().unwrap());
    for path in [SERVICE, RUN_SERVICE, TIMER] {
        let unit = text(path).replace("/usr/local/bin/coverledger", env!("CARGO_BIN_EXE_coverledger"));
        fs::write(place(path), unit).unwrap();
    }
    let verified = Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .args([SERVICE, RUN_SERVICE, TIMER].map(place))
        .env("SYSTEMD_LOG_LEVEL", "warning")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    let ours: Vec<&str> = said.lines().filter(|line| line.contains("coverledger")).collect();
    assert!(ours.is_empty(), "{said}");
}

/// A `ConfigMap` in a pod is a folder of links into a hidden folder.
#[test]
fn a_configuration_that_is_mounted_from_a_config_map_is_read() {
    let scenario = Scenario::shop();
    for (folder, files) in
        [("config", vec!["archive.yaml", "markets.yaml", "platforms/shop.yaml"]), ("jobs", vec!["nightly.yaml"])]
    {
        let (from, to) = (scenario.path(folder), scenario.path(&format!("mounted/{folder}")));
        let hidden = to.join("..2026_11_21_03_00_00.1");
        fs::create_dir_all(hidden.join("platforms")).unwrap();
        std::os::unix::fs::symlink("..2026_11_21_03_00_00.1", to.join("..data")).unwrap();
        for file in files {
            fs::copy(from.join(file), hidden.join(file)).unwrap();
        }
        for entry in fs::read_dir(&hidden).unwrap() {
            let name = entry.unwrap().file_name();
            std::os::unix::fs::symlink(Path::new("..data").join(&name), to.join(&name)).unwrap();
        }
    }
    scenario.cli(&["check", "--config", "mounted/config", "--jobs", "mounted/jobs"]).exits(0).says("job nightly");
}

#[test]
fn the_server_of_spark_and_its_executors_are_one_image_and_find_each_other() {
    let parts: Vec<Value> = serde_yaml::Deserializer::from_str(&text(SPARK_SERVER))
        .map(|part| {
            serde::Deserialize::deserialize(part).unwrap_or_else(|error| panic!("{SPARK_SERVER}: {error}"))
        })
        .collect();
    let kind = |kind: &str| {
        let found: Vec<&Value> = parts.iter().filter(|part| at(part, "kind").as_str() == Some(kind)).collect();
        assert_eq!(found.len(), 1, "one {kind}");
        found[0].clone()
    };
    let (service, deployment) = (kind("Service"), kind("Deployment"));
    let container = at(&deployment, "spec.template.spec.containers.0").clone();
    let args = words(at(&container, "args"));
    let conf = |name: &str| {
        let values: Vec<&str> = args.iter().filter_map(|arg| arg.strip_prefix(name)?.strip_prefix('=')).collect();
        assert_eq!(values.len(), 1, "`{name}` once");
        values[0].to_owned()
    };
    assert_eq!(at(&container, "image").as_str(), Some(conf("spark.kubernetes.container.image").as_str()));
    assert!(text(SPARK_DOCKERFILE).contains(&format!("--tag {} ", conf("spark.kubernetes.container.image"))));
    let name = at(&service, "metadata.name").as_str().unwrap().to_owned();
    let namespace = at(&service, "metadata.namespace").as_str().unwrap().to_owned();
    assert_eq!(conf("spark.driver.host"), format!("{name}.{namespace}.svc"));
    assert_eq!(conf("spark.kubernetes.namespace"), namespace);
    let of_service = at(&service, "spec.ports").as_sequence().unwrap();
    let of_service: Vec<u64> = of_service.iter().map(|port| at(port, "port").as_u64().unwrap()).collect();
    let wanted = ["15002".to_owned(), conf("spark.driver.port"), conf("spark.blockManager.port")];
    assert_eq!(of_service.iter().map(u64::to_string).collect::<Vec<_>>(), wanted);
    let of_pod = at(&container, "ports").as_sequence().unwrap();
    let of_pod: Vec<u64> = of_pod.iter().map(|port| at(port, "containerPort").as_u64().unwrap()).collect();
    assert_eq!(of_pod, of_service);
    let selector = at(&service, "spec.selector").clone();
    for way in ["spec.selector.matchLabels", "spec.template.metadata.labels"] {
        assert_eq!(at(&deployment, way), &selector, "{way}");
    }
    assert_eq!(at(&kind("NetworkPolicy"), "spec.podSelector.matchLabels"), &selector);
    assert!(words(at(&container, "securityContext.capabilities.drop")) == ["ALL"]);
    // What a pod of the program is called elsewhere is who may come.
    let ours = at(&manifest(DEPLOYMENT), "spec.template.metadata.labels").clone();
    assert_eq!(at(&kind("NetworkPolicy"), "spec.ingress.0.from.0.podSelector.matchLabels"), &ours);
}

#[test]
fn the_script_that_installs_the_wheel_is_one_that_a_shell_takes() {
    let script = repository().join(INSTALL_WHEEL);
    let understood = Command::new("bash").arg("-n").arg(&script).output().unwrap();
    assert!(understood.status.success(), "{}", String::from_utf8_lossy(&understood.stderr));
    let without = Command::new("bash").arg(&script).env_remove("PYSPARK_PYTHON").output().unwrap();
    assert_eq!(without.status.code(), Some(2), "it asks for the wheel");
    match Command::new("shellcheck").arg(&script).output() {
        Ok(checked) => assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout)),
        Err(_) => println!("SKIPPED: shellcheck is not installed; nobody has looked at {INSTALL_WHEEL}"),
    }
}

/// The fixed words of every error of the client stand in the table of `docs/SPARK.md`.
#[test]
fn every_error_of_spark_is_explained() {
    let page = text("docs/SPARK.md");
    let table =
        page.split("<!-- errors of Spark -->").nth(1).and_then(|rest| rest.split("<!--").next()).expect("a table");
    let told: Vec<&str> = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let source = text("crates/spark/src/error.rs");
    let texts: Vec<String> = source
        .split("#[error(")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('"')?.1.split_once('"')?.0.to_owned()))
        .collect();
    assert!(texts.len() > 10, "only {} errors were found", texts.len());
    for text in texts {
        assert!(told.iter().any(|words| text.contains(words)), "nothing in docs/SPARK.md says: {text}");
    }
}
