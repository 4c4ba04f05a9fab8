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
use super::quality::{self, Watched};
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

impl Tally {
    fn and(self, other: Self) -> Self {
        Self { exports: self.exports + other.exports, rows: self.rows + other.rows }
    }
}

/// Writes all exports below `root`.
pub(super) fn write_exports(
    root: &Path,
    demo: &Demo,
    calendar: &Calendar,
    broadcasts: &[Broadcast],
    progress: &dyn Fn(u64),
) -> Result<Tally, DemoError> {
    let all: u64 = broadcasts.iter().map(|broadcast| quality::weight_of(demo, broadcast)).sum();
    let platforms = demo.platforms();
    thread::scope(|scope| {
        let (news, told) = mpsc::channel();
        let mut workers = Vec::with_capacity(platforms.len());
        for platform in platforms {
            let list: Vec<&Broadcast> =
                broadcasts.iter().filter(|broadcast| broadcast.platform.number == platform.number).collect();
            let weight = list.iter().map(|broadcast| quality::weight_of(demo, broadcast)).sum();
            let rows = portion(demo.events, weight, all);
            let format = demo.format.unwrap_or(platform.format);
            let shelf = ExportFiles::new(root, platform, (format, demo.rows), calendar)?;
            let reports = match demo.rows {
                DemoRows::Events => None,
                DemoRows::Counts => Some(Reports::new(root, platform, format, calendar)?),
            };
            let watched = Watched::of(demo, root, platform, rows, calendar)?;
            let task = Task { demo, list, rows, weight, watched, news: news.clone() };
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
            tally = tally.and(one);
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
    demo: &'w Demo,
    list: Vec<&'w Broadcast>,
    /// Rows to write.
    rows: u64,
    /// The sum of the broadcasts' weights.
    weight: u64,
    /// The viewers and the telemetry, if a player watches this platform.
    watched: Option<Watched<'w>>,
    news: Sender<u64>,
}

impl<'w> Task<'w> {
    fn write(mut self, mut sink: Sink<'w>) -> Result<Tally, DemoError> {
        let mut watched = self.watched.take();
        let pools = ViewerPools::for_rows(self.rows);
        let mut weight = 0;
        let mut told = 0;
        for broadcast in &self.list {
            // An afternoon show in Sydney is on the previous day in California, and no earlier.
            sink.finish_before(broadcast.local_date.yesterday()?)?;
            weight += quality::weight_of(self.demo, broadcast);
            let target = portion(self.rows, weight, self.weight);
            let mut rng = SeededRng::new(self.demo.seed, STREAMS + broadcast.number);
            if let Some(watched) = &mut watched {
                watched.draw(broadcast, target, &mut sink, &mut rng)?;
                self.tell(sink.rows() - told);
                told = sink.rows();
                continue;
            }
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
        let views = watched.map_or(Ok(Tally::default()), Watched::finish)?;
        Ok(sink.tally().and(views))
    }

    /// If the receiver is gone, another platform has failed, and its error is returned.
    fn tell(&self, rows: u64) {
        let _ = self.news.send(rows);
    }
}
