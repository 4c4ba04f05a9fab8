//! From signals to facts; the floor hashes both ids and stores one number per row, parted by the event's hash.

use std::hint::black_box;
use std::sync::Arc;

use coverledger::count::{
    CountJob, CountOptions, Engine as _, Input, LocalEngine, Memory, OpenCount as _, Placed, Scope,
    SignalWriter as _,
};
use coverledger::model::{Era, Id, Kinds, TurnNumber};
use criterion::{BatchSize, Criterion, Throughput};

const ROWS: u32 = 1_000_000;
const EXPORTS: u32 = 8;
const VIEWERS: u64 = 60_000;
const DAYS: usize = 12;
const STAGES: usize = 48;
const PARTS: usize = 256;
/// Every so many rows one comes twice.
const REDELIVERED: u64 = 50;

/// The ids of a row.
struct Ids {
    event: itoa::Buffer,
    viewer: itoa::Buffer,
}

impl Ids {
    fn of(&mut self, row: u64) -> (&str, &str) {
        let event = if row.is_multiple_of(REDELIVERED) { row / 2 } else { row };
        let viewer = row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        (
            self.event.format(7_700_000_000_000_000_000 + event),
            self.viewer.format(7_000_000_000 + viewer % VIEWERS),
        )
    }
}

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("count");
    group.sample_size(10).throughput(Throughput::Elements(ROWS.into()));
    for (name, by_event, bytes) in [
        ("with event ids", true, 1 << 34),
        ("with event ids, spilled", true, 8 << 20),
        ("without", false, 1 << 34),
    ] {
        let memory = || Memory::new(bytes, std::env::temp_dir(), 512);
        group.bench_function(name, |bencher| {
            bencher.iter_batched(memory, |memory| count(&memory, by_event), BatchSize::PerIteration);
        });
    }
    group.bench_function("floor", |bencher| bencher.iter(floor));
    group.finish();
}

fn count(memory: &Arc<Memory>, by_event: bool) -> usize {
    let mut scope = Scope::new(EXPORTS as usize, DAYS);
    for (export, day) in (0..EXPORTS as usize).flat_map(|export| (0..DAYS).map(move |day| (export, day))) {
        scope.cover(export, day);
    }
    let options = CountOptions { memory: Arc::clone(memory), threads: 1, expected_rows: ROWS.into() };
    let job = CountJob { exports: Vec::new(), days: Vec::new(), scope, bars: false };
    let counter = LocalEngine.open(job, options).expect("this machine");
    let mut writer = counter.writer();
    let mut ids = Ids { event: itoa::Buffer::new(), viewer: itoa::Buffer::new() };
    let per_export = ROWS / EXPORTS;
    for export in 0..EXPORTS {
        writer.begin(export as usize);
        for stage in 0..STAGES {
            writer.dimensions(&format!("a{}", stage % 6), &format!("r{}", stage / 12), &format!("c{}", stage % 4));
        }
        for record in 1..=per_export {
            let (event, viewer) = ids.of(u64::from(export * per_export + record));
            let at = record as usize;
            writer
                .push(&Input {
                    record,
                    occurred_us: 1_790_000_000_000_000 + i64::from(record) * 7_000,
                    kinds: [Kinds::IMPRESSION, Kinds::IMPRESSION, Kinds::CLICK, Kinds::ENTRY][at % 4],
                    dwell_ms: 0,
                    event_id: by_event.then(|| Id::of(event)),
                    viewer_id: Some(Id::of(viewer)),
                    place: Some(Placed {
                        dimensions: at % STAGES,
                        day: at / 20_000,
                        slot: at / 5_000 % 4,
                        era: Era(0),
                        turn: TurnNumber(0),
                        group: None,
                    }),
                })
                .expect("room to spill");
        }
        black_box(writer.end());
    }
    let left = writer.finish().expect("room to spill");
    counter.finish(vec![left]).expect("what was spilled").facts.len()
}

fn floor() -> Vec<Vec<u64>> {
    let mut parts: Vec<Vec<u64>> = vec![Vec::new(); PARTS];
    let mut ids = Ids { event: itoa::Buffer::new(), viewer: itoa::Buffer::new() };
    for row in 0..u64::from(ROWS) {
        let (event, viewer) = ids.of(row);
        let (event, part) = Id::hash_of(event);
        let (viewer, _) = Id::hash_of(viewer);
        parts[usize::try_from(part).unwrap_or_default() % PARTS].push(event ^ viewer);
    }
    parts
}
