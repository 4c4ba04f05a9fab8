//! Publishes counted batches, one after the other, while the next one is read.

use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::leasing::Leasing;
use super::progress::{Observer, Step};
use super::publishing::Publisher;
use super::reading::CountedBatch;
use super::{Disposition, RunError};
use crate::plan::Batch;
use coverledger_core::model::MarketDay;

/// Market-days with how each ended.
type Days = Vec<(MarketDay, Disposition)>;

/// The sender of a [`PublishWorker`]: what it is sent is carried out and reported in this order.
pub(super) struct PublishQueue<'a> {
    orders: UnboundedSender<Order<'a>>,
    /// One permit: the batch that is being published holds it.
    in_hand: Arc<Semaphore>,
}

enum Order<'a> {
    Report(MarketDay, Disposition),
    Publish(Box<Publication<'a>>),
}

struct Publication<'a> {
    publisher: Publisher<'a>,
    batch: Batch<'a>,
    counted: CountedBatch,
    in_hand: OwnedSemaphorePermit,
}

impl<'a> PublishQueue<'a> {
    /// Reports how a market-day ended, after everything that was sent before.
    ///
    /// # Errors
    /// [`RunError::Worker`] if the worker has failed; its own error says why.
    pub(super) fn report(&self, market_day: MarketDay, disposition: Disposition) -> Result<(), RunError> {
        self.orders.send(Order::Report(market_day, disposition)).map_err(|_| RunError::Worker)
    }

    /// Hands a batch over to be published, once the batch before it is: so one is published while one is read, and
    /// none waits between them.
    ///
    /// # Errors
    /// As those of [`PublishQueue::report`].
    pub(super) async fn publish(
        &self,
        publisher: Publisher<'a>,
        batch: Batch<'a>,
        counted: CountedBatch,
    ) -> Result<(), RunError> {
        let in_hand = self.idle().await?;
        let publication = Publication { publisher, batch, counted, in_hand };
        self.orders.send(Order::Publish(Box::new(publication))).map_err(|_| RunError::Worker)
    }

    /// Waits until every batch that was handed over is published.
    ///
    /// # Errors
    /// As those of [`PublishQueue::report`].
    pub(super) async fn idle(&self) -> Result<OwnedSemaphorePermit, RunError> {
        let permit = Arc::clone(&self.in_hand).acquire_owned().await.map_err(|_| RunError::Worker)?;
        if self.orders.is_closed() { Err(RunError::Worker) } else { Ok(permit) }
    }
}

/// Publishes batches in the order in which they are queued, and releases their leases.
pub(super) struct PublishWorker<'a> {
    orders: UnboundedReceiver<Order<'a>>,
    leasing: &'a Leasing<'a>,
    observer: Observer<'a>,
}

impl<'a> PublishWorker<'a> {
    pub(super) fn new(leasing: &'a Leasing<'a>, observer: Observer<'a>) -> (PublishQueue<'a>, Self) {
        let (sender, orders) = unbounded_channel();
        let queue = PublishQueue { orders: sender, in_hand: Arc::new(Semaphore::new(1)) };
        (queue, Self { orders, leasing, observer })
    }

    /// Works until the queue is dropped. Gives how every market-day ended.
    pub(super) async fn run(mut self) -> Result<Days, RunError> {
        let mut days = Days::new();
        let mut report = |market_day: &MarketDay, disposition: Disposition| {
            (self.observer)(&Step::Done { market_day, disposition: &disposition });
            days.push((market_day.clone(), disposition));
        };
        while let Some(order) = self.orders.recv().await {
            match order {
                Order::Report(market_day, disposition) => report(&market_day, disposition),
                Order::Publish(publication) => {
                    let Publication { publisher, batch, counted, in_hand } = *publication;
                    publisher.publish(&batch, counted, &mut report).await?;
                    self.leasing.release(&batch).await;
                    drop(in_hand);
                }
            }
        }
        Ok(days)
    }
}
