//! The configuration's part in a market-day's fingerprint: a hash that changes when, and only when, something in the
//! configuration could change that market-day's numbers.
//!
//! Every struct is taken apart by name, so that a new field cannot be forgotten: it does not compile.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::brief::{Brief, Names, Title};
use super::completeness::{Completeness, IfMissing};
use super::counting::ColumnName;
use super::decisions::{Decisions, Family};
use super::definition::{EventColumns, Export, Market, Platform, Rows, Settings, Workspace};
use super::experiments::{Design, Experiment, Guardrails, Split, Value};
use super::library::{Library, PictureLimits, TextModelFile};
use super::mapping::{
    Columns, CoverRule, FoldPolicy, GapPolicy, InstantColumn, InstantFormat, MadeId, MarketRule, Otherwise,
    TextRule, WallClock, ZoneRule,
};
use super::market_rules::{DeclaredText, Demand, PictureRule};
use super::path::PathPattern;
use coverledger_core::model::{Event, MarketId, PlatformId};
use coverledger_core::time::DayRule;

/// Raised when the same configuration comes to mean other numbers.
const SCHEME: &str = "coverledger config 1";
/// Raised when the same configuration comes to mean other decisions.
const DECISIONS_SCHEME: &str = "coverledger decisions 1";
/// Raised when the same configuration comes to judge experiments otherwise.
const EXPERIMENT_SCHEME: &str = "coverledger experiment 2";
/// Raised when the same configuration comes to look at pictures otherwise.
const PICTURES_SCHEME: &str = "coverledger pictures 1";
/// Raised when the same configuration comes to mean another library.
const LIBRARY_SCHEME: &str = "coverledger library 1";
/// Raised when the same configuration comes to mean another brief.
const BRIEF_SCHEME: &str = "coverledger brief 1";
/// Raised when the same rules of markets come to mean other findings.
const MARKET_RULES_SCHEME: &str = "coverledger market rules 1";

impl Workspace {
    /// Hash of everything in the configuration that can change the numbers of this platform's days in this market:
    /// the platform's definition, the market's day and slots, and the settings that decide what is counted or kept.
    /// Schedules, stores, memory and threads are not in it. Hex of SHA-256.
    #[must_use]
    pub fn config_hash(&self, platform: &PlatformId, market: &MarketId) -> String {
        let mut writer = FingerprintWriter::default();
        writer.put("scheme", SCHEME);
        writer.settings(&self.settings);
        writer.put("market", market.as_str());
        if let Some(definition) = self.markets.get(market) {
            writer.market(definition);
        }
        writer.put("platform", platform.as_str());
        if let Some(definition) = self.platforms.get(platform) {
            writer.platform(definition);
            // Rows of a market that nobody knows come here: which markets are known decides which rows.
            if takes_strays(definition, market) {
                for name in self.markets.keys() {
                    writer.put("known_market", name.as_str());
                }
            }
        }
        writer.hash()
    }

    /// Hash of everything in the configuration that can change what is decided of this market, beside the facts: how far
    /// back they go, the market's day and slots, the team's own clock, and of families of covers all markets.
    #[must_use]
    pub fn decisions_hash(&self, market: &MarketId) -> String {
        let mut writer = FingerprintWriter::default();
        writer.put("scheme", DECISIONS_SCHEME);
        writer.put("home_timezone", self.settings.home_timezone.name());
        let families = self.decisions.as_ref().is_some_and(|decisions| !decisions.families.is_empty());
        for (name, definition) in self.markets.iter().filter(|(name, _)| families || *name == market) {
            writer.put("market", name.as_str());
            writer.market(definition);
        }
        writer.put("of", market.as_str());
        if let Some(decisions) = &self.decisions {
            writer.decisions(decisions);
        }
        writer.hash()
    }
}

impl Workspace {
    /// Hash of everything in the configuration that can change how an experiment is judged, beside the facts. Hex of
    /// SHA-256; of an experiment that is not configured, of nothing.
    #[must_use]
    pub fn experiment_hash(&self, name: &str) -> String {
        let mut writer = FingerprintWriter::default();
        writer.put("scheme", EXPERIMENT_SCHEME);
        if let Some(experiment) = self.experiments.get(name) {
            writer.experiment(experiment);
            for (name, market) in self.markets.iter().filter(|(name, _)| experiment.markets.contains(*name)) {
                writer.put("market", name.as_str());
                writer.market(market);
            }
        }
        writer.hash()
    }
}

