//! Who is told of a query while it lasts, and may cancel it.

use std::future::{Future, pending};
use std::io;

/// Is told of a query while it lasts, and may cancel it.
pub trait Watch: Sync {
    /// A query is about to be sent under this operation id, a UUID. It is not sent before this returns, so that a driver that is
    /// killed leaves the id behind. It may be called twice for one query, with another id, when the first never arrived.
    ///
    /// # Errors
    /// When the id cannot be noted; then the query is not sent.
    fn on_operation(&self, operation: &str) -> io::Result<()>;

    /// The server said how far it is, or rows arrived.
    fn on_progress(&self, progress: &Progress) {
        let _ = progress;
    }

    /// Ends when the query is to be cancelled; it is then interrupted on the server. By default never.
    fn cancelled(&self) -> impl Future<Output = ()> + Send {
        pending()
    }
}

/// Nobody watches: nothing is noted, nothing cancels. For tries that change nothing.
#[derive(Debug, Clone, Copy)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn on_operation(&self, _operation: &str) -> io::Result<()> {
        Ok(())
    }
}

/// How far a query is. Servers that say nothing of stages (Sail) leave them empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Stages that the server has told of, in its order.
    pub stages: Vec<Stage>,
    /// Tasks that run now, on all executors.
    pub running_tasks: u64,
    /// Rows of the answer that have arrived.
    pub rows: u64,
}

/// A stage of a query on Spark: tasks between two shuffles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The server's number.
    pub id: i64,
    /// Its tasks.
    pub tasks: u64,
    /// Those that are done.
    pub done_tasks: u64,
    /// What they have read, in bytes.
    pub read_bytes: u64,
    /// All is done.
    pub done: bool,
}
