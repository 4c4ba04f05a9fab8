//! A small week of the demo's exports, with its configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::PathBuf;

use coverledger::config::{self, Platform, Workspace};
use coverledger::demo::{Demo, DemoFormat};
use coverledger::export::{self, Cores, Excerpt, Found, Halt, Reach, Reading, Signals};
use coverledger::model::MarketId;
use coverledger::store::{IfMissing, Store};
use coverledger::time::Zone;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use tempfile::TempDir;

const EVENTS: u64 = 300_000;

/// Every date that an export of the week can have.
const EXPORT_DATES: std::ops::Range<i64> = 0..12;
const FIRST_EXPORT_DATE: Date = date(2026, 10, 24);

/// The exports of one format.
pub struct Week {
    dir: TempDir,
    pub workspace: Workspace,
    objects: Vec<Placed>,
    markets: BTreeMap<MarketId, Zone>,
}

/// An object, and which export of which platform it belongs to.
struct Placed {
    platform: String,
    export: usize,
    found: Found,
}

impl Week {
    pub fn new(format: DemoFormat) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let demo = Demo { events: EVENTS, format: Some(format), ..Demo::default() };
        demo.write(dir.path(), &|_| {}).expect("the demo's exports");
        let workspace =
            config::load(&dir.path().join("config"), &dir.path().join("jobs")).expect("its configuration");
        let store = Store::open_folder(&dir.path().join("exports"), IfMissing::Refuse).expect("its folder");
        let dates: BTreeSet<Date> =
            EXPORT_DATES.filter_map(|day| FIRST_EXPORT_DATE.checked_add(day.days()).ok()).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let mut objects = Vec::new();
        for (platform, definition) in &workspace.platforms {
            for (export, its) in definition.exports.iter().enumerate() {
                let found =
                    runtime.block_on(export::find(&store, its, &workspace.markets, &dates)).expect("a listing");
                let placed = |found| Placed { platform: platform.as_str().to_owned(), export, found };
                objects.extend(found.found.into_iter().map(placed));
            }
        }
        let markets = workspace.markets.iter().map(|(id, market)| (id.clone(), market.day.zone.clone())).collect();
        Self { dir, workspace, objects, markets }
    }

    /// The files.
    pub fn paths(&self) -> impl Iterator<Item = PathBuf> {
        self.objects.iter().map(|object| self.dir.path().join("exports").join(&object.found.object.key))
    }

    /// Reads every export, and says how many records there were.
    pub fn read<S: Signals>(&self, mut begin: impl FnMut(usize) -> S) -> u64 {
        let halt = Halt::new();
        let cores = Cores::default();
        let mut records = 0;
        for (number, (object, path)) in self.objects.iter().zip(self.paths()).enumerate() {
            let platform = self.platform(object);
            let reading = Reading {
                export: &platform.exports[object.export],
                entry_is_click: platform.entry_is_click(),
                path: &object.found.path,
                reach: &Reach::everything(),
                markets: &self.markets,
                stay_seconds: self.workspace.settings.stay_seconds,
                excerpt: Excerpt { chars: 200, viewer_ids: false },
                halt: &halt,
                cores: &cores,
                most_prints: 1 << 16,
            };
            let file = File::open(path).expect("an export");
            records += export::read(&reading, file, &mut begin(number)).expect("a sound export").rows_in;
        }
        records
    }

    fn platform(&self, object: &Placed) -> &Platform {
        let mut platforms = self.workspace.platforms.iter();
        platforms.find(|(id, _)| id.as_str() == object.platform).map(|(_, platform)| platform).expect("a platform")
    }
}