impl Workspace {
    /// Hash of everything in `library.yaml` that can change what is seen on a picture: a picture is measured anew where this
    /// is another. Where the model of text lies is not in it. Hex of SHA-256; without the file, of nothing.
    #[must_use]
    pub fn pictures_hash(&self) -> String {
        let mut writer = FingerprintWriter::default();
        writer.put("scheme", PICTURES_SCHEME);
        if let Some(library) = &self.library {
            writer.pictures(library);
        }
        writer.hash()
    }

    /// Hash of everything in `library.yaml` that can change the catalogue, beside its pictures and its sheet. Where these are
    /// is not in it. Hex of SHA-256; without the file, of nothing.
    #[must_use]
    pub fn catalogue_hash(&self) -> String {
        let mut writer = FingerprintWriter::default();
        writer.put("scheme", LIBRARY_SCHEME);
        if let Some(library) = &self.library {
            writer.catalogue(library);
        }
        writer.hash()
    }

    /// Hash of everything in `library.yaml` that can change a number of the library, beside the catalogue's inputs and the
    /// facts. Hex of SHA-256; without the file, of nothing.
    #[must_use]
    pub fn library_hash(&self) -> String {
        let mut writer = FingerprintWriter::default();
        writer.put("scheme", LIBRARY_SCHEME);
        if let Some(library) = &self.library {
            writer.catalogue(library);
            writer.put("rested_days", &library.rested_days.to_string());
        }
        writer.hash()
    }
}

impl Workspace {
    /// Hash of everything in the configuration that has a say in the morning brief, beside the tables that it is made of: its
    /// names and its URL, which places count, their days and slots, and the team's own clock. Hex of SHA-256.
    #[must_use]
    pub fn brief_hash(&self) -> String {
        let mut writer = FingerprintWriter::default();
        writer.put("scheme", BRIEF_SCHEME);
        writer.put("home_timezone", self.settings.home_timezone.name());
        for (name, market) in &self.markets {
            writer.put("market", name.as_str());
            writer.market(market);
        }
        for platform in self.platforms.keys().filter(|platform| self.counts(platform)) {
            writer.put("platform", platform.as_str());
        }
        for name in self.experiments.keys() {
            writer.put("experiment", name);
            writer.put("experiment_rules", &self.experiment_hash(name));
        }
        if let Some(brief) = &self.brief {
            writer.brief(brief);
        }
        writer.hash()
    }
}

impl Workspace {
    /// Hash of the rules of markets that are adopted. Hex of SHA-256.
    #[must_use]
    pub fn market_rules_hash(&self) -> String {
        let mut writer = FingerprintWriter::default();
        writer.put("scheme", MARKET_RULES_SCHEME);
        let rules = self.market_rules.iter().flat_map(|rules| &rules.rules);
        for (name, rule) in rules.filter(|(_, rule)| rule.is_adopted) {
            writer.put("rule", name);
            writer.picture_rule(rule);
        }
        writer.hash()
    }
}

fn takes_strays(platform: &Platform, market: &MarketId) -> bool {
    platform.exports.iter().any(|export| {
        matches!(&export.columns.market, MarketRule::Column { otherwise: Otherwise::Market(name), .. } if name == market)
    })
}

/// Writes what a fingerprint is the hash of: lines of `name=length:value`, so that two different configurations never
/// write the same text.
#[derive(Default)]
struct FingerprintWriter(String);

impl FingerprintWriter {
    fn put(&mut self, name: &str, value: &str) {
        let _ = writeln!(self.0, "{name}={}:{value}", value.len());
    }

