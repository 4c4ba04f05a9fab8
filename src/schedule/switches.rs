//! Switches that are due, as channels are told of them: those of one instant together, by the names that people use.

use coverledger_brief::Text;
use coverledger_config::Workspace;
use coverledger_core::time::Zone;

use super::reminders::DueSwitch;
use crate::notify::{Switch, Switches};

/// The notices for these switches, the earliest first. A market that is no longer configured has none.
pub(super) fn switches(workspace: &Workspace, due: Vec<DueSwitch>) -> Vec<Switches> {
    let home = &workspace.settings.home_timezone;
    let mut all: Vec<Switches> = Vec::new();
    for DueSwitch { experiment, market, platforms, cover_id, instead_of, stint } in due {
        let Some(zone) = workspace.markets.get(&market).map(|market| market.day.zone.clone()) else { continue };
        let switch = Switch {
            experiment,
            market: market.to_string(),
            market_title: Text::same(market.as_str()),
            platforms: platforms.iter().map(|id| (id.to_string(), Text::same(id.as_str()))).collect(),
            cover_id,
            instead_of,
            ends_at: stint.ends_at,
            city: city(&zone),
            zone,
        };
        let starts_at = stint.starts_at;
        match all.last_mut().filter(|last| last.starts_at == starts_at) {
            Some(last) => last.switches.push(switch),
            None => {
                let home_city = city(home);
                all.push(Switches { starts_at, home: home.clone(), home_city, switches: vec![switch] });
            }
        }
    }
    all
}

/// `Ho Chi Minh` of `Asia/Ho_Chi_Minh`.
fn city(zone: &Zone) -> Text {
    Text::same(&zone.name().rsplit('/').next().unwrap_or_default().replace('_', " "))
}
