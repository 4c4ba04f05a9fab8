//! Switches that are due, as channels are told of them: those of one instant together, by the names that people use.

use coverledger_brief::NameBook;
use coverledger_config::Workspace;

use super::reminders::DueSwitch;
use crate::notify::{Switch, Switches};

/// The notices for these switches, the earliest first. A market that is no longer configured has none.
pub(super) fn switches(workspace: &Workspace, due: Vec<DueSwitch>) -> Vec<Switches> {
    let home = &workspace.settings.home_timezone;
    let names = NameBook::new(workspace.brief.as_ref().map(|brief| &brief.names));
    let mut all: Vec<Switches> = Vec::new();
    for DueSwitch { experiment, market, platforms, cover_id, instead_of, stint } in due {
        let Some(zone) = workspace.markets.get(&market).map(|market| market.day.zone.clone()) else { continue };
        let switch = Switch {
            experiment,
            market: market.to_string(),
            market_title: names.market(market.as_str()),
            platforms: platforms.iter().map(|id| (id.to_string(), names.platform(id.as_str()))).collect(),
            cover_id,
            instead_of,
            ends_at: stint.ends_at,
            city: names.city(zone.name()),
            zone,
        };
        let starts_at = stint.starts_at;
        if let Some(last) = all.last_mut().filter(|last| last.starts_at == starts_at) {
            last.switches.push(switch);
        } else {
            let home_city = names.city(home.name());
            all.push(Switches { starts_at, home: home.clone(), home_city, switches: vec![switch] });
        }
    }
    all
}
