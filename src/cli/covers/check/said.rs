//! The report for people: a paragraph a picture, and in it one a market.

use std::collections::BTreeSet;

use super::super::collection::Collection;
use super::super::picture::draw;
use super::report::{CheckReport, ImageReport, LikenessReport, MarketReport, RuleReport};
use crate::cli::Failure;
use crate::cli::screen::Screen;
use coverledger_archive::Archive;

/// The pictures of covers.
pub(super) struct Pictures {
    pub(super) archive: Archive,
    pub(super) collection: Collection,
}

/// Prints it. Of the covers that worked and are nearest to a picture, each is drawn once, where pictures can be drawn.
pub(super) async fn print(
    report: &CheckReport,
    pictures: Option<&Pictures>,
    out: &mut Screen<'_>,
) -> Result<(), Failure> {
    if !report.has_rules {
        writeln!(out, "no rule is asked: there is no `market_rules.yaml`")?;
    }
    if let Some(why) = &report.unknown {
        writeln!(out, "nothing is known of covers that worked: {why}")?;
    }
    for image in &report.images {
        print_image(image, out)?;
        let mut drawn = BTreeSet::new();
        for market in &image.markets {
            print_market(market, report.unknown.is_none() && image.refused.is_none(), out)?;
            for cover in market.likeness.iter().flat_map(|likeness| &likeness.nearest) {
                let Some(Pictures { archive, collection }) = pictures else { continue };
                if let Some(picture) = collection.picture_of(cover).filter(|_| drawn.insert(cover)) {
                    writeln!(out, "    `{cover}`")?;
                    draw(archive, picture, out).await?;
                }
            }
        }
    }
    Ok(())
}

fn print_image(image: &ImageReport, out: &mut Screen<'_>) -> Result<(), Failure> {
    let ImageReport { path, refused, format, width_px, height_px, cover_id, known_by, .. } = image;
    let size = format.zip(width_px.zip(*height_px));
    let size = size.map(|(format, (width, height))| format!(": {format}, {width} × {height}")).unwrap_or_default();
    let cover = cover_id.as_ref().zip(*known_by).map(|(cover, by)| format!(", cover `{cover}` ({by})"));
    writeln!(out, "{path}{size}{}", cover.unwrap_or_default())?;
    if let Some([word, why]) = refused {
        writeln!(out, "  refused ({word}): {why}")?;
    }
    if !image.facts.is_empty() {
        let facts: Vec<String> = image.facts.iter().map(|(name, value)| format!("{name}={value}")).collect();
        writeln!(out, "  declared: {}", facts.join(", "))?;
    }
    Ok(())
}

fn print_market(report: &MarketReport, is_known: bool, out: &mut Screen<'_>) -> Result<(), Failure> {
    let MarketReport { market, rules, not_adopted, likeness } = report;
    let counted = ["breaks", "warns", "not judged", "keeps"]
        .map(|finding| (finding, rules.iter().filter(|rule| rule.finding == finding).count()));
    let counted: Vec<String> =
        counted.iter().filter(|(_, many)| *many > 0).map(|(finding, many)| format!("{finding} {many}")).collect();
    let summary = if counted.is_empty() { "no adopted rule".to_owned() } else { counted.join(", ") };
    let not_adopted = match not_adopted {
        0 => String::new(),
        1 => "; 1 rule is not adopted and was not asked".to_owned(),
        many => format!("; {many} rules are not adopted and were not asked"),
    };
    writeln!(out, "  {market}: {summary}{not_adopted}")?;
    rules.iter().filter(|rule| rule.finding != "keeps").try_for_each(|rule| print_rule(rule, out))?;
    if likeness.is_empty() && is_known {
        writeln!(out, "    nothing is known of covers that worked there: none was on air yet")?;
    }
    likeness.iter().try_for_each(|likeness| print_likeness(likeness, out))
}

fn print_rule(rule: &RuleReport, out: &mut Screen<'_>) -> Result<(), Failure> {
    writeln!(out, "    {} {}", rule.finding, rule.rule)?;
    writeln!(out, "      {}", rule.reason_en)?;
    writeln!(out, "      {}", rule.reason_zh)?;
    writeln!(out, "      source: {}", rule.source)?;
    Ok(())
}

fn print_likeness(likeness: &LikenessReport, out: &mut Screen<'_>) -> Result<(), Failure> {
    let LikenessReport { platform, finding, nearest, reason_en, reason_zh, .. } = likeness;
    writeln!(out, "    {finding}: on {platform}")?;
    writeln!(out, "      {reason_en}")?;
    writeln!(out, "      {reason_zh}")?;
    if !nearest.is_empty() {
        writeln!(out, "      nearest that worked: {}", nearest.join(", "))?;
    }
    Ok(())
}
