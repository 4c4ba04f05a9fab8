//! The environment: the one file that reads it. Addresses and secrets of channels come from there and from nowhere else.
//!
//! Stores read their own credentials, as their clouds document it.

use std::collections::BTreeMap;

use crate::notify;
use coverledger_config as config;

/// The channels that the environment has an address for. A channel that cannot be used is named in the log, and is no
/// reason to fail.
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

/// A channel with what the environment holds for it, or what is missing, without any of its values.
pub fn resolve(name: &str, channel: &config::Channel) -> Result<notify::Channel, String> {
    let url = read(&channel.url_env)?;
    let secret = channel.secret_env.as_deref().map(read).transpose()?;
    notify::Channel::new(name, channel, &url, secret.as_deref())
        .map_err(|error| format!("environment variable `{}`: {error}", channel.url_env))
}

#[expect(clippy::disallowed_methods, reason = "the one reading of the environment")]
fn read(variable: &str) -> Result<String, String> {
    match std::env::var(variable) {
        Ok(value) if !value.trim().is_empty() => Ok(value),
        Ok(_) => Err(format!("environment variable `{variable}` is empty")),
        Err(std::env::VarError::NotPresent) => Err(format!("environment variable `{variable}` is not set")),
        Err(std::env::VarError::NotUnicode(_)) => Err(format!("environment variable `{variable}` is not text")),
    }
}

/// Begins anew, as the same process, with a heap for each core: glibc reads its setting once and before the program does
/// anything, and would else keep eight for each. What every thread left free in one of its own is a sixth of the memory of
/// a night. Whoever set a number keeps it. Where the program cannot begin anew, it goes on and takes more memory.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn keep_few_heaps() {
    use std::os::unix::process::CommandExt as _;

    let mut arguments = std::env::args_os();
    if read(HEAPS).is_ok() {
        return;
    }
    let (Some(name), Ok(program)) = (arguments.next(), std::env::current_exe()) else { return };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let number = cores.max(2).to_string();
    let error = std::process::Command::new(program).arg0(name).args(arguments).env(HEAPS, number).exec();
    tracing::debug!(%error, "the program could not begin anew with few heaps, and takes more memory");
}

/// The setting of glibc.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const HEAPS: &str = "MALLOC_ARENA_MAX";
