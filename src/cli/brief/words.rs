//! What a brief says, in a terminal: how fresh it is, and a line for each place.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::cli::advised::{Advice, Advised};
use crate::cli::lang::Lang;
use crate::cli::screen::Screen;
use coverledger_brief::{NameBook, Text, change_in_words};
use coverledger_config::Workspace;

/// Prints it; of one market, if one is asked for.
///
/// # Errors
/// When standard output is gone.
pub(super) fn print(
    advice: &Advice,
    titles: &BTreeMap<String, Text>,
    workspace: &Workspace,
    market: Option<&str>,
    lang: Lang,
    now: Timestamp,
    out: &mut Screen<'_>,
) -> io::Result<()> {
    let names = NameBook::new(workspace.brief.as_ref().map(|brief| &brief.names));
    let words = Words { names, titles, lang };
    let places: Vec<&Advised> =
        advice.places.iter().filter(|place| market.is_none_or(|market| place.market == market)).collect();
    if places.is_empty() {
        return writeln!(out, "{}", lang.of("it says nothing of that market", "其中没有该市场"));
    }
    words.freshness(&places, out)?;
    let home = words.city(workspace.settings.home_timezone.name());
    writeln!(out, "{}", lang.of(format!("next, by the clock of {home}:"), format!("接下来（{home}时间）：")))?;
    for place in places {
        words.place(place, now, out)?;
    }
    Ok(())
}

struct Words<'w> {
    names: NameBook<'w>,
    /// What covers are called, by id.
    titles: &'w BTreeMap<String, Text>,
    lang: Lang,
}

impl Words<'_> {
    fn city(&self, zone: &str) -> String {
        let city = self.names.city(zone);
        self.lang.of(city.en, city.zh)
    }

    fn name(&self, place: &Advised) -> String {
        let (market, platform) = (self.names.market(&place.market), self.names.platform(&place.platform));
        self.lang.of(format!("{}, {}", market.en, platform.en), format!("{}·{}", market.zh, platform.zh))
    }

    fn of<'t>(&self, both: &'t [Option<String>; 2]) -> Option<&'t str> {
        let [en, zh] = both;
        self.lang.of(en, zh).as_deref().filter(|text| !text.is_empty())
    }

    /// Until when data goes, and those places where it does not go as far as it should.
    fn freshness(&self, places: &[&Advised], out: &mut Screen<'_>) -> io::Result<()> {
        let fresh: Vec<_> = places.iter().filter(|place| place.state == "fresh").collect();
        let until: BTreeSet<Date> = fresh.iter().filter_map(|place| place.data_until).collect();
        let (all, whole) = (places.len(), fresh.len());
        if let (Some(first), Some(last)) = (until.first(), until.last()) {
            let dates = if first == last { last.to_string() } else { format!("{first} – {last}") };
            let (en, zh) = (
                format!("data: until {dates}, whole in {whole} of {all} places"),
                format!("数据：截至 {dates}，{all} 处中有 {whole} 处完整"),
            );
            writeln!(out, "{}", self.lang.of(en, zh))?;
        } else {
            writeln!(out, "{}", self.lang.of("data: whole in no place", "数据：没有一处完整"))?;
        }
        let mut lacks: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for place in places.iter().filter(|place| place.state != "fresh") {
            lacks.entry(self.lack(place)).or_default().push(self.name(place));
        }
        for (lack, mut names) in lacks {
            names.sort();
            let (en, zh) = (format!("{}: {lack}", names.join("; ")), format!("{}：{lack}", names.join("；")));
            writeln!(out, "  {}", self.lang.of(en, zh))?;
        }
        Ok(())
    }

    /// Until when data goes there, and why no further.
    fn lack(&self, place: &Advised) -> String {
        if let Some(why) = self.of(&place.lack) {
            return why.to_owned();
        }
        match place.data_until {
            Some(until) => self.lang.of(format!("until {until} only"), format!("仅截至 {until}")),
            None => self.lang.of("nothing is published", "尚无数据").to_owned(),
        }
    }

    fn place(&self, place: &Advised, now: Timestamp, out: &mut Screen<'_>) -> io::Result<()> {
        let clock = |at: Option<DateTime>| at.map(|at| at.strftime("%m-%d %H:%M").to_string());
        let home = clock(place.starts_home).unwrap_or_else(|| "–".to_owned());
        let has_begun = place.starts_at.is_some_and(|start| start <= now);
        let there = place.starts_local.map(|at| at.strftime("%H:%M").to_string());
        let there = there.map(|at| self.lang.of(format!(" ({at} there)"), format!("（当地 {at}）")));
        let begun = if has_begun { self.lang.of(" [has begun]", "［已开始］") } else { "" };
        let change = self.change(place).map(|change| format!(" {change}")).unwrap_or_default();
        let what = self.what(place);
        writeln!(out, "  {home}{}{begun}  {}: {what}{change}", there.unwrap_or_default(), self.name(place))?;
        if let Some(reason) = self.of(&place.reason) {
            writeln!(out, "      {reason}")?;
        }
        Ok(())
    }

    fn what(&self, place: &Advised) -> String {
        let id = |id: &Option<String>| format!("`{}`", id.as_deref().unwrap_or("?"));
        let called = |cover: &Option<String>| {
            let title = cover.as_ref().and_then(|cover| self.titles.get(cover));
            title.map_or_else(|| id(cover), |title| self.lang.of(&title.en, &title.zh).clone())
        };
        let (cover, instead) = (called(&place.cover_id), called(&place.instead_of));
        let against = called(&place.test_against);
        let (en, zh) = match place.action.as_str() {
            "change" => {
                (format!("change to {cover}, instead of {instead}"), format!("换成 {cover}，替下 {instead}"))
            }
            "take_off" => {
                (format!("take {instead} off, {cover} in its place"), format!("撤下 {instead}，换上 {cover}"))
            }
            "try" => (
                format!("try {cover} instead of {instead}, best as a test"),
                format!("试用 {cover} 替代 {instead}，最好做成测试"),
            ),
            "test" => (
                format!("keep {cover}, and test {against} against it"),
                format!("保留 {cover}，并用 {against} 与它做测试"),
            ),
            "keep" => (format!("keep {cover}"), format!("保留 {cover}")),
            "follow_plan" => {
                let test = id(&place.experiment);
                (format!("follow the plan of the test {test}"), format!("按测试 {test} 的安排"))
            }
            _ => ("no data to tell by".to_owned(), "没有可依据的数据".to_owned()),
        };
        self.lang.of(en, zh)
    }

    /// `+18 % (6 to 31)`, where something is to change.
    fn change(&self, place: &Advised) -> Option<String> {
        let is_told = matches!(place.action.as_str(), "change" | "take_off" | "try");
        let [Some(change), low, high] = place.change else { return None };
        let words = change_in_words(change, low.zip(high));
        is_told.then(|| self.lang.of(words.en, words.zh))
    }
}
