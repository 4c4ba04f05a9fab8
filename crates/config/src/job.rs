//! `jobs/<job>.yaml`: what to settle and when.

use std::collections::BTreeSet;

use super::cursor::Cursor;
use super::definition::{CatchUp, Job, Schedule};
use super::names::known_names;
use super::registry::{
    Duration, Keys, Maybe, Or, Part, Required, Shape, Whole, Words, ZoneName, keys, maybe, or, required,
};
use coverledger_core::model::{MarketId, PlatformId};
use coverledger_core::time::Cron;
use jiff::Timestamp;

const CATCH_UP: [(&str, CatchUp); 3] =
    [("all", CatchUp::All), ("latest", CatchUp::Latest), ("none", CatchUp::None)];
const CRON: &str = "five fields such as `30 3 * * *`, or six with seconds first";
const LIST: &str = "a list such as `[a, b]`";

keys! {
    /// A job.
    file JobKeys("a job", "a job") {
        schedule: Maybe<Part> = maybe(
            "none", Part(Shape::section::<ScheduleKeys<'_>>()),
            "when it is to run; without it, by hand only",
        ),
        platforms: Required<Part> = required(
            LIST, Part(Shape::list(Shape::Text).called("list of platforms")), "which platforms",
        ),
        markets: Required<Part> = required(
            LIST, Part(Shape::list(Shape::Text).called("list of markets")), "which markets",
        ),
        lookback_days: Required<Whole<u16>> = required(
            "how many local dates each run looks back, 1 to 400", Whole::new("a count of days", 1, 400),
            "how many local dates that are over each run looks at",
        ),
        limit: Or<Duration> = or(
            "6h", Duration("1s", "7d"),
            "how long a run that `schedule` started may take; after that it is ended and has failed",
        ),
    }
}

keys! {
    /// When a job runs.
    section ScheduleKeys("schedule", "a schedule") {
        cron: Required<Part> = required(
            CRON, Part(Shape::Text.called("five or six fields")), "a cron expression; with six, seconds come first",
        ),
        timezone: Required<ZoneName> = required("whose clock, such as `Asia/Shanghai`", ZoneName, "on whose clock"),
        catch_up: Or<Words<CatchUp>> = or(
            "latest", Words("what becomes of missed times", &CATCH_UP), "what becomes of times that were missed",
        ),
    }
}

/// Reads a job; `None` for a set of known names that could not be read.
pub(super) fn read(
    start: &Cursor<'_>,
    platforms: Option<&BTreeSet<String>>,
    markets: Option<&BTreeSet<String>>,
) -> Option<Job> {
    let job = JobKeys::open_file(start)?;
    let schedule = job.schedule.read_with(read_schedule);
    let names = |at: Option<Cursor<'_>>, what: &str, known| {
        known_names(&at?.list(&format!("a list of {}s", what.trim_start_matches("a ")))?, what, known)
    };
    let platforms = names(job.platforms.required(), "a platform", platforms);
    let markets = names(job.markets.required(), "a market", markets);
    let lookback_days = job.lookback_days.read();
    let limit = job.limit.read();
    Some(Job {
        schedule: schedule?,
        platforms: platforms?.into_iter().map(PlatformId::new).collect(),
        markets: markets?.into_iter().map(MarketId::new).collect(),
        lookback_days: lookback_days?,
        limit_seconds: limit?,
    })
}

fn read_schedule(at: &Cursor<'_>) -> Option<Schedule> {
    let schedule = ScheduleKeys::open(at)?;
    let cron = schedule.cron.required().and_then(|at| read_cron(&at));
    let timezone = schedule.timezone.read();
    let catch_up = schedule.catch_up.read();
    let (cron, timezone) = (cron?, timezone?);
    if cron.after(&timezone, Timestamp::UNIX_EPOCH).is_none() {
        return schedule.cron.required()?.refuse(format!("`{cron}` never comes: there is no such date"));
    }
    Some(Schedule { cron, timezone, catch_up: catch_up? })
}

