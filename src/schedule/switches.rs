//! Switches that are due, as channels are told of them: those of one instant together, by the names that people use.

use coverledger_brief::Text;
use std::collections::BTreeMap;

use coverledger_config::{Names, Title, Workspace};
use coverledger_core::time::Zone;

use super::reminders::DueSwitch;
use crate::notify::{Switch, Switches};

/// The notices for these switches, the earliest first. A market that is no longer configured has none.
pub(super) fn switches(workspace: &Workspace, due: Vec<DueSwitch>) -> Vec<Switches> {
    let home = &workspace.settings.home_timezone;
    let unnamed = Names::default();
    let names = workspace.brief.as_ref().map_or(&unnamed, |brief| &brief.names);
    let mut all: Vec<Switches> = Vec::new();
    for DueSwitch { experiment, market, platforms, cover_id, instead_of, stint } in due {
        let Some(zone) = workspace.markets.get(&market).map(|market| market.day.zone.clone()) else { continue };
        let switch = Switch {
            experiment,
            market: market.to_string(),
            market_title: title(&names.markets, market.as_str()),
            platforms: platforms.iter().map(|id| (id.to_string(), title(&names.platforms, id.as_str()))).collect(),
            cover_id,
            instead_of,
            ends_at: stint.ends_at,
            city: city(&names.cities, &zone),
            zone,
        };
        let starts_at = stint.starts_at;
        if let Some(last) = all.last_mut().filter(|last| last.starts_at == starts_at) {
            last.switches.push(switch);
        } else {
            let home_city = city(&names.cities, home);
            all.push(Switches { starts_at, home: home.clone(), home_city, switches: vec![switch] });
        }
    }
    all
}

/// What people call something, or its id.
fn title(titles: &BTreeMap<String, Title>, id: &str) -> Text {
    let Some(title) = titles.get(id) else { return Text::same(id) };
    let en = title.en.as_ref().or(title.zh.as_ref()).map_or(id, String::as_str);
    let zh = title.zh.as_deref().unwrap_or(en);
    Text { en: en.to_owned(), zh: zh.to_owned() }
}

/// `Ho Chi Minh` of `Asia/Ho_Chi_Minh`, if it has no name.
fn city(titles: &BTreeMap<String, Title>, zone: &Zone) -> Text {
    if titles.contains_key(zone.name()) {
        return title(titles, zone.name());
    }
    Text::same(&zone.name().rsplit('/').next().unwrap_or_default().replace('_', " "))
}
