//! Writes the exports, with one thread for each platform, since platforms are independent of each other.

use std::path::Path;
use std::sync::mpsc::{self, Sender};
use std::thread;

use super::Demo;
use super::calendar::Calendar;
use super::counted::Reports;
use super::error::DemoError;
use super::export::ExportFiles;
use super::plan::Broadcast;
use super::platform::PLATFORMS;
use super::random::SeededRng;
use super::rows::DemoRows;
use super::sink::Sink;
use super::viewer::{self, ViewerPools};

/// The random streams of broadcasts begin at this number, far from those of the plan.
const STREAMS: u64 = 1 << 40;

/// Rows between two reports of progress.
const REPORT_ROWS: u64 = 20_000;

/// The numbers of written files and rows.
#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) exports: u64,
    pub(super) rows: u64,
}

/// Writes all exports below `root`.
pub(super) fn write_exports(
    root: &Path,
    demo: &Demo,
    calendar: &Calendar,
    broadcasts: &[Broadcast],
    progress: &dyn Fn(u64),
) -> Result<Tally, DemoError> {
    let all: u64 = broadcasts.iter().map(|broadcast| broadcast.weight).sum();
    thread::scope(|scope| {
        let (news, told) = mpsc::channel();
        let mut workers = Vec::with_capacity(PLATFORMS.len());
        for platform in &PLATFORMS {
            let list: Vec<&Broadcast> =
                broadcasts.iter().filter(|broadcast| broadcast.platform.number == platform.number).collect();
            let weight = list.iter().map(|broadcast| broadcast.weight).sum();
            let rows = portion(demo.events, weight, all);
            let format = demo.format.unwrap_or(platform.format);
            let shelf = ExportFiles::new(root, platform, (format, demo.rows), calendar)?;
            let reports = match demo.rows {
                DemoRows::Events => None,
                DemoRows::Counts => Some(Reports::new(root, platform, format, calendar)?),
            };
            let task = Task { list, rows, weight, seed: demo.seed, news: news.clone() };
            workers.push(scope.spawn(move || task.write(Sink::new(shelf, reports))));
        }
        drop(news);
        let mut rows = 0;
        for more in told {
            rows += more;
            progress(rows);
        }
        let mut tally = Tally::default();
        for worker in workers {
            let one = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            tally.exports += one.exports;
            tally.rows += one.rows;
        }
        Ok(tally)
    })
}

/// The part of `whole` in proportion to `weight` of `all`.
fn portion(whole: u64, weight: u64, all: u64) -> u64 {
    let part = u128::from(whole) * u128::from(weight) / u128::from(all.max(1));
    u64::try_from(part).unwrap_or(u64::MAX)
}

/// The exports of one platform.
struct Task<'w> {
    list: Vec<&'w Broadcast>,
    /// Rows to write.
    rows: u64,
    /// The sum of the broadcasts' weights.
    weight: u64,
    seed: u64,
    news: Sender<u64>,
}

impl<'w> Task<'w> {
    fn write(self, mut sink: Sink<'w>) -> Result<Tally, DemoError> {
        let pools = ViewerPools::for_rows(self.rows);
        let mut weight = 0;
        let mut told = 0;
        for broadcast in &self.list {
            // An afternoon show in Sydney is on the previous day in California, and no earlier.
            sink.finish_before(broadcast.local_date.yesterday()?)?;
            weight += broadcast.weight;
            let target = portion(self.rows, weight, self.weight);
            let mut rng = SeededRng::new(self.seed, STREAMS + broadcast.number);
            while sink.rows() < target {
                viewer::visit(broadcast, &pools, &mut rng, &mut |row, rng| sink.put(row, rng))?;
                if sink.rows() - told >= REPORT_ROWS {
                    self.tell(sink.rows() - told);
                    told = sink.rows();
                }
            }
        }
        sink.finish()?;
        self.tell(sink.rows() - told);
        Ok(sink.tally())
    }

    /// If the receiver is gone, another platform has failed, and its error is returned.
    fn tell(&self, rows: u64) {
        let _ = self.news.send(rows);
    }
}
