//! What makes the demo's archive say each night what goes on air next: its file in `config/`, with names in two languages.

use std::fmt::Write as _;
use std::path::Path;

use super::Demo;
use super::dir::write_file;
use super::error::DemoError;
use super::world::MARKETS;

const HEAD: &str = r#"# The morning brief: a page that says each night what goes on air next and why, in English and in Chinese. Without this file
# there is none. `coverledger brief --open` shows it.
version: 1

# Where the folder brief/latest/ of the archive is served, so that messages lead there:
# public_url: "https://reports.example.com/brief/"

names:    # what people call things; in tables they keep their ids
"#;

const SLOTS: &str = "  slots:
    night: {en: Night, zh: 凌晨}
    morning: {en: Morning, zh: 上午}
    afternoon: {en: Afternoon, zh: 下午}
    prime: {en: Prime time, zh: 黄金时段}
    late: {en: Late night, zh: 深夜}
  audiences:
    f / 18-24: {en: women 18–24, zh: 女性 18–24 岁}
    f / 25-34: {en: women 25–34, zh: 女性 25–34 岁}
    f / 35-44: {en: women 35–44, zh: 女性 35–44 岁}
    f / 45-54: {en: women 45–54, zh: 女性 45–54 岁}
    m / 18-24: {en: men 18–24, zh: 男性 18–24 岁}
    m / 25-34: {en: men 25–34, zh: 男性 25–34 岁}
    m / 35-44: {en: men 35–44, zh: 男性 35–44 岁}
    m / 45-54: {en: men 45–54, zh: 男性 45–54 岁}
  cities:
    Asia/Singapore: {en: Singapore, zh: 新加坡}
    America/New_York: {en: New York, zh: 纽约}
    Europe/London: {en: London, zh: 伦敦}
    Asia/Kolkata: {en: Kolkata, zh: 加尔各答}
    Asia/Jakarta: {en: Jakarta, zh: 雅加达}
    America/Sao_Paulo: {en: São Paulo, zh: 圣保罗}
    Australia/Sydney: {en: Sydney, zh: 悉尼}
";

/// Writes the file into a demo's folder.
pub(super) fn write(dir: &Path, demo: &Demo) -> Result<(), DemoError> {
    let mut text = format!("{HEAD}  markets:\n");
    for market in &MARKETS {
        let (en, zh) = market_name(market.code);
        let _ = writeln!(text, "    {}: {{en: {en}, zh: {zh}}}", market.code);
    }
    text.push_str("  platforms:\n");
    for platform in demo.platforms() {
        let (en, zh) = platform_name(platform.name);
        let _ = writeln!(text, "    {}: {{en: {en}, zh: {zh}}}", platform.name);
    }
    text.push_str(SLOTS);
    write_file(&dir.join("config/brief.yaml"), &text)
}

fn market_name(code: &str) -> (&str, &str) {
    match code {
        "US" => ("United States", "美国"),
        "GB" => ("United Kingdom", "英国"),
        "IN" => ("India", "印度"),
        "ID" => ("Indonesia", "印度尼西亚"),
        "BR" => ("Brazil", "巴西"),
        "AU" => ("Australia", "澳大利亚"),
        other => (other, other),
    }
}

fn platform_name(name: &str) -> (&str, &str) {
    match name {
        "shop_app" => ("Shop app", "自有商城 App"),
        "partner_feed" => ("Partner feed", "合作伙伴信息流"),
        "web_feed" => ("Web feed", "网页信息流"),
        other => (other, other),
    }
}