    /// Hex of SHA-256.
    fn hash(&self) -> String {
        let mut hex = String::with_capacity(64);
        for byte in Sha256::digest(self.0.as_bytes()) {
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }

    fn brief(&mut self, brief: &Brief) {
        let Brief { public_url, names: Names { markets, platforms, slots, audiences, cities } } = brief;
        if let Some(url) = public_url {
            self.put("public_url", url.as_str());
        }
        for (kind, titles) in [
            ("market_name", markets),
            ("platform_name", platforms),
            ("slot_name", slots),
            ("audience_name", audiences),
            ("city_name", cities),
        ] {
            for (id, Title { en, zh }) in titles {
                self.put(kind, id);
                self.put("en", en.as_deref().unwrap_or_default());
                self.put("zh", zh.as_deref().unwrap_or_default());
            }
        }
    }

    fn catalogue(&mut self, library: &Library) {
        self.pictures(library);
        self.put("families", &format!("{} {}", library.link, library.propose));
    }

    fn pictures(&mut self, library: &Library) {
        let Library { pictures: _, sheet: _, text_model, faces, limits, link: _, propose: _, rested_days: _ } =
            library;
        let PictureLimits { file_bytes, side_px, pixels } = limits;
        if let Some(TextModelFile { path: _, sha256 }) = text_model {
            self.put("text_model", sha256);
        }
        self.put("faces", &faces.to_string());
        self.put("limits", &format!("{file_bytes} {side_px} {pixels}"));
    }

    fn decisions(&mut self, decisions: &Decisions) {
        let Decisions { window_days, period_days, certainty, families } = decisions;
        self.put("window_days", &window_days.to_string());
        self.put("period_days", &period_days.to_string());
        self.put("certainty", &certainty.to_string());
        for (name, Family { shared, localized }) in families {
            self.put("family", name);
            self.put("shared", shared);
            for (market, cover) in localized {
                self.put("localized_in", market.as_str());
                self.put("localized", cover);
            }
        }
    }

    fn experiment(&mut self, experiment: &Experiment) {
        let Experiment {
            platforms,
            markets,
            covers,
            control,
            from,
            to,
            stopped,
            level,
            worth,
            value: Value { orders, retained_minutes },
            guardrails: Guardrails { stay, orders: guarded_orders, conversion, revisits },
            imbalance,
            design,
        } = experiment;
        for (key, names) in [
            ("platform", platforms.iter().map(PlatformId::as_str).collect::<Vec<_>>()),
            ("in_market", markets.iter().map(MarketId::as_str).collect()),
            ("cover", covers.iter().map(String::as_str).collect()),
        ] {
            for name in names {
                self.put(key, name);
            }
        }
        self.put("control", &control.to_string());
        self.put("window", &format!("{from} {to} {stopped:?}"));
        self.put("levels", &format!("{level} {worth} {imbalance}"));
        self.put("value", &format!("{orders} {retained_minutes}"));
        self.put("guardrails", &format!("{stay:?} {guarded_orders:?} {conversion:?}"));
        if revisits.is_some() {
            self.put("revisits", &format!("{revisits:?}"));
        }
        match design {
            Design::Rotation(rotation) => self.put("rotation", &rotation.schedule.sha256(covers)),
            Design::Split(Split { shares, broadcasts, assignment }) => {
                self.put("split", &format!("{shares:?} {broadcasts} {}", assignment.word()));
            }
        }
    }

    fn picture_rule(&mut self, rule: &PictureRule) {
        // Whether somebody read the source changes no finding.
        let PictureRule { markets, platforms, severity, demand, en, zh, source, is_checked: _, is_adopted: _ } =
            rule;
        for market in markets.iter().flatten() {
            self.put("in_market", market.as_str());
        }
        for platform in platforms.iter().flatten() {
            self.put("platform", platform.as_str());
        }
        self.put("severity", severity.word());
        self.demand(demand);
        self.put("en", en);
        self.put("zh", zh);
        self.put("source", source);
    }

    fn demand(&mut self, demand: &Demand) {
        match demand {
            Demand::Look { look, least, most } => {
                self.put("look", look.word());
                self.put("bounds", &format!("{least:?} {most:?}"));
            }
            Demand::Language(text) => self.declared_text("language", text),
            Demand::Script(text) => self.declared_text("script", text),
            Demand::Tag { name, any_of, none_of } => {
                self.put("tag", name);
                self.all("any_of", any_of);
                self.all("none_of", none_of);
            }
            Demand::Words { columns, none_of } => {
                self.all("column", columns);
                self.all("none_of", none_of);
            }
        }
    }

    fn declared_text(&mut self, kind: &str, text: &DeclaredText) {
        let DeclaredText { includes, only } = text;
        self.put("declared", kind);
        self.all("includes", includes);
        self.all("only", only);
    }

    fn all(&mut self, name: &str, values: &[String]) {
        for value in values {
            self.put(name, value);
        }
    }

    fn settings(&mut self, settings: &Settings) {
        let Settings {
            home_timezone: _,
            exports: _,
            archive: _,
            stay_seconds,
            max_reject_share,
            max_shrink_share: _,
            memory_bytes: _,
            threads: _,
            reject_text_chars,
            reject_viewer_ids,
            spill_dir: _,
            requests: _,
            bandwidth_bytes: _,
            open_files: _,
            export_limit_seconds: _,
            lease_seconds: _,
            late_after_seconds: _,
            // Its hash is in the fingerprint of the market-days that are counted by groups, and of no other.
            viewer_groups_key_env: _,
            // It decides what is kept beside market-days, and nothing in them.
            returning: _,
            engine: _,
        } = settings;
        self.put("stay_seconds", &stay_seconds.to_string());
        self.put("max_reject_share", &max_reject_share.to_string());
        self.put("reject_text_chars", &reject_text_chars.to_string());
        self.put("reject_viewer_ids", &reject_viewer_ids.to_string());
    }

    fn market(&mut self, market: &Market) {
        let Market { day: DayRule { zone, starts_at }, slots_name: _, slots } = market;
        self.put("timezone", zone.name());
        self.put("day_starts_at", &starts_at.to_string());
        for (name, start) in slots.starts() {
            self.put("slot", name);
            self.put("slot_start", &start.to_string());
        }
    }

    fn platform(&mut self, platform: &Platform) {
        // What only holds a day back changes no number of it.
        let Platform { eras, settle_seconds, exports, max_orphan_share: _, of, max_slow_starts: _ } = platform;
        if let Some(of) = of {
            self.put("of", of.as_str());
        }
        self.put("eras", &format!("{eras:?}"));
        self.put("settle_seconds", &settle_seconds.to_string());
        for export in exports {
            self.export(export);
        }
    }

    fn export(&mut self, export: &Export) {
        let Export { name, rows, path, day_zone, early_days, late_days, format, columns, completeness, members } =
            export;
        let PathPattern { text, parts: _ } = path;
        self.put("export", name);
        self.rows(rows);
        self.put("path", text);
        self.put("day_zone", day_zone.name());
        self.put("early_days", &early_days.to_string());
        self.put("late_days", &late_days.to_string());
        self.put("format", &format!("{format:?}"));
        for member in members {
            self.put("member", member);
        }
        self.columns(columns);
        self.completeness(completeness, path);
    }

    /// Only what decides what is counted of which day. Whether a date is complete decides when.
    fn completeness(&mut self, completeness: &Completeness, path: &PathPattern) {
        // Whether an answer is whole decides whether a day is published, not what it counts.
        let Completeness { parts: _, complete_when: _, if_missing, since, pages: _ } = completeness;
        if let Some(since) = since {
            self.put("since", &since.to_string());
        }
        // Whether a day of which an undated export has no records is one, is seen only once it was read.
        if *if_missing == IfMissing::Quiet && !path.is_dated() {
            self.put("if_missing", "quiet");
        }
    }

    fn rows(&mut self, rows: &Rows) {
        match rows {
            Rows::Events { each, column, values } => {
                self.each(each);
                self.column("event", column);
                for (value, event) in values {
                    self.put("event_value", value);
                    self.put("event_meaning", word_of(*event));
                }
            }
            Rows::Impressions { each, clicked, entered, ordered } => {
                self.each(each);
                self.maybe_column("clicked", clicked.as_ref());
                self.maybe_column("entered", entered.as_ref());
                self.maybe_column("ordered", ordered.as_ref());
            }
            // Their text for debugging has every field, with its name.
            Rows::Counts(counts) => self.put("counts", &format!("{counts:?}")),
            Rows::Covers(covers) => self.put("covers", &format!("{covers:?}")),
            Rows::Quality(quality) => self.put("quality", &format!("{quality:?}")),
        }
    }

    fn each(&mut self, each: &EventColumns) {
        // A host is in nothing that a market-day publishes.
        let EventColumns { event_id, occurred_at, viewer_id, host_id: _, dwell_seconds } = each;
        self.maybe_column("event_id", event_id.as_ref());
        self.instant(occurred_at);
        self.maybe_column("viewer_id", viewer_id.as_ref());
        self.maybe_column("dwell_seconds", dwell_seconds.as_ref());
    }

    fn columns(&mut self, columns: &Columns) {
        let Columns { market, broadcast_id, cover_id, audience } = columns;
        self.market_rule(market);
        self.text_rule("broadcast_id", broadcast_id);
        match cover_id {
            CoverRule::Row(rule) => self.text_rule("cover_id", rule),
            CoverRule::Log => self.put("cover_id", "log"),
            CoverRule::Unsaid => {}
        }
        for column in audience {
            self.column("audience", column);
        }
    }

    fn column(&mut self, name: &str, column: &ColumnName) {
        if let Some(number) = column.number() {
            return self.put(&format!("{name} number"), &number.to_string());
        }
        for alias in column.names() {
            self.put(name, alias);
        }
    }

    fn maybe_column(&mut self, name: &str, column: Option<&ColumnName>) {
        match column {
            Some(column) => self.column(name, column),
            None => self.put(&format!("no {name}"), ""),
        }
    }

    fn instant(&mut self, instant: &InstantColumn) {
        let InstantColumn { column, time, format } = instant;
        self.column("occurred_at", column);
        if let Some(time) = time {
            self.column("occurred_at time", time);
        }
        let (word, wall) = match format {
            InstantFormat::Rfc3339 => ("rfc3339", None),
            InstantFormat::EpochSeconds => ("epoch_s", None),
            InstantFormat::EpochMillis => ("epoch_ms", None),
            InstantFormat::EpochMicros => ("epoch_us", None),
            InstantFormat::Native { wall } => ("native", wall.as_ref()),
            InstantFormat::Pattern { pattern, wall } => (pattern.as_str(), wall.as_ref()),
            InstantFormat::Patterns { patterns, wall } => {
                for pattern in patterns {
                    self.put("instant_format of several", pattern);
                }
                ("patterns", Some(wall))
            }
        };
        self.put("instant_format", word);
        if let Some(WallClock { zone, gap, fold }) = wall {
            match zone {
                ZoneRule::Named(zone) => self.put("wall_zone", zone.name()),
                ZoneRule::Market => self.put("wall_zone of", "market"),
            }
            self.put(
                "gap",
                match gap {
                    GapPolicy::Reject => "reject",
                    GapPolicy::Before => "before",
                    GapPolicy::After => "after",
                },
            );
            self.put(
                "fold",
                match fold {
                    FoldPolicy::Reject => "reject",
                    FoldPolicy::Earlier => "earlier",
                    FoldPolicy::Later => "later",
                },
            );
        }
    }

    fn market_rule(&mut self, rule: &MarketRule) {
        match rule {
            MarketRule::Value(market) => self.put("market_value", market.as_str()),
            MarketRule::Column { column, values, otherwise } => {
                self.column("market_column", column);
                for (value, market) in values {
                    self.put("market_from", value);
                    self.put("market_to", market.as_str());
                }
                match otherwise {
                    Otherwise::Reject => self.put("market_otherwise", "reject"),
                    Otherwise::Ignore => self.put("market_otherwise", "ignore"),
                    Otherwise::Market(market) => self.put("market_otherwise_to", market.as_str()),
                }
            }
            MarketRule::Path { values } => {
                self.put("market", "path");
                for (value, market) in values {
                    self.put("market_from", value);
                    self.put("market_to", market.as_str());
                }
            }
        }
    }

    fn text_rule(&mut self, name: &str, rule: &TextRule) {
        match rule {
            TextRule::Column(column) => self.column(&format!("{name} column"), column),
            TextRule::Path => self.put(&format!("{name} path"), ""),
            TextRule::Value(value) => self.put(&format!("{name} value"), value),
            TextRule::Made(MadeId { given, parts }) => {
                if let Some(given) = given {
                    self.column(&format!("{name} given"), given);
                }
                for part in parts {
                    self.column(&format!("{name} part"), part);
                }
            }
        }
    }
}

fn word_of(event: Event) -> &'static str {
    Event::WORDS.iter().find(|(_, meaning)| *meaning == event).map_or("", |(word, _)| word)
}

#[cfg(test)]
mod tests;
