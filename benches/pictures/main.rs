//! How many pictures are looked at in a second, and in how much memory: `pictures [LOOKS [THREADS [MODEL]]]`.
//!
//! The pictures are drawn first: covers of 1080 × 1350 as JPEG of quality 85, of which a thread looks at one after another.
//! With the file of a model of text, lines of text and faces are looked for as well. Without arguments nothing is done:
//! `cargo bench` runs every benchmark.

use std::io::Cursor;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use coverledger_picture::{Eye, Limits, TextModel};
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};

/// Different pictures; the looks go round them.
const PICTURES: u32 = 64;

/// Looks after which memory is told for the first time.
const WARM: usize = 256;

#[expect(clippy::print_stdout, reason = "a program of its own, whose answer is what it is run for")]
fn main() -> ExitCode {
    // `cargo bench` adds `--bench`.
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let Some(looks) = arguments.next() else { return ExitCode::SUCCESS };
    let threads = arguments.next().map_or(Ok(2), |threads| threads.parse());
    let model = arguments.next().map(|file| std::fs::read(file).ok().and_then(|file| TextModel::load(file).ok()));
    let (Ok(looks), Ok(threads), None | Some(Some(_))) = (looks.parse::<usize>(), threads, &model) else {
        eprintln!("usage: pictures [LOOKS [THREADS [MODEL]]], the last a file of a model of text");
        return ExitCode::FAILURE;
    };
    let model = model.flatten();
    let pictures: Vec<Vec<u8>> = (0..PICTURES).map(cover).collect();
    let bytes: usize = pictures.iter().map(Vec::len).sum();
    println!("{PICTURES} pictures of {} KB", bytes / pictures.len() / 1000);
    for (name, looks) in [("warm", WARM), ("all", looks)] {
        let before = processor_ms();
        let (next, seen) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let began = Instant::now();
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    let looking = Eye::new(Limits::default(), model.clone(), model.is_some());
                    let Ok(mut eye) = looking else { return };
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        if at >= looks {
                            return;
                        }
                        if eye.look(&pictures[at % pictures.len()]).is_ok() {
                            seen.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        let (seconds, seen) = (began.elapsed().as_secs_f64(), seen.into_inner());
        #[expect(clippy::cast_precision_loss, reason = "a count of pictures")]
        let rate = seen as f64 / seconds;
        println!("{name}: {seen} of {looks} pictures in {seconds:.1} s on {threads} threads, {rate:.1} a second");
        // Of a machine that is busy with other things as well, this tells more.
        let took = processor_ms().zip(before).map_or(0, |(after, before)| (after - before) / looks.max(1) as u64);
        println!("{name}: {took} ms of processor time a picture; {}", memory());
    }
    ExitCode::SUCCESS
}

/// What this process has taken of processors, where Linux tells: in its ticks of 10 ms.
fn processor_ms() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the name, which may hold anything: the state, ten numbers, and the ticks of the program and of its calls.
    let ticks = stat.rsplit_once(')')?.1.split_whitespace().skip(11).take(2);
    Some(ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10)
}

/// What this process takes and has taken, where Linux tells.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let told = status.lines().filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS"));
    told.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(", ")
}

/// A picture with slopes, discs, a block of colour and grain, another for each seed.
fn cover(seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    let mut draw = move |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    let discs: Vec<[u32; 6]> =
        (0..12).map(|_| [draw(1080), draw(1350), 20 + draw(220), draw(256), draw(256), draw(256)]).collect();
    let picture = RgbImage::from_fn(1080, 1350, |x, y| {
        let mut colour = [60 + x / 12, 200 - y / 10, 90 + (x + y) / 20];
        for [right, down, radius, red, green, blue] in &discs {
            let (away_x, away_y) = (x.abs_diff(*right), y.abs_diff(*down));
            if away_x * away_x + away_y * away_y < radius * radius {
                colour = [*red, *green, *blue];
            }
        }
        let grain = draw(24);
        Rgb(colour.map(|level| u8::try_from((level + grain).min(255)).unwrap_or(u8::MAX)))
    });
    let mut file = Cursor::new(Vec::new());
    // A file in memory can always be written; an empty one would be counted as not seen.
    let _ = JpegEncoder::new_with_quality(&mut file, 85).encode_image(&picture);
    file.into_inner()
}
