//! Relations between several files: languages and versions of one export.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use super::name::fold;
use super::role::Role;

/// What the tables of several files have in common, each named for people.
#[must_use]
pub fn kinship(tables: &[(String, &Finding)]) -> Vec<String> {
    let mut said = Vec::new();
    let header = |finding: &Finding| finding.columns.iter().map(|column| fold(&column.raw)).collect::<Vec<_>>();
    let mut families: BTreeMap<Vec<String>, Vec<&str>> = BTreeMap::new();
    for (name, finding) in tables {
        families.entry(header(finding)).or_default().push(name);
    }
    for names in families.values().filter(|names| names.len() > 1) {
        said.push(format!("{} have the same header", listed(names)));
    }
    // One of each family stands for all of it.
    let ones: Vec<&(String, &Finding)> =
        families.values().filter_map(|names| tables.iter().find(|(name, _)| name == names[0])).collect();
    let kin: Vec<&(String, &Finding)> = ones
        .iter()
        .filter(|one| ones.iter().any(|other| one.0 != other.0 && are_kin(one.1, other.1)))
        .copied()
        .collect();
    if kin.len() < 2 {
        return said;
    }
    let names: Vec<&str> = kin.iter().map(|(name, _)| name.as_str()).collect();
    said.push(format!(
        "{} may be languages or generations of one export; the names of its columns:",
        listed(&names)
    ));
    let mut aliases: BTreeMap<Role, Vec<&str>> = BTreeMap::new();
    for (_, finding) in kin {
        for (role, name) in roles(finding) {
            let names = aliases.entry(role).or_default();
            if !names.iter().any(|known| fold(known) == fold(name)) {
                names.push(name);
            }
        }
    }
    for (role, names) in aliases.iter().filter(|(_, names)| names.len() > 1) {
        said.push(format!("  {}: [{}]", role.word(), names.join(", ")));
    }
    said
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The first column of each role.
fn roles(finding: &Finding) -> BTreeMap<Role, &str> {
    let mut roles = BTreeMap::new();
    for column in &finding.columns {
        if let Some(role) = column.role {
            roles.entry(role).or_insert(column.name.as_str());
        }
    }
    roles
}

/// Whether two tables hold the same things: three roles or more, and most of what either has.
pub(super) fn are_kin(one: &Finding, other: &Finding) -> bool {
    let keys =
        |finding| roles(finding).into_keys().filter(|role| *role != Role::OtherCount).collect::<BTreeSet<Role>>();
    let (one, other) = (keys(one), keys(other));
    let common = one.intersection(&other).count();
    common >= 3 && common * 3 >= one.len().max(other.len()) * 2
}
