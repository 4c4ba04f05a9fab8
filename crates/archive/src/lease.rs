//! A lease: a run says which market-days it works on, so that others do not do the same work.
//!
//! It saves work and protects nothing: what is published is decided by the receipt alone. So every doubt about a lease
//! ends in doing the work, and a lease that is overlooked, lost or taken twice costs time and changes no number.
//!
//! Its clock is the machine's, whatever `--at` says. A lease is believed for `lease` at most, counted from when the
//! store says that it was written, or from when it was first seen if the store says a later time.

use std::fmt;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::sync::OnceLock;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use coverledger_core::model::{MarketDay, MarketId};
use coverledger_store::sha256_hex;

/// 1 was a lease of the one market-day that its key names.
const VERSION: u32 = 2;
/// A file that is larger is no lease, and is not read.
pub(super) const MOST_BYTES: u64 = 1 << 18;
/// A name in a lease that is longer is no name.
const LONGEST_NAME: usize = 512;
/// By how much the clocks of those who share an archive may differ.
pub(super) const SKEW: SignedDuration = SignedDuration::from_secs(5);
/// Where nothing is known of when a lease was written, one that runs longer than this was written by a clock that is
/// wrong, and binds nobody.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// Who holds leases: a run, in a process, on a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The run, as told in its log and its receipts.
    pub run_id: String,
    /// The host's name and, behind `#`, what tells its start and the processes that see each other from others.
    pub host: String,
    /// The process.
    pub pid: u32,
    /// Tells the process from others that had or have its number.
    pub nonce: String,
}

/// Local dates of a market, from one to another, both included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// The market.
    pub market: MarketId,
    /// The first date.
    pub from: Date,
    /// The last date.
    pub to: Date,
}

/// What lies in the archive while market-days of a platform are worked on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Shape of this file: 2.
    pub version: u32,
    /// Whose it is.
    #[serde(flatten)]
    pub holder: Holder,
    /// Until when, unless it is renewed.
    pub expires_at: Timestamp,
    /// The market-days that are worked on.
    #[serde(default)]
    pub covers: Vec<Covered>,
}

impl Holder {
    /// A run of this process.
    #[must_use]
    pub fn this(run_id: &str) -> Self {
        static HOST_AND_NONCE: OnceLock<(String, String)> = OnceLock::new();
        let (host, nonce) = HOST_AND_NONCE.get_or_init(|| {
            let nonce = nonce();
            (host().unwrap_or_else(|_| format!("unknown#{nonce}")), nonce)
        });
        Self { run_id: run_id.to_owned(), host: host.clone(), pid: std::process::id(), nonce: nonce.clone() }
    }

    /// Whether this process, seen from another of the same host, is certainly no more.
    fn is_known_dead(&self, seen_from: &Self) -> bool {
        if self.host != seen_from.host {
            return false;
        }
        if self.pid == seen_from.pid { self.nonce != seen_from.nonce } else { is_gone(self.pid) }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.host.split_once('#').map_or(self.host.as_str(), |(name, _)| name);
        write!(f, "run `{}` (process {} on `{host}`)", self.run_id, self.pid)
    }
}

impl Lease {
    /// A lease of this holder, of nothing yet.
    pub(super) fn new(holder: &Holder, expires_at: Timestamp) -> Self {
        Self { version: VERSION, holder: holder.clone(), expires_at, covers: Vec::new() }
    }