fn read_cron(at: &Cursor<'_>) -> Option<Cron> {
    let text = at.text("a cron expression", CRON)?;
    match Cron::parse(text) {
        Ok(cron) => Some(cron),
        Err(error) => {
            let reason = error.to_string();
            at.refuse(format!("{} is not a cron expression: {reason} (expected {CRON})", at.found()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn job(text: &str) -> (Option<Job>, Vec<String>) {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let (platforms, markets) = (set(&["tiktok_shop_live", "youtube"]), set(&["US", "GB", "ID"]));
        testing::read(text, |at| read(at, Some(&platforms), Some(&markets)))
    }

    #[test]
    fn the_design_example_is_read() {
        let text = "version: 1\nschedule: {cron: \"30 3 * * *\", timezone: Asia/Shanghai}\n\
                    platforms: [tiktok_shop_live, youtube]\nmarkets: [US, GB, ID]\nlookback_days: 7\n";
        let (job, problems) = job(text);
        assert_eq!(problems, <[&str; 0]>::default());
        let job = job.unwrap();
        assert_eq!(job.schedule.unwrap().cron.as_str(), "30 3 * * *");
        assert_eq!((job.markets.len(), job.platforms.len(), job.lookback_days), (3, 2, 7));
        assert_eq!(job.limit_seconds, 21_600);
    }

    #[test]
    fn what_becomes_of_missed_times_and_hung_runs_can_be_written() {
        let rest = "platforms: [youtube]\nmarkets: [US]\nlookback_days: 7\n";
        for (word, meaning) in CATCH_UP {
            let schedule = format!("{{cron: '0 3 * * *', timezone: UTC, catch_up: {word}}}");
            let (job, problems) = job(&format!("version: 1\nschedule: {schedule}\n{rest}limit: 90m\n"));
            assert_eq!(problems, [""; 0]);
            let job = job.unwrap();
            assert_eq!((job.schedule.unwrap().catch_up, job.limit_seconds), (meaning, 5_400));
        }
        let schedule = "{cron: '0 0 30 2 *', timezone: UTC, catch_up: last}";
        let (_, problems) = job(&format!("version: 1\nschedule: {schedule}\n{rest}limit: 0s\n"));
        let expected = [
            "line 2, `schedule.catch_up`: `last` is not what becomes of missed times (expected: `all`, `latest`, `none`)",
            "line 2, `schedule.cron`: `0 0 30 2 *` never comes: there is no such date",
            "line 6, `limit`: `0s` is not a duration (expected 1s to 7d, such as `48h`, `2d` or `90m`)",
        ];
        assert_eq!(problems, expected);
    }

    #[test]
    fn a_job_without_a_schedule_is_started_by_hand() {
        let (job, _) = job("version: 1\nplatforms: [youtube]\nmarkets: [US]\nlookback_days: 400\n");
        assert_eq!(job.unwrap().schedule, None);
    }

    #[test]
    fn problems_are_all_told() {
        let text = "version: 1\nschedule: {cron: '61 3 * * *', timezone: Asia/Shanghia}\nplatforms: [youtub, 7]\n\
                    markets: [US, DEE, US]\nlookback_days: -3\nlookback: 3\n";
        let (read, problems) = job(text);
        assert_eq!(read, None);
        let expected = [
            "line 2, `schedule.cron`: `61 3 * * *` is not a cron expression: number out of bounds (expected \
             five fields such as `30 3 * * *`, or six with seconds first)",
            "line 2, `schedule.timezone`: `Asia/Shanghia` is not an IANA time zone (did you mean `Asia/Shanghai`?)",
            "line 3, `platforms[0]`: unknown platform `youtub` (known: `tiktok_shop_live`, `youtube`; did you mean `youtube`?)",
            "line 3, `platforms[1]`: `7` is not a platform (expected the name of a platform; as text: `\"7\"`)",
            "line 4, `markets[1]`: unknown market `DEE` (known: `GB`, `ID`, `US`)",
            "line 4, `markets[2]`: `US` is here twice",
            "line 5, `lookback_days`: `-3` is not a count of days (expected 1 to 400)",
            "line 6, `lookback`: unknown key `lookback` (known: `version`, `schedule`, `platforms`, `markets`, `lookback_days`, `limit`)",
        ];
        assert_eq!(problems, expected);
    }

    #[test]
    fn cron_has_five_or_six_fields() {
        let cron = |text: &str| testing::read(&format!("'{text}'"), read_cron);
        for text in ["30 3 * * *", "0 30 3 * * *", "*/15 * * * MON-FRI"] {
            assert_eq!(cron(text).0.unwrap().as_str(), text);
        }
        for text in ["@daily", "* * * *", "0 0 3 * * * 2026", "a b c d e", "30 25 * * *"] {
            assert_eq!(cron(text).0, None, "{text}");
        }
    }
}
