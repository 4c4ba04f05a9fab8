//! The zone of a table's times: certain where the file states it, otherwise guessed from the rows.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::clock_change::{self, ClockChange};
use super::interval_columns::wall;
use super::offset::{agreed, fixed, offset_at, offset_in};
use coverledger_core::time::{Resolved, Zone};

/// What is known of the zone of a table's times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ZoneVerdict {
    /// The file says so.
    Certain {
        /// What it says.
        why: String,
    },
    /// The platform documents it.
    Documented {
        /// The zone, or `market` for that of each row's market.
        zone: &'static str,
        /// Where that is known from.
        why: &'static str,
    },
    /// Not stated, but there is evidence.
    Probably {
        /// The likeliest, then the runners-up; at least one.
        candidates: Vec<Candidate>,
        /// Zones that nothing speaks for or against.
        possible: Vec<String>,
        /// Zones that the rows rule out, with the reason.
        ruled_out: Vec<String>,
    },
    /// Nothing distinguishes the candidates.
    Unknown {
        /// Zones that the rows rule out, with the reason.
        ruled_out: Vec<String>,
    },
    /// There is no time in the file.
    None,
}

/// A zone and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Zones that the rows do not tell apart.
    pub zones: Vec<String>,
    /// How much speaks for it.
    pub score: u32,
    /// What speaks for it.
    pub evidence: Vec<String>,
    /// The zone to write, where the file, the platform's documentation or whoever asks says it: no guess.
    pub sure: Option<String>,
}

/// Zones that are tried, with signs of their audience: money, languages of headers, country codes.
#[rustfmt::skip]
const ZONES: [(&str, &[&str]); 26] = [
    ("UTC", &[]),
    ("America/Los_Angeles", &["US$", "USD", "US"]), ("America/New_York", &["US$", "USD", "US"]),
    ("America/Chicago", &["US$", "USD", "US"]), ("America/Sao_Paulo", &["R$", "BRL", "BR"]),
    ("America/Mexico_City", &["MX$", "MXN", "MX"]), ("Europe/London", &["£", "GBP", "GB", "UK"]),
    ("Europe/Berlin", &["€", "EUR", "DE"]), ("Europe/Madrid", &["€", "EUR", "ES"]), ("Europe/Paris", &["€", "EUR", "FR"]),
    ("Europe/Istanbul", &["TR"]), ("Europe/Moscow", &["RU"]), ("Asia/Riyadh", &["SA"]), ("Asia/Dubai", &["AE"]),
    ("Asia/Kolkata", &["IN"]), ("Asia/Bangkok", &["฿", "THB", "TH"]), ("Asia/Jakarta", &["Rp", "IDR", "ID"]),
    ("Asia/Ho_Chi_Minh", &["₫", "VND", "VN"]), ("Asia/Shanghai", &["CNY", "CN", "zh"]),
    ("Asia/Singapore", &["S$", "SG"]), ("Asia/Kuala_Lumpur", &["RM", "MYR", "MY"]), ("Asia/Manila", &["₱", "PHP", "PH"]),
    ("Asia/Taipei", &["NT$", "TW"]), ("Asia/Tokyo", &["JPY", "JP", "ja"]), ("Asia/Seoul", &["KRW", "KR", "ko"]),
    ("Australia/Sydney", &["A$", "AU$", "AU"]),
];

/// The score of a zone that the file names.
const NAMED: u32 = 12;
/// The score above which there is more than a guess at where the audience is.
pub(super) const MORE_THAN_AUDIENCE: u32 = 3;

