//! `--engine`: what counts, whatever the configuration says.

use std::str::FromStr;

use super::Failure;
use coverledger_config::{EngineChoice, SparkEngine, Workspace};

/// What counts, by the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Engine {
    /// This process.
    Local,
    /// The Spark that the configuration names.
    Spark,
    /// Another server of Spark Connect.
    Server(String),
}

impl FromStr for Engine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "local" => Ok(Self::Local),
            "spark" => Ok(Self::Spark),
            url if url.starts_with("sc:") => SparkEngine::check_url(url).map(|()| Self::Server(url.to_owned())),
            _ => Err("expected `local`, `spark`, or a server as `sc://host:15002`".to_owned()),
        }
    }
}

impl Engine {
    /// The configuration with this engine.
    pub fn of(&self, mut workspace: Workspace) -> Result<Workspace, Failure> {
        workspace.settings.engine = match (self, workspace.settings.engine) {
            (Self::Local, _) => EngineChoice::Local,
            (Self::Spark, EngineChoice::Local) => {
                return Err(Failure::config(
                    "`--engine spark`: `engine` in `archive.yaml` names no server (give one as `--engine sc://host:15002`)",
                ));
            }
            (Self::Spark, spark) => spark,
            (Self::Server(url), EngineChoice::Spark(spark)) => {
                EngineChoice::Spark(SparkEngine { url: url.clone(), ..spark })
            }
            (Self::Server(url), EngineChoice::Local) => EngineChoice::Spark(SparkEngine::at(url)),
        };
        Ok(workspace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_is_a_word_or_a_server_without_a_token() {
        assert_eq!("local".parse(), Ok(Engine::Local));
        assert_eq!("spark".parse(), Ok(Engine::Spark));
        assert_eq!("sc://h:1".parse(), Ok(Engine::Server("sc://h:1".to_owned())));
        let refused = "sc://h/;token=hunter2".parse::<Engine>().unwrap_err();
        assert!(refused.contains("environment") && !refused.contains("hunter2"), "{refused}");
        assert!("yarn".parse::<Engine>().is_err());
    }
}
