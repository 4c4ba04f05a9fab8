//! The only file that reads variables of the environment: by name, and the keys of viewer groups and of returning viewers.
//!
//! Stores read their own credentials, as documented by the cloud providers. A reason why a variable cannot be used contains
//! no values.

use coverledger_config::{EngineChoice, SparkToken, Workspace};
use coverledger_core::model::ReturningKey;

/// A shorter key could be found by trying.
const FEWEST_KEY_CHARS: usize = 16;

/// The value of a variable.
///
/// # Errors
/// Why there is none.
#[expect(clippy::disallowed_methods, reason = "the one reading of the environment")]
pub fn read(variable: &str) -> Result<String, String> {
    match std::env::var(variable) {
        Ok(value) if !value.trim().is_empty() => Ok(value),
        Ok(_) => Err(format!("environment variable `{variable}` is empty")),
        Err(std::env::VarError::NotPresent) => Err(format!("environment variable `{variable}` is not set")),
        Err(std::env::VarError::NotUnicode(_)) => Err(format!("environment variable `{variable}` is not text")),
    }
}

/// The configuration with the key of viewer groups, if it names a variable for one.
///
/// # Errors
/// Why there is no such key.
pub fn with_viewer_groups_key(workspace: Workspace) -> Result<Workspace, String> {
    let Some(variable) = &workspace.settings.viewer_groups_key_env else { return Ok(workspace) };
    let key = read(variable)?;
    let key = key.trim();
    if key.chars().count() < FEWEST_KEY_CHARS {
        return Err(format!(
            "environment variable `{variable}`: a key of fewer than {FEWEST_KEY_CHARS} characters can be guessed"
        ));
    }
    Ok(workspace.with_viewer_groups_secret(key))
}

/// The configuration with the secret of returning viewers, if it names a variable for one.
///
/// # Errors
/// Why there is no such secret.
pub fn with_returning_key(workspace: Workspace) -> Result<Workspace, String> {
    let Some(returning) = &workspace.settings.returning else { return Ok(workspace) };
    let variable = returning.key_env.clone();
    let secret = read(&variable)?;
    let least = ReturningKey::LEAST_BYTES;
    workspace.with_returning_secret(secret.trim()).ok_or_else(|| {
        format!("environment variable `{variable}`: a secret of fewer than {least} bytes can be guessed")
    })
}

/// The configuration with the token of a Spark server, if it names a variable for one.
///
/// # Errors
/// Why there is no such token.
pub fn with_spark_token(workspace: Workspace) -> Result<Workspace, String> {
    let EngineChoice::Spark(spark) = &workspace.settings.engine else { return Ok(workspace) };
    let Some(variable) = &spark.token_env else { return Ok(workspace) };
    let token = read(variable)?.trim().to_owned();
    if token.is_empty() {
        return Err(format!("environment variable `{variable}` is empty"));
    }
    Ok(workspace.with_spark_token(SparkToken::new(token)))
}