/// What the rows show.
pub(super) struct Clues<'a> {
    /// The moment of each row by the clock in question.
    pub moments: &'a [Option<i64>],
    /// How much happened in each row.
    pub volume: &'a [f64],
    /// How many rows there may be of one moment before the hour counts as doubled; what tells rows of one moment apart.
    pub group: &'a [String],
    /// Whether every row is an hour or shorter.
    pub is_fine: bool,
    /// Texts that say whose clock the times are on, if they name a zone: the header of the times, a column of zones, a
    /// line that speaks of time zones.
    pub stated: &'a [String],
    /// Other texts around the table that may name a zone: it may be that of something else.
    pub texts: &'a [String],
    /// Signs of the audience: money, countries, languages.
    pub signs: &'a BTreeSet<String>,
    /// Known starts of broadcasts.
    pub starts: &'a [Timestamp],
    /// A zone that the platform is known to use.
    pub known: Option<(&'static str, &'static str)>,
}

/// Guesses whose wall clock it is.
pub(super) fn guess(clues: &Clues<'_>) -> ZoneVerdict {
    let walls: Vec<DateTime> = clues.moments.iter().flatten().filter_map(|us| wall(*us)).collect();
    let trough = trough(clues);
    let mut ruled_out = Vec::new();
    let mut candidates: BTreeMap<Vec<i32>, Candidate> = BTreeMap::new();
    let offset_of = |texts: &'_ [String]| texts.iter().find_map(|text| Some((offset_in(text)?, text.clone())));
    let stated = offset_of(clues.stated);
    let named = stated.clone().or_else(|| offset_of(clues.texts));
    for (name, signs) in ZONES {
        let Ok(zone) = Zone::named(name) else { continue };
        let mut candidate = Candidate { zones: vec![name.to_owned()], score: 0, evidence: Vec::new(), sure: None };
        let mut sure = None;
        let mut support = |score: u32, evidence: String| {
            candidate.score += score;
            candidate.evidence.push(evidence);
        };
        if let Some((_, why)) = clues.known.filter(|(known, _)| *known == name) {
            support(NAMED, why.to_owned());
            sure = Some(name.to_owned());
        }
        let says = |text: &&String| text.contains(name) && name.contains('/');
        if let Some(text) = clues.stated.iter().find(says) {
            support(2 * NAMED, format!("the file says `{}`", text.trim()));
            sure = Some(name.to_owned());
        } else if let Some(text) = clues.texts.iter().find(says) {
            support(NAMED, format!("the file says `{}`", text.trim()));
        } else if let Some((offset, text)) = &named
            && !walls.is_empty()
            && walls.iter().all(|wall| offset_at(&zone, *wall) == Some(*offset))
        {
            support(NAMED, format!("the file says `{}`", text.trim()));
            sure = stated.as_ref().and_then(|(offset, _)| fixed(&zone, *offset));
        }
        let met = clues.starts.iter().filter(|start| walls.contains(&to_the_second(zone.local(**start)))).count();
        if met > 0 {
            let score = 10 * u32::try_from(met.min(10)).unwrap_or(10);
            support(
                score,
                format!("{met} of {} given starts stand in the file by this clock", clues.starts.len()),
            );
        } else if !clues.starts.is_empty() {
            ruled_out.push(format!("{name}: none of the given starts stands in the file by this clock"));
            continue;
        }
        if clues.is_fine {
            match clock_change::seen(&zone, &walls, clues) {
                ClockChange::Against(why) => {
                    ruled_out.push(format!("{name}: {why}"));
                    continue;
                }
                ClockChange::For(why) => support(6, why),
                ClockChange::Silent => {}
            }
        }
        let sign = signs.iter().find(|sign| clues.signs.contains(**sign));
        if let Some(sign) = sign {
            support(1, format!("the audience may be there (`{sign}`)"));
        }
        if let Some(hour) = trough
            && is_night(hour)
            && sign.is_some()
        {
            support(2, format!("least happens around {hour:02}:00, as at night there"));
        }
        if let Some(hour) = trough
            && !is_night(hour)
            && let Some((score, evidence)) = shifted(&zone, hour, clues.signs, &walls)
        {
            support(score, evidence);
        }
        // Rows do not distinguish zones whose offset is the same in all of them.
        let offsets: BTreeSet<i32> = walls.iter().filter_map(|wall| offset_at(&zone, *wall)).collect();
        candidate.sure = sure;
        let mut key: Vec<i32> = vec![i32::try_from(candidate.score).unwrap_or(i32::MAX)];
        key.extend(offsets);
        candidates.entry(key).and_modify(|same| same.join(&candidate)).or_insert(candidate);
    }
    let (mut candidates, others): (Vec<Candidate>, Vec<Candidate>) =
        candidates.into_values().partition(|candidate| candidate.score > 0);
    candidates.sort_by(|one, other| (other.score, &one.zones).cmp(&(one.score, &other.zones)));
    if candidates.is_empty() {
        return ZoneVerdict::Unknown { ruled_out };
    }
    if !clues.starts.is_empty() && candidates[0].sure.is_none() {
        candidates[0].sure = agreed(&candidates[0].zones);
    }
    let mut possible: Vec<String> = others.into_iter().flat_map(|candidate| candidate.zones).collect();
    possible.sort();
    // Once the file names a zone, the others are not worth a word.
    if candidates[0].score >= NAMED {
        possible.clear();
    }
    ZoneVerdict::Probably { candidates, possible, ruled_out }
}

