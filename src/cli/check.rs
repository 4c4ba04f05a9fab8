//! `coverledger check`

use std::io::Write;

use super::args::Global;
use super::{Failure, exit, load};

/// Checks the configuration and says what is in it.
pub fn run(global: &Global, out: &mut impl Write) -> Result<u8, Failure> {
    let workspace = load(global)?;
    let names = |names: Vec<String>| names.join(", ");
    let platforms = names(workspace.platforms.keys().map(ToString::to_string).collect());
    let markets = names(workspace.markets.keys().map(ToString::to_string).collect());
    writeln!(out, "configuration is sound")?;
    writeln!(out, "  platforms: {platforms}")?;
    writeln!(out, "  markets:   {markets}")?;
    for (name, job) in &workspace.jobs {
        let when = job.schedule.as_ref().map_or_else(
            || "by hand only".to_owned(),
            |schedule| format!("`{}` on the clock of {}", schedule.cron, schedule.timezone),
        );
        let reach = job.platforms.len() * job.markets.len() * usize::from(job.lookback_days);
        writeln!(out, "  job {name}: {when}, looks at {reach} market-days")?;
    }
    Ok(exit::DONE)
}
