//! Are intervals, probabilities and findings of these tables as often right as they say? Markets whose truth is known,
//! drawn by seed. Tests that are ignored print the tables of `docs/STATISTICS.md`.

mod pairs;
mod rates;
mod slots;
mod together;

use coverledger_stats::SeededRng;

/// How often something was so, of how many times.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    so: f64,
    all: f64,
}

impl Share {
    fn note(&mut self, is_so: bool) {
        self.so += f64::from(u8::from(is_so));
        self.all += 1.0;
    }

    fn get(self) -> f64 {
        self.so / self.all
    }

    /// In percent.
    fn percent(self) -> String {
        format!("{:.1}", self.get() * 100.0)
    }
}

/// A positive factor with a mean of 1 and this standard deviation of its logarithm.
fn lognormal(chance: &mut SeededRng, sd: f64) -> f64 {
    (sd * chance.normal() - sd * sd / 2.0).exp()
}

/// A count of about so many.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and positive")]
fn whole(number: f64) -> u64 {
    number.round().max(1.0) as u64
}
