//! A card in words: in one language, without the markup of any service.

use std::fmt::Write as _;

use coverledger_brief::{Action, PlaceName, State, Text};
use coverledger_config::Language;
use coverledger_store::sha256_hex;

use super::card::{Card, CardCover, CardLine, CardMarket, CardProblem};
use super::words;

/// Places that a problem names.
const MAX_PLACES: usize = 8;
/// Characters of a reason.
const MAX_REASON_CHARS: usize = 240;

/// What a card says in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub language: Language,
    /// `coverledger: Sunday 1 November`
    pub title: String,
    /// How much is to be done.
    pub summary: String,
    /// Until when data goes.
    pub freshness: String,
    /// What is missing.
    pub problems: Vec<Paragraph>,
    /// What to do, a market a line.
    pub markets: Vec<Paragraph>,
    /// Where the brief can be read, and what that is called.
    pub link: Option<(String, String)>,
}

/// A line with what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paragraph {
    pub about: String,
    pub text: String,
}

impl Said {
    pub fn new(card: &Card, language: Language) -> Self {
        let is_zh = language == Language::Chinese;
        let date = words::date(card.as_of, language);
        let link = if is_zh { "打开晨间简报" } else { "Open the brief" };
        Self {
            language,
            title: if is_zh {
                format!("coverledger 晨间简报：{date}")
            } else {
                format!("coverledger brief: {date}")
            },
            summary: summary(card, language),
            freshness: freshness(card, language),
            problems: card.problems.iter().map(|problem| lack(problem, language)).collect(),
            markets: card.markets.iter().map(|market| night(market, card, language)).collect(),
            link: card.public_url.clone().map(|url| (link.to_owned(), url)),
        }
    }

    /// The SHA-256 of what somebody acts upon. Until when data is provisional is no news by itself.
    pub fn sha256(&self, card: &Card) -> String {
        let Self { language, title: _, summary, freshness: _, problems, markets, link: _ } = self;
        let mut text = format!("{}\n{}\n{summary}\n", card.as_of, language.word());
        for Paragraph { about, text: said } in problems.iter().chain(markets) {
            let _ = writeln!(text, "{about}\t{said}");
        }
        sha256_hex(text.as_bytes())
    }

    /// How many more there are than are shown.
    pub fn omitted(&self, rest: usize) -> String {
        match self.language {
            Language::English => format!("… and {rest} more in the brief"),
            Language::Chinese => format!("……另有 {rest} 条，见晨间简报"),
        }
    }
}

/// `Change 8 covers, take 3 off, test 2, keep 7.`
fn summary(card: &Card, language: Language) -> String {
    let count = |actions: &[Action]| {
        let lines = card.markets.iter().flat_map(|market| &market.lines);
        lines.filter(|line| actions.contains(&line.action)).map(|line| line.places.len()).sum::<usize>()
    };
    let (change, off) = (count(&[Action::Change]), count(&[Action::TakeOff]));
    let (tried, test) = (count(&[Action::Try]), count(&[Action::Test]));
    let (keep, plan) = (count(&[Action::Keep]), count(&[Action::FollowPlan]));
    let parts: Vec<String> = match language {
        Language::English => [
            (change, format!("change {change} {}", if change == 1 { "cover" } else { "covers" })),
            (off, format!("take {off} off")),
            (tried, format!("try {tried}")),
            (test, format!("test {test}")),
            (plan, format!("follow {plan} {}", if plan == 1 { "plan" } else { "plans" })),
            (keep, format!("keep {keep}")),
        ],
        Language::Chinese => [
            (change, format!("更换 {change} 张封面")),
            (off, format!("撤下 {off} 张")),
            (tried, format!("试换 {tried} 张")),
            (test, format!("对测 {test} 处")),
            (plan, format!("按计划播 {plan} 处")),
            (keep, format!("保持 {keep} 处")),
        ],
    }
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(_, part)| part)
    .collect();
    match language {
        _ if parts.is_empty() => {
            words::either(["Nothing is to be done.", "没有需要做的事。"], language).to_owned()
        }
        Language::English => format!("{}.", capitalized(&parts.join(", "))),
        Language::Chinese => format!("{}。", parts.join("，")),
    }
}

fn freshness(card: &Card, language: Language) -> String {
    let until = words::date(card.as_of, language);
    let days = card.provisional_days;
    let final_by = card.final_by.map(|by| words::date(by, language));
    match (language, days, final_by) {
        (Language::English, 0, _) => format!("Data until {until}."),
        (Language::English, _, None) => format!("Data until {until}; up to {days} days are provisional."),
        (Language::English, _, Some(by)) => {
            format!("Data until {until}; up to {days} days are provisional, final by {by}.")
        }
        (Language::Chinese, 0, _) => format!("数据截至{until}。"),
        (Language::Chinese, _, None) => format!("数据截至{until}；最多 {days} 天为暂定。"),
        (Language::Chinese, _, Some(by)) => format!("数据截至{until}；最多 {days} 天为暂定，{by}前转为最终。"),
    }
}