impl Candidate {
    /// Takes another in that the rows do not tell from it. A zone without summer time is what an offset says.
    fn join(&mut self, other: &Self) {
        self.zones.extend(other.zones.iter().cloned());
        let is_fixed = |sure: &Option<String>| sure.as_ref().is_some_and(|zone| !zone.starts_with("Etc/"));
        if !is_fixed(&self.sure) && (is_fixed(&other.sure) || self.sure.is_none()) {
            self.sure.clone_from(&other.sure);
        }
    }
}

fn to_the_second(wall: DateTime) -> DateTime {
    wall.with().subsec_nanosecond(0).build().unwrap_or(wall)
}

/// The hour around which least happens, of days that have all hours.
fn trough(clues: &Clues<'_>) -> Option<i8> {
    if !clues.is_fine {
        return None;
    }
    let mut hours = [0f64; 24];
    let mut seen = [false; 24];
    for (moment, volume) in clues.moments.iter().zip(clues.volume) {
        if let Some(wall) = moment.and_then(wall) {
            let hour = usize::try_from(wall.hour()).unwrap_or(0);
            hours[hour] += volume;
            seen[hour] = true;
        }
    }
    if seen.iter().filter(|seen| **seen).count() < 22 {
        return None;
    }
    let around = |hour: usize| hours[(hour + 23) % 24] + hours[hour] + hours[(hour + 1) % 24];
    let lowest = (0..24).min_by(|one, other| around(*one).total_cmp(&around(*other)))?;
    let mean = hours.iter().sum::<f64>() / 8.0;
    // A flat day has no night.
    (around(lowest) < mean * 0.6).then(|| i8::try_from(lowest).unwrap_or(0))
}

const fn is_night(hour: i8) -> bool {
    matches!(hour, 2..=6)
}

/// Whether it is night for the audience when this zone's clock shows the quietest hour; the more so at four.
fn shifted(zone: &Zone, trough: i8, signs: &BTreeSet<String>, walls: &[DateTime]) -> Option<(u32, String)> {
    let sample = *walls.first()?;
    let at = sample.date().at(trough, 0, 0, 0);
    let Resolved::Exact(at) = zone.resolve(at) else { return None };
    ZONES.iter().find_map(|(name, of)| {
        let sign = of.iter().find(|sign| signs.contains(**sign))?;
        let hour = Zone::named(name).ok()?.local(at).hour();
        let score = match hour {
            4 => 4,
            3 | 5 => 3,
            _ => return None,
        };
        let evidence = format!("least happens around {trough:02}:00, which is {hour:02}:00 in {name} (`{sign}`)");
        (*name != zone.name()).then_some((score, evidence))
    })
}
