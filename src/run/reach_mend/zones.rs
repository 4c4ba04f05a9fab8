//! Zones that platforms and shops are known to cut their days by: of every offset that is in use at least one.

use jiff::Timestamp;

use coverledger_core::time::Zone;

/// Those of platforms first: of zones with the same offset the earlier is proposed.
const NAMES: [&str; 47] = [
    "UTC",
    "America/Los_Angeles",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Tokyo",
    "America/New_York",
    "Europe/London",
    "Europe/Paris",
    "Asia/Kolkata",
    "Asia/Bangkok",
    "America/Sao_Paulo",
    "Asia/Dubai",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Mexico_City",
    "America/Bogota",
    "America/Halifax",
    "America/Santiago",
    "America/St_Johns",
    "America/Noronha",
    "America/Anchorage",
    "Pacific/Honolulu",
    "Pacific/Marquesas",
    "Pacific/Pago_Pago",
    "Atlantic/Azores",
    "Africa/Lagos",
    "Europe/Athens",
    "Africa/Johannesburg",
    "Europe/Istanbul",
    "Asia/Tehran",
    "Asia/Kabul",
    "Asia/Karachi",
    "Asia/Kathmandu",
    "Asia/Dhaka",
    "Asia/Yangon",
    "Australia/Eucla",
    "Australia/Darwin",
    "Australia/Adelaide",
    "Australia/Brisbane",
    "Australia/Sydney",
    "Pacific/Noumea",
    "Pacific/Fiji",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Tongatapu",
    "Pacific/Kiritimati",
];

/// All of them but the one that is configured, those nearest to its offset at an instant first.
pub(super) fn nearest_first(configured: &Zone, at: Timestamp) -> Vec<Zone> {
    let zones = NAMES.iter().filter(|name| **name != configured.name()).filter_map(|name| Zone::named(name).ok());
    let mut zones: Vec<Zone> = zones.collect();
    let own = configured.offset_seconds(at);
    zones.sort_by_key(|zone| (zone.offset_seconds(at) - own).abs());
    zones
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_offset_in_use_has_a_zone_and_the_nearest_comes_first() {
        let at = "2026-11-21T00:00:00Z".parse().unwrap();
        let zones = nearest_first(&Zone::named("Europe/Berlin").unwrap(), at);
        assert_eq!(zones.len(), NAMES.len(), "every name is one that is known");
        assert_eq!(zones[0].name(), "Europe/Paris");
        let hours: BTreeSet<i32> = zones.iter().map(|zone| zone.offset_seconds(at).div_euclid(3600)).collect();
        assert_eq!(hours.into_iter().collect::<Vec<_>>(), (-11..=14).collect::<Vec<_>>());
    }
}