    /// The same of these market-days of a platform, which come sorted.
    pub(super) fn covering<'a>(mut self, days: impl IntoIterator<Item = &'a MarketDay>) -> Self {
        self.covers.clear();
        for MarketDay { market, local_date, .. } in days {
            match self.covers.last_mut() {
                Some(last) if last.market == *market && last.to.tomorrow().ok() == Some(*local_date) => {
                    last.to = *local_date;
                }
                _ => {
                    let (market, from, to) = (market.clone(), *local_date, *local_date);
                    self.covers.push(Covered { market, from, to });
                }
            }
        }
        self
    }

    /// Whether it is of this market-day, if that is of its platform.
    pub(super) fn covers(&self, day: &MarketDay) -> bool {
        let is_within = |covered: &Covered| {
            covered.market == day.market && (covered.from..=covered.to).contains(&day.local_date)
        };
        self.covers.iter().any(is_within)
    }

    /// What lies there; if that is no lease, one that binds nobody.
    #[cfg(test)]
    pub(super) fn parse(bytes: &[u8]) -> Self {
        Self::read(bytes).unwrap_or_else(|_| Self::of_nobody())
    }

    /// What lies there, or what is wrong with it.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let lease: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let Holder { run_id, host, nonce, .. } = &lease.holder;
        let is_name = |name: &String| name.len() <= LONGEST_NAME && !name.chars().any(char::is_control);
        if !(1..=VERSION).contains(&lease.version) {
            return Err(format!("its version is {}, and 1 to {VERSION} are known", lease.version));
        }
        if [run_id, host, nonce].into_iter().all(is_name) {
            Ok(lease)
        } else {
            Err("its names are none".to_owned())
        }
    }

    /// One that binds nobody.
    pub(super) fn of_nobody() -> Self {
        let nobody = Holder { run_id: String::new(), host: String::new(), pid: 0, nonce: String::new() };
        Self::new(&nobody, Timestamp::UNIX_EPOCH)
    }

    /// The same, believed for no longer than a lease of this length that was written at `written`, or, if the store's
    /// clock is ahead, at `first_seen`.
    pub(super) fn believed(self, length: SignedDuration, written: Timestamp, first_seen: Timestamp) -> Self {
        let most = length.saturating_add(SKEW);
        let latest = written.min(first_seen).saturating_add(most).unwrap_or(Timestamp::MAX);
        Self { expires_at: self.expires_at.min(latest), ..self }
    }

    /// Whether its holder may be at work.
    pub(super) fn is_alive(&self, seen_from: &Holder, now: Timestamp) -> bool {
        let left = self.expires_at.duration_since(now);
        left > SignedDuration::ZERO && left <= LONGEST && !self.holder.is_known_dead(seen_from)
    }

    /// The file.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a lease has only text keys and plain values");
        bytes.push(b'\n');
        bytes
    }
}

/// Two processes with the same host can see each other's numbers; all others cannot, whatever their hosts are called.
fn host() -> io::Result<String> {
    let name = fs::read_to_string("/proc/sys/kernel/hostname")?;
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id")?;
    let processes = fs::read_link("/proc/self/ns/pid")?;
    let mut apart = sha256_hex(format!("{boot}{}", processes.display()).as_bytes());
    apart.truncate(16);
    Ok(format!("{}#{apart}", name.trim()))
}

/// Seeded by the operating system.
fn nonce() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}

