//! What is reported of each picture, as it is printed and as it is JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use super::known::KnownBy;
use crate::cli::covers::picture_file::PictureFile;
use coverledger_config::Severity;
use coverledger_core::model::{Look, MarketId, PlatformId};
use coverledger_picture::{Portrait, Refused};
use coverledger_report::library::{Finding, Judged, Likeness};

/// Everything that is reported.
#[derive(Debug, Serialize)]
pub(super) struct CheckReport {
    pub(super) images: Vec<ImageReport>,
    /// Whether there is a file of rules.
    pub(super) has_rules: bool,
    /// Why nothing is known of covers that worked; `null` where it is.
    pub(super) unknown: Option<String>,
}

/// A picture.
#[derive(Debug, Serialize)]
pub(super) struct ImageReport {
    pub(super) path: String,
    pub(super) sha256: String,
    /// The word for why it cannot be measured, and a sentence.
    pub(super) refused: Option<[String; 2]>,
    pub(super) format: Option<&'static str>,
    pub(super) width_px: Option<u32>,
    pub(super) height_px: Option<u32>,
    pub(super) text_method: Option<&'static str>,
    pub(super) face_method: Option<&'static str>,
    pub(super) looks: BTreeMap<&'static str, f64>,
    pub(super) cover_id: Option<String>,
    /// By what it is known to be that cover.
    pub(super) known_by: Option<&'static str>,
    /// What is declared of it.
    pub(super) facts: BTreeMap<String, String>,
    pub(super) markets: Vec<MarketReport>,
}

impl ImageReport {
    pub(super) fn new(
        file: &PictureFile,
        seen: Result<&Portrait, &Refused>,
        cover: Option<(&str, KnownBy)>,
        facts: BTreeMap<String, String>,
        markets: Vec<MarketReport>,
    ) -> Self {
        let portrait = seen.ok();
        let looks = |portrait: &Portrait| {
            Look::ALL.into_iter().filter_map(|look| Some((look.word(), portrait.looks.of(look)?))).collect()
        };
        Self {
            path: file.path.display().to_string(),
            sha256: file.sha256.clone(),
            refused: seen.err().map(|refused| [refused.word().to_owned(), refused.to_string()]),
            format: portrait.map(|portrait| portrait.format.word()),
            width_px: portrait.map(|portrait| portrait.width_px),
            height_px: portrait.map(|portrait| portrait.height_px),
            text_method: portrait.map(|portrait| portrait.text_method),
            face_method: portrait.map(|portrait| portrait.face_method),
            looks: portrait.map(looks).unwrap_or_default(),
            cover_id: cover.map(|(cover, _)| cover.to_owned()),
            known_by: cover.map(|(_, by)| by.words()),
            facts,
            markets,
        }
    }
}

/// What a market says of a picture.
#[derive(Debug, Serialize)]
pub(super) struct MarketReport {
    pub(super) market: String,
    /// The gravest first.
    pub(super) rules: Vec<RuleReport>,
    /// How many rules speak of the market and are not adopted.
    pub(super) not_adopted: usize,
    /// By platform.
    pub(super) likeness: Vec<LikenessReport>,
}

impl MarketReport {
    pub(super) fn new(
        market: &MarketId,
        judged: &[Judged<'_>],
        not_adopted: usize,
        likeness: Vec<LikenessReport>,
    ) -> Self {
        Self {
            market: market.to_string(),
            rules: judged.iter().map(RuleReport::new).collect(),
            not_adopted,
            likeness,
        }
    }
}

/// What one rule says.
#[derive(Debug, Serialize)]
pub(super) struct RuleReport {
    pub(super) rule: String,
    pub(super) severity: &'static str,
    pub(super) finding: &'static str,
    pub(super) measure: String,
    pub(super) found: Option<String>,
    pub(super) allowed: String,
    pub(super) source: String,
    pub(super) reason_en: String,
    pub(super) reason_zh: String,
    #[serde(skip)]
    breaks: bool,
    #[serde(skip)]
    may_break: bool,
}

impl RuleReport {
    fn new(judged: &Judged<'_>) -> Self {
        Self {
            rule: judged.rule.to_owned(),
            severity: judged.severity.word(),
            finding: judged.finding.word(),
            measure: judged.measure.clone(),
            found: judged.found.clone(),
            allowed: judged.allowed.clone(),
            source: judged.source.to_owned(),
            reason_en: judged.en.clone(),
            reason_zh: judged.zh.clone(),
            breaks: judged.finding == Finding::Breaks,
            may_break: judged.finding == Finding::NotJudged && judged.severity == Severity::Breaks,
        }
    }
}

/// How it looks beside the covers that worked on a platform.
#[derive(Debug, Serialize)]
pub(super) struct LikenessReport {
    pub(super) platform: String,
    pub(super) finding: &'static str,
    pub(super) distance: Option<f64>,
    pub(super) p: Option<f64>,
    pub(super) proven: usize,
    pub(super) nearest: Vec<String>,
    pub(super) reason_en: String,
    pub(super) reason_zh: String,
}

impl LikenessReport {
    pub(super) fn new(platform: &PlatformId, likeness: Likeness) -> Self {
        let finding = likeness.finding().word();
        let Likeness { is_unlike: _, distance, p, proven, nearest, en, zh } = likeness;
        Self {
            platform: platform.to_string(),
            finding,
            distance,
            p,
            proven,
            nearest,
            reason_en: en,
            reason_zh: zh,
        }
    }
}

impl CheckReport {
    /// Whether a rule that must be kept is not, or a picture cannot be measured; `strictly` also whether such a rule cannot be
    /// judged.
    pub(super) fn is_broken(&self, strictly: bool) -> bool {
        let rules = || self.images.iter().flat_map(|image| &image.markets).flat_map(|market| &market.rules);
        self.images.iter().any(|image| image.refused.is_some())
            || rules().any(|rule| rule.breaks || strictly && rule.may_break)
    }
}
