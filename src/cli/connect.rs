//! `coverledger check --connect`: whether Spark is there, and whether its executors can count.

use super::args::{Check, Global};
use super::screen::Screen;
use super::{Failure, load_with_keys, with_engine};
use coverledger_config::EngineChoice;

/// Asks the server, and has executors import the wheel and write to the archive's store.
pub async fn run(args: &Check, global: &Global, out: &mut Screen<'_>) -> Result<(), Failure> {
    let workspace = with_engine(load_with_keys(global)?, args.engine.as_ref())?;
    let EngineChoice::Spark(engine) = &workspace.settings.engine else {
        writeln!(out, "engine: this process; there is no server to ask")?;
        return Ok(());
    };
    tried(engine, &workspace, out).await
}

#[cfg(not(feature = "spark"))]
#[expect(clippy::unused_async, reason = "with Spark it waits for a server")]
async fn tried(
    _engine: &coverledger_config::SparkEngine,
    _workspace: &coverledger_config::Workspace,
    _out: &mut Screen<'_>,
) -> Result<(), Failure> {
    Err(crate::run::RunError::WithoutSpark.into())
}

#[cfg(feature = "spark")]
async fn tried(
    engine: &coverledger_config::SparkEngine,
    workspace: &coverledger_config::Workspace,
    out: &mut Screen<'_>,
) -> Result<(), Failure> {
    use crate::cluster::spark::{Opening, Spark};
    use crate::run::RunError;
    use crate::stores;
    use coverledger_archive::Holder;
    use std::time::Duration;

    let archive = stores::archive_for_recording(&workspace.settings).map_err(RunError::Store)?;
    let lease = Duration::from_secs(workspace.settings.lease_seconds.into());
    let opening = Opening { engine, archive: &archive, holder: Holder::this("check"), lease };
    let spark = Spark::open(opening).await.map_err(RunError::Cluster)?;
    let found = spark.check().await;
    let (server, place) = (spark.describe(), spark.uri().to_owned());
    spark.end().await;
    writeln!(out, "engine: {server} answers")?;
    let found = found.map_err(RunError::Cluster)?;
    writeln!(out, "  executors have coverledger {} on Python {}", found.version, found.python)?;
    writeln!(out, "  they write to `{place}` and read it back")?;
    Ok(())
}