/// `India · Shopee, Brazil · Shopee`: `held back, data until Saturday 31 October: …`
fn lack(problem: &CardProblem, language: Language) -> Paragraph {
    let places: Vec<String> = problem.places.iter().map(|of| place(of, language)).collect();
    let state = words::either(
        match problem.state {
            State::Fresh => ["complete", "完整"],
            State::Late => ["not there yet", "数据未到"],
            State::Held => ["held back", "暂不发布"],
            State::Failed => ["could not be read", "读取失败"],
            State::Nothing => ["nothing was ever published", "尚无任何数据"],
        },
        language,
    );
    let mut text = state.to_owned();
    if let Some(until) = problem.data_until {
        let until = words::date(until, language);
        text += words::either([", data until ", "，止于"], language);
        text += &until;
    }
    if let Some(reason) = &problem.reason {
        text += words::either([": ", "："], language);
        text += &words::shortened(&reason_of(reason, language), MAX_REASON_CHARS);
    }
    Paragraph { about: words::list(&places, MAX_PLACES, language), text }
}

fn reason_of(reason: &Text, language: Language) -> String {
    words::of(reason, language).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn place(place: &PlaceName, language: Language) -> String {
    let [market, platform] =
        [&place.market_title, &place.platform_title].map(|title| words::name(words::of(title, language)));
    format!("{market} · {platform}")
}

fn night(market: &CardMarket, card: &Card, language: Language) -> Paragraph {
    let is_one = market.lines.len() == 1;
    let lines = market.lines.iter().map(|line| {
        let done = action(line, card, language);
        if is_one {
            return done;
        }
        let titles: Vec<String> =
            line.places.iter().map(|of| words::name(words::of(&of.platform_title, language))).collect();
        let platforms = words::list(&titles, MAX_PLACES, language);
        format!("{platforms}{}{done}", words::either([": ", "："], language))
    });
    let text = lines.collect::<Vec<_>>().join(words::either(["; ", "；"], language));
    Paragraph { about: words::name(words::of(&market.title, language)), text }
}

/// `change to Red dress at 20:00 Shanghai, +18 % (6 to 31)`
fn action(line: &CardLine, card: &Card, language: Language) -> String {
    let cover = |cover: &Option<CardCover>| {
        let unknown = words::either(["another cover", "另一张封面"], language).to_owned();
        cover.as_ref().map_or(unknown, |cover| words::name(words::of(&cover.title, language)))
    };
    let (new, old, rival) = (cover(&line.cover), cover(&line.instead_of), cover(&line.test_against));
    let night = card.as_of.tomorrow().unwrap_or(card.as_of);
    let at = line.starts_home.map(|at| words::clock(at, words::of(&card.home, language), night, language));
    let change = line.change.map(|change| words::change(change.point, change.bounds, language));
    let test = line.experiment.as_deref().map(words::name).unwrap_or_default();
    match language {
        Language::English => {
            let at = at.map(|at| format!(" at {at}")).unwrap_or_default();
            let change = change.map(|change| format!(", {change}")).unwrap_or_default();
            match line.action {
                Action::Change => format!("change to {new}{at}{change}"),
                // What changed is what the one that goes off air lost.
                Action::TakeOff if line.cover.is_none() => format!("take {old} off{at}{change}"),
                Action::TakeOff => format!("take {old} off{change}, put {new} on air{at}"),
                Action::Try => format!("try {new} instead of {old}{at}{change}, not drawn by lot"),
                Action::Test => format!("keep {new}, test it against {rival}{change}, open"),
                Action::Keep => format!("keep {new}{at}"),
                Action::FollowPlan => format!("follow the plan of the test {test}"),
                Action::NoData => "nothing is known yet".to_owned(),
            }
        }
        Language::Chinese => {
            let at = at.map(|at| format!("{at} ")).unwrap_or_default();
            let change = change.map(|change| format!("，{change}")).unwrap_or_default();
            match line.action {
                Action::Change => format!("{at}换成 {new}{change}"),
                Action::TakeOff if line.cover.is_none() => format!("{at}撤下 {old}{change}"),
                Action::TakeOff => format!("{at}撤下 {old}{change}，换上 {new}"),
                Action::Try => format!("{at}试换 {new} 代替 {old}{change}，未经抽签"),
                Action::Test => format!("保持 {new}，与 {rival} 对测{change}，尚无定论"),
                Action::Keep => format!("{at}保持 {new}"),
                Action::FollowPlan => format!("按测试 {test} 的计划播"),
                Action::NoData => "暂无数据".to_owned(),
            }
        }
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
