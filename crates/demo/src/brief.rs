//! What makes the demo's archive say each night what goes on air next: its file in `config/`. Platforms need names, since
//! nobody but the demo has such; most of the rest is known.

use std::fmt::Write as _;
use std::path::Path;

use super::Demo;
use super::dir::write_file;
use super::error::DemoError;

const HEAD: &str = r#"# The morning brief: a page that says each night what goes on air next and why, in English and in Chinese. Without this file
# there is none. `coverledger brief --open` shows it.
version: 1

# Where the folder brief/latest/ of the archive is served, so that messages lead there:
# public_url: "https://reports.example.com/brief/"

names:    # what people call things; in tables they keep their ids. Countries, day-parts, audiences and cities are known
  platforms:
"#;

/// Words that columns have room for.
const SLOTS: &str = "  slots:
    prime: {en: prime time, zh: 黄金时段}
    late: {en: late night, zh: 深夜}
";

/// Writes the file into a demo's folder.
pub(super) fn write(dir: &Path, demo: &Demo) -> Result<(), DemoError> {
    let mut text = HEAD.to_owned();
    for platform in demo.platforms() {
        let (en, zh) = platform_name(platform.name);
        let _ = writeln!(text, "    {}: {{en: {en}, zh: {zh}}}", platform.name);
    }
    text.push_str(SLOTS);
    write_file(&dir.join("config/brief.yaml"), &text)
}

fn platform_name(name: &str) -> (&str, &str) {
    match name {
        "shop_app" => ("Shop app", "自有商城 App"),
        "partner_feed" => ("Partner feed", "合作伙伴信息流"),
        "web_feed" => ("Web feed", "网页信息流"),
        other => (other, other),
    }
}
