//! `coverledger covers check`: pictures on this machine, held against the rules of markets and against the covers that worked
//! there, before they go on air.
//!
//! The rules are asked of what the picture looks like and of what is declared of it: by the sheet, as the catalogue has it
//! where the picture is known there, and by the command line. Without an archive the rules are asked all the same, and
//! nothing is told of what worked.

mod known;
mod report;
mod said;

use std::collections::BTreeMap;

use super::collection::Collection;
use super::picture_file::{self, PictureFile};
use crate::cli::args::{CoversCheck, Global, Output};
use crate::cli::screen::Screen;
use crate::cli::{Failure, exit, in_ticks, load};
use crate::stores;
use coverledger_config::{MarketRules, Workspace};
use coverledger_core::model::{MarketId, PlatformId};
use coverledger_picture::{Portrait, Refused};
use coverledger_report::library::{Proven, Subject, Unseen, judge};
use known::Known;
use report::{CheckReport, ImageReport, LikenessReport, MarketReport};
use said::Pictures;

/// Checks the pictures and prints what was found.
pub(super) async fn run(args: &CoversCheck, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let workspace = load(global)?;
    let question = Question::new(args, &workspace)?;
    let (mut eye, limits) = picture_file::eye(&workspace)?;
    let files = args.images.iter().map(|path| PictureFile::read(path, limits)).collect::<Result<Vec<_>, _>>()?;
    let (known, unknown) = match Known::read(&workspace).await {
        Ok(known) => (known, None),
        Err(why) => (Known::default(), Some(why)),
    };
    if let Some(cover) = args.cover.as_ref().filter(|cover| !known.has(cover)) {
        return Err(Failure::usage(format!(
            "unknown cover `{cover}`: {} (leave `--cover` away, and give facts by `--language` and `--tag`)",
            unknown.as_deref().unwrap_or("the catalogue of the archive does not have it")
        )));
    }
    let proven = Proven::by_place(&known.history, &known.shelf);
    let mut images = Vec::new();
    for file in &files {
        let seen = eye.look(&file.bytes);
        images.push(question.image(file, seen.as_ref(), &known, &proven));
    }
    let report = CheckReport { images, has_rules: question.rules.is_some(), unknown };
    match args.output {
        Output::Json => out.json(&report)?,
        Output::Text => {
            let pictures = pictures(&workspace, out).await?;
            said::print(&report, pictures.as_ref(), out).await?;
        }
    }
    Ok(if report.is_broken(args.strict) { exit::RULE_BROKEN } else { exit::DONE })
}

/// The pictures of covers, where there is a terminal to draw them on.
async fn pictures(workspace: &Workspace, out: &Screen<'_>) -> Result<Option<Pictures>, Failure> {
    if !out.is_terminal() {
        return Ok(None);
    }
    let archive = stores::archive_for_planning(&workspace.settings)?;
    let collection = Collection::read(&archive).await?;
    Ok(collection.map(|collection| Pictures { archive, collection }))
}

/// What is asked of every picture.
struct Question<'a> {
    args: &'a CoversCheck,
    rules: Option<&'a MarketRules>,
    markets: Vec<MarketId>,
    platform: Option<PlatformId>,
}

impl<'a> Question<'a> {
    fn new(args: &'a CoversCheck, workspace: &'a Workspace) -> Result<Self, Failure> {
        let mut markets: Vec<MarketId> = Vec::new();
        for name in &args.markets {
            let market = MarketId::new(name.as_str());
            if !workspace.markets.contains_key(&market) {
                return Err(unknown("market", name, workspace.markets.keys()));
            }
            if !markets.contains(&market) {
                markets.push(market);
            }
        }
        let platform = args.platform.as_ref().map(|name| PlatformId::new(name.as_str()));
        if let Some(platform) = platform.as_ref().filter(|platform| !workspace.platforms.contains_key(*platform)) {
            return Err(unknown("platform", platform.as_str(), workspace.platforms.keys()));
        }
        if args.cover.is_some() && args.images.len() > 1 {
            return Err(Failure::usage(
                "`--cover` names one cover, and there are several pictures (check them one by one)",
            ));
        }
        Ok(Self { args, rules: workspace.market_rules.as_ref(), markets, platform })
    }

    fn image(
        &self,
        file: &PictureFile,
        seen: Result<&Portrait, &Refused>,
        known: &Known,
        proven: &BTreeMap<(&PlatformId, &MarketId), Proven<'_>>,
    ) -> ImageReport {
        let cover = known.cover_of(self.args.cover.as_deref(), file);
        let cover_id = cover.map(|(cover, _)| cover);
        let facts = self.facts(cover_id.and_then(|cover| known.facts.get(cover)));
        let refused = seen.as_ref().err().map(ToString::to_string);
        let subject = Subject {
            looks: seen
                .map(|portrait| &portrait.looks)
                .map_err(|_| Unseen::Refused(refused.as_deref().unwrap_or_default())),
            facts: &facts,
        };
        let markets =
            self.markets.iter().map(|market| self.market(market, &subject, cover_id, known, proven)).collect();
        ImageReport::new(file, seen, cover, facts.clone(), markets)
    }

    /// What is declared of the cover, where the command line does not say otherwise.
    fn facts(&self, declared: Option<&BTreeMap<String, String>>) -> BTreeMap<String, String> {
        let mut facts = declared.cloned().unwrap_or_default();
        facts.extend(self.args.tags.iter().cloned());
        facts.extend(self.args.language.iter().map(|language| ("language".to_owned(), language.clone())));
        facts
    }

    fn market(
        &self,
        market: &MarketId,
        subject: &Subject<'_>,
        cover: Option<&str>,
        known: &Known,
        proven: &BTreeMap<(&PlatformId, &MarketId), Proven<'_>>,
    ) -> MarketReport {
        let platform = self.platform.as_ref();
        let judged = self.rules.map(|rules| judge(rules, market, platform, subject)).unwrap_or_default();
        let speaks = self
            .rules
            .iter()
            .flat_map(|rules| rules.rules.values())
            .filter(|rule| rule.speaks_of(market, platform));
        let is_here = |place: &(&PlatformId, &MarketId)| {
            place.1 == market && platform.is_none_or(|platform| platform == place.0)
        };
        let here = proven.iter().filter(|(place, _)| is_here(place));
        let likeness = subject.looks.ok().map(|looks| {
            let of = |((platform, _), proven): (&(&PlatformId, &MarketId), &Proven<'_>)| {
                LikenessReport::new(platform, proven.likeness(looks, cover, &known.shelf))
            };
            here.map(of).collect()
        });
        let not_adopted = speaks.filter(|rule| !rule.is_adopted).count();
        MarketReport::new(market, &judged, not_adopted, likeness.unwrap_or_default())
    }
}

fn unknown<'n, N: std::fmt::Display + 'n>(what: &str, name: &str, names: impl Iterator<Item = &'n N>) -> Failure {
    Failure::usage(format!("unknown {what} `{name}` (known: {})", in_ticks(names)))
}
