//! Publishes what was counted, in order, while the next is read.

use std::cell::Cell;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Scope, ScopedJoinHandle};

use tokio::runtime::Handle;
use tracing::Span;

use super::leasing::Leasing;
use super::progress::{Observer, Step};
use super::publishing::Publisher;
use super::reading::CountedBatch;
use super::{Disposition, RunError};
use crate::plan::Batch;
use coverledger_core::model::MarketDay;

/// What became of market-days.
type Days = Vec<(MarketDay, Disposition)>;

/// A thread that publishes one batch after the other, and tells of market-days in the order in which it is told.
pub(super) struct Press<'scope, 'env> {
    orders: Sender<Order<'env>>,
    published: Receiver<()>,
    is_at_work: Cell<bool>,
    thread: ScopedJoinHandle<'scope, Result<Days, RunError>>,
}

enum Order<'env> {
    Tell(MarketDay, Disposition),
    Publish(Box<(Publisher<'env>, Batch<'env>, CountedBatch)>),
}

impl<'scope, 'env> Press<'scope, 'env> {
    pub(super) fn start(
        scope: &'scope Scope<'scope, 'env>,
        handle: Handle,
        leasing: &'env Leasing<'env>,
        observer: Observer<'env>,
    ) -> Self {
        let (orders, taken) = channel();
        let (done, published) = channel();
        let span = Span::current();
        let thread = scope.spawn(move || {
            let _entered = span.enter();
            work_off(&taken, &done, &handle, leasing, observer)
        });
        Self { orders, published, is_at_work: Cell::new(false), thread }
    }

    /// Says what became of a market-day, once all is told that comes before it. An error if the press has broken down.
    pub(super) fn tell(&self, market_day: MarketDay, disposition: Disposition) -> Result<(), RunError> {
        self.orders.send(Order::Tell(market_day, disposition)).map_err(|_| RunError::Worker)
    }

    /// Publishes a batch and lets go of its leases, as soon as the batch before it is published: no more than one is
    /// kept waiting.
    pub(super) fn publish(
        &self,
        publisher: Publisher<'env>,
        batch: Batch<'env>,
        counted: CountedBatch,
    ) -> Result<(), RunError> {
        self.wait()?;
        self.is_at_work.set(true);
        let order = Order::Publish(Box::new((publisher, batch, counted)));
        self.orders.send(order).map_err(|_| RunError::Worker)
    }

    /// Waits until everything is published that was to be.
    pub(super) fn wait(&self) -> Result<(), RunError> {
        if self.is_at_work.replace(false) { self.published.recv().map_err(|_| RunError::Worker) } else { Ok(()) }
    }

    /// What became of all market-days, or why it broke down.
    pub(super) fn end(self) -> Result<Days, RunError> {
        drop(self.orders);
        self.thread.join().map_err(|_| RunError::Worker)?
    }
}

fn work_off<'env>(
    orders: &Receiver<Order<'env>>,
    done: &Sender<()>,
    handle: &Handle,
    leasing: &Leasing<'_>,
    observer: Observer<'env>,
) -> Result<Days, RunError> {
    let mut days = Days::new();
    let mut tell = |market_day: &MarketDay, disposition: Disposition| {
        observer(&Step::Done { market_day, disposition: &disposition });
        days.push((market_day.clone(), disposition));
    };
    for order in orders {
        match order {
            Order::Tell(market_day, disposition) => tell(&market_day, disposition),
            Order::Publish(order) => {
                let (publisher, batch, counted) = *order;
                publisher.publish(&batch, counted, handle, &mut tell)?;
                handle.block_on(leasing.release(&batch));
                // Whoever reads may have ended already.
                let _ = done.send(());
            }
        }
    }
    Ok(days)
}
