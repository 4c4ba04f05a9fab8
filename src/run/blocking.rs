//! The one place where asynchronous code hands work to a thread: counting a batch and rendering tables.
//!
//! Everything else in a run waits for a store and shares one task. Work that computes for long would keep that task
//! from its stores, so it runs on Tokio's threads for blocking work and owns (or shares by `Arc`) what it needs.

use tracing::Span;

use tokio::sync::Semaphore;

use super::RunError;
use coverledger_archive::BoxError;

/// Runs `work` on a thread of its own, within the span of the caller.
///
/// # Errors
/// [`RunError::Worker`] if it panicked.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, RunError> {
    let span = Span::current();
    tokio::task::spawn_blocking(move || span.in_scope(work)).await.map_err(|_| RunError::Worker)
}

/// Renders tables, or reads them to render others, on a thread of its own. The permits bound how many are rendered at a time,
/// which bounds memory.
pub(super) async fn render<T: Send + 'static>(
    permits: &Semaphore,
    work: impl FnOnce() -> Result<T, BoxError> + Send + 'static,
) -> Result<T, BoxError> {
    let _permit = permits.acquire().await?;
    blocking(work).await?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_of_the_caller() {
        let panics = || -> () { panic!("planted") };
        assert!(matches!(blocking(panics).await, Err(RunError::Worker)));
        assert_eq!(blocking(|| 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_table_is_rendered_only_with_a_permit() {
        let permits = Semaphore::new(1);
        let taken = permits.acquire().await.unwrap();
        let mut rendered = Box::pin(render(&permits, || Ok(Vec::<u8>::new())));
        assert!(futures::poll!(&mut rendered).is_pending());
        tokio::task::yield_now().await;
        assert!(futures::poll!(&mut rendered).is_pending(), "nothing is rendered without a permit");
        drop(taken);
        assert!(rendered.await.unwrap().is_empty());
        assert_eq!(permits.available_permits(), 1);
    }
}
