//! What the command line takes from the environment: addresses and secrets of channels, what the terminal says it is, and how
//! wide.

use std::collections::BTreeMap;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
use std::ffi::OsString;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use super::Launch;
use super::screen::Drawing;
use crate::notify;
use crate::variables::read;
use coverledger_config as config;

/// The channels whose address is set. A channel that cannot be used is a warning in the log, not an error.
pub fn channels(configured: &BTreeMap<String, config::Channel>) -> Vec<notify::Channel> {
    let usable = configured.iter().filter_map(|(name, channel)| match resolve(name, channel) {
        Ok(channel) => Some(channel),
        Err(reason) => {
            tracing::warn!(channel = name, reason, "nobody can be told there");
            None
        }
    });
    usable.collect()
}

/// A channel with its address and secret, or the reason why one is missing. The reason contains no values.
pub fn resolve(name: &str, channel: &config::Channel) -> Result<notify::Channel, String> {
    let url = read(&channel.url_env)?;
    let secret = channel.secret_env.as_deref().map(read).transpose()?;
    notify::Channel::new(name, channel, &url, secret.as_deref())
        .map_err(|error| format!("environment variable `{}`: {error}", channel.url_env))
}

/// How the terminal draws pictures, by what it calls itself. It is not asked: one that does not answer would be waited for
/// without end.
pub fn drawing() -> Drawing {
    let kind = read("TERM").unwrap_or_default();
    let program = read("TERM_PROGRAM").unwrap_or_default();
    if kind == "dumb" {
        Drawing::Nothing
    } else if ["kitty", "ghostty"].iter().any(|name| kind.contains(name)) || program == "WezTerm" {
        Drawing::Kitty
    } else {
        Drawing::Blocks
    }
}

/// How many columns there are to print in, where `COLUMNS` says it.
pub fn columns() -> Option<usize> {
    read("COLUMNS").ok()?.trim().parse().ok().filter(|columns| *columns > 0)
}

/// Executes the program again, in the same process, with one glibc heap for each core. glibc reads this setting once, before
/// the program does anything, and would otherwise keep eight heaps for each core; free memory in these heaps is a sixth of the
/// memory of a night. A setting in the environment is kept. If the program cannot be executed again, it continues and uses
/// more memory.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn keep_few_heaps(launch: &Launch, arguments: Vec<OsString>) {
    use std::os::unix::process::CommandExt as _;

    let mut arguments = arguments.into_iter();
    if read(HEAPS).is_ok() {
        return;
    }
    let (Some(name), Ok(program)) = (arguments.next(), launch.program()) else { return };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let number = cores.max(2).to_string();
    let mut command = std::process::Command::new(program);
    if launch.before().is_empty() {
        command.arg0(name);
    }
    let error = command.args(launch.before()).args(arguments).env(HEAPS, number).exec();
    tracing::debug!(%error, "the program could not begin anew with few heaps, and takes more memory");
}

/// The environment variable of glibc for the number of heaps.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const HEAPS: &str = "MALLOC_ARENA_MAX";