/// Whether a process of this host is gone, or a zombie. Not known where there is no `/proc`.
fn is_gone(pid: u32) -> bool {
    if fs::metadata("/proc/self/stat").is_err() {
        return false;
    }
    match fs::read_to_string(format!("/proc/{pid}/stat")) {
        // The name in parentheses may hold anything; the state follows the last of them.
        Ok(stat) => stat
            .rsplit_once(')')
            .and_then(|(_, rest)| rest.trim_start().chars().next())
            .is_some_and(|state| matches!(state, 'Z' | 'X')),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use coverledger_core::model::PlatformId;
    use jiff::civil::date;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn lease(of: &Holder, seconds: i64) -> Lease {
        Lease::new(of, NOW + SignedDuration::from_secs(seconds))
    }

    #[test]
    fn a_lease_lives_until_it_expires() {
        let me = Holder::this("a");
        let foreign = Holder { host: "elsewhere".into(), ..Holder::this("b") };
        for holder in [me.clone(), foreign] {
            assert!(lease(&holder, 1).is_alive(&me, NOW));
            assert!(!lease(&holder, 0).is_alive(&me, NOW));
            assert!(!lease(&holder, 48 * 3600).is_alive(&me, NOW), "a clock that is wrong by days");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_dead_process_of_this_host_holds_nothing() {
        let me = Holder::this("a");
        let mut child = Command::new("sleep").arg("60").stdout(Stdio::null()).spawn().unwrap();
        let other = Holder { pid: child.id(), nonce: "other".into(), ..me.clone() };
        assert!(lease(&other, 60).is_alive(&me, NOW));
        child.kill().unwrap();
        while !is_gone(child.id()) {
            std::thread::yield_now();
        }
        assert!(!lease(&other, 60).is_alive(&me, NOW), "a zombie does not work");
        child.wait().unwrap();
        assert!(!lease(&other, 60).is_alive(&me, NOW));
        let foreign = Holder { host: "elsewhere".into(), ..other };
        assert!(lease(&foreign, 60).is_alive(&me, NOW), "nobody knows of another host's processes");
        let before_me = Holder { nonce: "of an earlier process".into(), ..me.clone() };
        assert!(!lease(&before_me, 60).is_alive(&me, NOW));
    }

    #[test]
    fn no_lease_is_believed_for_longer_than_one_can_be() {
        let (me, minute) = (Holder::this("a"), SignedDuration::from_secs(60));
        let foreign = Holder { host: "elsewhere".into(), ..me.clone() };
        let at = |seconds| NOW + SignedDuration::from_secs(seconds);
        let until = |claims, written, first_seen| {
            lease(&foreign, claims).believed(minute, at(written), at(first_seen)).expires_at.as_second()
        };
        assert_eq!(until(60, 0, 50), 60, "an honest one is believed");
        assert_eq!(until(23 * 3600, 0, 50), 65, "since it was written");
        assert_eq!(
            until(23 * 3600, 9 * 3600, 50),
            115,
            "since it was first seen, where the store's clock is ahead"
        );
        let never = Lease { expires_at: Timestamp::MAX, ..lease(&foreign, 0) };
        assert_eq!(never.believed(SignedDuration::MAX, Timestamp::MAX, Timestamp::MAX).expires_at, Timestamp::MAX);
    }

    #[test]
    fn a_lease_covers_the_market_days_that_it_names_and_no_other() {
        let day = |market: &str, of_month: i8| MarketDay {
            platform: PlatformId::new("p"),
            market: MarketId::new(market),
            local_date: date(2026, 11, of_month),
        };
        let days = [day("GB", 1), day("GB", 2), day("GB", 4), day("US", 5)];
        let lease = lease(&Holder::this("a"), 60).covering(&days);
        assert_eq!(lease.covers.len(), 3, "dates in a row are told by the first and the last");
        assert_eq!(Lease::parse(&lease.to_bytes()), lease);
        assert!(days.iter().all(|day| lease.covers(day)));
        assert!([day("GB", 3), day("GB", 5), day("US", 4), day("JP", 1)].iter().all(|day| !lease.covers(day)));
    }

    #[test]
    fn what_is_no_lease_binds_nobody() {
        let me = Holder::this("a");
        let mut newer = lease(&me, 60);
        assert_eq!(Lease::parse(&newer.to_bytes()), newer);
        newer.version = 3;
        let named = |run_id: String| lease(&Holder { run_id, ..me.clone() }, 60).to_bytes();
        let long = named("x".repeat(LONGEST_NAME + 1));
        for text in
            [b"{".to_vec(), Vec::new(), b"\xff\0".to_vec(), newer.to_bytes(), long, named("\u{1b}[2J".into())]
        {
            assert!(Lease::read(&text).is_err());
            assert!(!Lease::parse(&text).is_alive(&me, NOW));
        }
    }
}
