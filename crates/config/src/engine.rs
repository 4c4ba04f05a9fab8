//! `engine` of `archive.yaml`: what counts, and where.

use super::cursor::Cursor;
use super::definition::{EngineChoice, SparkEngine, SparkToken};
use super::notifications::Variable;
use super::registry::{Keys, Maybe, Part, Required, Shape, keys, maybe, required};
use super::{Platform, Workspace};
use coverledger_core::model::PlatformId;

const EXPECTED: &str = "`local`, or `{spark: {url: \"sc://host:15002\", python: \"3.11\"}}`";
const SERVER: &str = "`sc://host:15002`, with `/;use_ssl=true` behind it for TLS";

keys! {
    /// What counts elsewhere.
    section EngineKeys("an engine", "an engine") {
        spark: Required<Part> = required(
            "`{url: …, python: …}`", Part(Shape::section::<SparkKeys<'_>>()),
            "a server of Spark Connect: its executors read and count, this process plans and publishes (see `docs/SPARK.md`; a build with the feature `spark`)",
        ),
    }
}

keys! {
    /// A server of Spark Connect.
    section SparkKeys("a Spark server", "a Spark server") {
        url: Required<Part> = required(
            SERVER, Part(Shape::Text.called("URL")),
            "where it is: `sc://host:port`, with `/;use_ssl=true` and `;user_id=…` behind it where they are needed. No token: see `token_env`",
        ),
        python: Required<Part> = required(
            "a version such as `\"3.11\"`, in quotes", Part(Shape::Pattern("^3\\.[0-9]+$").called("version")),
            "the Python of its executors, in quotes; another one is refused by Spark",
        ),
        token_env: Maybe<Variable> = maybe(
            "no token", Variable, "the environment variable that holds the server's token; it is sent with TLS, or to this machine, only",
        ),
        staging: Maybe<Part> = maybe(
            "that of the archive", Part(Shape::Text.called("URL")),
            "how executors call the archive's place where it is another URL for them, such as `s3a://team-archive/covers`",
        ),
    }
}

/// Reads it: a word, or a section.
pub(super) fn read(at: &Cursor<'_>) -> Option<EngineChoice> {
    if at.is_text() {
        return match at.node.source.as_str() {
            "local" => Some(EngineChoice::Local),
            _ => at.refuse(format!("{} is not an engine (expected {EXPECTED})", at.found())),
        };
    }
    if !at.is_map() {
        return at.refuse(format!("{} is not an engine (expected {EXPECTED})", at.found()));
    }
    let spark = EngineKeys::open(at)?.spark.required()?;
    if spark.is_text() {
        // A URL may hold a token: it is not repeated.
        return spark.refuse("a text stands where a section is wanted (expected `{url: …, python: …}`)");
    }
    let keys = SparkKeys::open(&spark)?;
    let url = keys.url.required().and_then(|at| server(&at));
    let python = keys.python.required().and_then(|at| python(&at));
    let (token_env, staging) = (keys.token_env.read(), keys.staging.read_with(place));
    let (url, python, token_env, staging) = (url?, python?, token_env?, staging?);
    Some(EngineChoice::Spark(SparkEngine { url, python, token_env, staging, token: None }))
}

/// The URL's text appears in no message: it may hold a token.
fn server(at: &Cursor<'_>) -> Option<String> {
    let text = at.text("a Spark server", SERVER)?;
    match SparkEngine::check_url(text) {
        Ok(()) => Some(text.to_owned()),
        Err(reason) => at.refuse(reason),
    }
}

fn python(at: &Cursor<'_>) -> Option<String> {
    let text = at.text("a version of Python", "one such as `\"3.11\"`, in quotes")?;
    let minor = text.strip_prefix("3.").filter(|minor| minor.len() <= 3 && !minor.is_empty());
    if minor.is_none_or(|minor| !minor.bytes().all(|byte| byte.is_ascii_digit())) {
        return at.refuse("is not a version of Python (expected one such as `\"3.11\"`, in quotes)");
    }
    Some(text.to_owned())
}

/// Spark looks for what is no full URI in a place of its own.
fn place(at: &Cursor<'_>) -> Option<String> {
    let text = at.text("a place", "a full URL such as `s3a://team-archive/covers`")?;
    let (scheme, rest) = text.split_once("://").unwrap_or(("", ""));
    let is_scheme = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !scheme.is_empty();
    if !is_scheme || rest.is_empty() || rest.contains(['?', '#']) {
        return at.refuse("is not a full URL (expected one such as `s3a://team-archive/covers`; executors have their own credentials)");
    }
    Some(text.trim_end_matches('/').to_owned())
}

impl Workspace {
    /// Takes the token that [`SparkEngine::token_env`] names. Where no Spark counts it is of no use.
    #[must_use]
    pub fn with_spark_token(mut self, token: SparkToken) -> Self {
        if let EngineChoice::Spark(spark) = &mut self.settings.engine {
            spark.token = Some(token);
        }
        self
    }

    /// What counts a platform. How views went, and what viewers do over days, is counted by this process alone.
    #[must_use]
    pub fn engine_of(&self, platform: &PlatformId) -> &EngineChoice {
        let is_kept = |market| self.viewers_kept_by(platform, market).is_some();
        let is_quality = self.platforms.get(platform).is_some_and(Platform::is_quality_source);
        if is_quality || self.markets.keys().any(is_kept) { &EngineChoice::Local } else { &self.settings.engine }
    }
}

impl SparkEngine {
    /// A server of which nothing is said but where it is: its executors have Python 3.11.
    #[must_use]
    pub fn at(url: &str) -> Self {
        Self { url: url.to_owned(), python: "3.11".to_owned(), token_env: None, staging: None, token: None }
    }

    /// Whether a text is the URL of a server, without a token; else why not, without repeating it.
    ///
    /// # Errors
    /// Why it is not.
    pub fn check_url(text: &str) -> Result<(), String> {
        let Some(rest) = text.strip_prefix("sc://") else {
            return Err(format!("is not a server of Spark Connect (expected {SERVER})"));
        };
        let (address, settings) = rest.split_once('/').unwrap_or((rest, ""));
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
        if host.is_empty() || address.contains('@') || text.contains(char::is_whitespace) {
            return Err(format!("names no server (expected {SERVER})"));
        }
        if !settings.is_empty() && !settings.starts_with(';') {
            return Err(format!("settings begin with `/;` (expected {SERVER})"));
        }
        let mut names = settings.split(';').filter(|setting| !setting.is_empty());
        if names.any(|setting| setting.split('=').next().is_some_and(|name| name.eq_ignore_ascii_case("token"))) {
            return Err(
                "holds a token, which belongs in the environment (`token_env` names the variable)".to_owned()
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::archive;
    use super::super::testing::read;
    use super::*;

    fn engine(text: &str) -> (Option<EngineChoice>, Vec<String>) {
        let stores = "{exports: {url: exports}, archive: {url: archive}}";
        let text = format!("version: 1\nhome_timezone: UTC\nstores: {stores}\n{text}");
        let (settings, problems) = read(&text, |at| archive::read(at, Path::new("team")));
        (settings.map(|settings| settings.engine), problems)
    }

    #[test]
    fn an_engine_is_a_word_or_a_server_with_its_python() {
        assert_eq!(engine("engine: local\n"), (Some(EngineChoice::Local), Vec::new()));
        let (spark, problems) = engine(
            "engine: {spark: {url: \"sc://spark.internal:15002/;use_ssl=true\", python: \"3.12\", token_env: SPARK_TOKEN, staging: s3a://a/b/}}\n",
        );
        assert_eq!(problems, <[&str; 0]>::default());
        let wanted = SparkEngine {
            url: "sc://spark.internal:15002/;use_ssl=true".to_owned(),
            python: "3.12".to_owned(),
            token_env: Some("SPARK_TOKEN".to_owned()),
            staging: Some("s3a://a/b".to_owned()),
            token: None,
        };
        assert_eq!(spark, Some(EngineChoice::Spark(wanted)));
    }

    #[test]
    fn what_is_no_engine_is_told_without_repeating_a_token() {
        for (text, part) in [
            ("engine: spark\n", "is not an engine"),
            ("engine: {spark: \"sc://h/;token=hunter2\"}\n", "a text stands where a section is wanted"),
            (
                "engine: {spark: {url: \"sc://h/;Token=hunter2\", python: \"3.11\"}}\n",
                "belongs in the environment",
            ),
            ("engine: {spark: {url: \"http://h\", python: \"3.11\"}}\n", "is not a server of Spark Connect"),
            ("engine: {spark: {url: \"sc://\", python: \"3.11\"}}\n", "names no server"),
            ("engine: {spark: {url: \"sc://h\", python: \"2.7\"}}\n", "is not a version of Python"),
            ("engine: {spark: {url: \"sc://h\", python: \"3.11\", staging: folder}}\n", "is not a full URL"),
            ("engine: {spark: {url: \"sc://h\"}}\n", "python"),
            ("engine: {spork: {url: \"sc://h\"}}\n", "spork"),
        ] {
            let (engine, problems) = engine(text);
            assert_eq!(engine, None, "{text}");
            assert!(problems.iter().any(|problem| problem.contains(part)), "{text}: {problems:?}");
            assert!(!problems.concat().contains("hunter2"), "{problems:?}");
        }
    }
}
