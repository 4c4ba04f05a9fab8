//! From the bytes of an export to signals; the floor decodes and hashes, or decompresses and splits.

use std::hint::black_box;
use std::path::Path;

use coverledger::demo::DemoFormat;
use coverledger::export::{Signal, Signals};
use coverledger::model::Dimensions;
use criterion::{Criterion, Throughput};

#[path = "../floor/files.rs"]
mod files;

use super::week::Week;
use files::{Result, Sum};

/// What is least done with a file.
type Floor = fn(&Path) -> Result<Sum>;

/// Takes signals and forgets them.
struct Nowhere;

impl Signals for Nowhere {
    fn stage(&mut self, _: &Dimensions) {}

    fn signal(&mut self, signal: &Signal<'_>) {
        black_box((signal.event_id.map(|id| id.hash()), signal.credited_us));
    }
}

pub fn bench(criterion: &mut Criterion) {
    let formats: [(_, _, Floor); 3] = [
        ("parquet", DemoFormat::Parquet, files::parquet),
        ("csv.gz", DemoFormat::CsvGz, files::csv),
        ("ndjson.gz", DemoFormat::NdjsonGz, files::ndjson),
    ];
    for (name, format, floor) in formats {
        let week = Week::new(format);
        let mut group = criterion.benchmark_group(format!("decode {name}"));
        group.sample_size(10).throughput(Throughput::Elements(week.read(|_| Nowhere)));
        group.bench_function("coverledger", |bencher| bencher.iter(|| week.read(|_| Nowhere)));
        group.bench_function("floor", |bencher| {
            bencher.iter(|| week.paths().map(|path| floor(&path).expect("a sound export").0).sum::<u64>());
        });
        group.finish();
    }
}
