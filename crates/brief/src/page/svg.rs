//! Drawings: numbers and our own words only, so nothing in them needs escaping. Placed in per cent, so that text keeps its
//! size at every width and no style attribute is needed.

use std::fmt::Write as _;

use maud::{Markup, PreEscaped};

/// A drawing that is being made.
pub(super) struct Svg {
    text: String,
}

impl Svg {
    /// As wide as what is around it.
    pub(super) fn new(class: &'static str, height: u32) -> Self {
        Self { text: format!("<svg class=\"{class}\" height=\"{height}\" aria-hidden=\"true\">") }
    }

    /// Upright, over the whole height.
    pub(super) fn upright(&mut self, class: &'static str, x: f64, from: f64, to: f64) {
        self.line(class, x, x, from, to);
    }

    /// Level.
    pub(super) fn level(&mut self, class: &'static str, from: f64, to: f64, y: f64) {
        self.line(class, from, to, y, y);
    }

    fn line(&mut self, class: &'static str, x1: f64, x2: f64, y1: f64, y2: f64) {
        let (x1, x2) = (Percent(x1), Percent(x2));
        // Text takes text, here and below.
        let _ = write!(self.text, "<line class=\"{class}\" x1=\"{x1}\" x2=\"{x2}\" y1=\"{y1}\" y2=\"{y2}\"/>");
    }

    pub(super) fn dot(&mut self, class: &'static str, x: f64, y: f64) {
        let _ = write!(self.text, "<circle class=\"{class}\" cx=\"{}\" cy=\"{y}\" r=\"3.5\"/>", Percent(x));
    }

    pub(super) fn block(&mut self, class: &'static str, from: f64, to: f64, y: f64, height: f64) {
        let (x, width) = (Percent(from.min(to)), Percent((to - from).abs()));
        let _ = write!(
            self.text,
            "<rect class=\"{class}\" x=\"{x}\" width=\"{width}\" y=\"{y}\" height=\"{height}\"/>"
        );
    }

    /// A number of an axis.
    pub(super) fn tick(&mut self, class: &'static str, x: f64, text: &str) {
        let x = Percent(x);
        let _ =
            write!(self.text, "<text class=\"{class}\" x=\"{x}\" y=\"12\" text-anchor=\"middle\">{text}</text>");
    }

    pub(super) fn done(mut self) -> Markup {
        self.text.push_str("</svg>");
        PreEscaped(self.text)
    }
}

struct Percent(f64);

impl std::fmt::Display for Percent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{:.2}", self.0);
        write!(f, "{}%", text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// An axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    /// The value at its left end.
    pub(super) from: f64,
    /// That at its right end.
    pub(super) to: f64,
    /// From a tick to the next.
    pub(super) step: f64,
}

impl Axis {
    /// From 0 to where all of the values have room.
    pub(super) fn from_zero(values: impl Iterator<Item = f64>) -> Self {
        let most = values.fold(0.0, f64::max);
        let step = nice(most / 4.0);
        Self { from: 0.0, to: step * (most / step).ceil().max(2.0), step }
    }

    /// As far to either side of 0 as the values go, but no further than `limit` to the right.
    pub(super) fn around_zero(values: impl Iterator<Item = f64>, limit: f64) -> Self {
        let (least, most) =
            values.fold((0.0_f64, 0.0_f64), |(least, most), value| (least.min(value), most.max(value)));
        let (least, most) = (least.max(-limit), most.min(limit));
        let step = nice((most - least) / 4.0);
        let from = (least / step).floor() * step;
        let to = (most / step).ceil() * step;
        Self { from: from.min(-step), to: to.max(step), step }
    }

    /// Where a value stands, in per cent of the width; what lies outside is put on the edge.
    pub(super) fn at(self, value: f64) -> f64 {
        ((value - self.from) / (self.to - self.from) * 100.0).clamp(0.0, 100.0)
    }

    pub(super) fn ticks(self) -> impl Iterator<Item = f64> {
        let first = (self.from / self.step).round();
        let count = ((self.to - self.from) / self.step).round();
        std::iter::successors(Some(0.0), move |at| (*at < count).then_some(at + 1.0))
            .map(move |at| (first + at) * self.step)
    }

    pub(super) fn holds(self, value: f64) -> bool {
        (self.from..=self.to).contains(&value)
    }
}

/// The next of 1, 2, 2.5 and 5 times a power of ten.
fn nice(step: f64) -> f64 {
    if !step.is_finite() || step <= 0.0 {
        return 0.01;
    }
    let power = 10_f64.powf(step.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|times| times * power)
        .find(|nice| *nice >= step * 0.999)
        .unwrap_or(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_room_for_its_values_and_round_ticks() {
        let axis = Axis::from_zero([0.011, 0.074].into_iter());
        assert_eq!((axis.from, axis.step), (0.0, 0.02));
        assert!((axis.to - 0.08).abs() < 1e-12);
        assert_eq!(axis.ticks().count(), 5);
        let axis = Axis::around_zero([-0.9, 0.3].into_iter(), 1.0);
        assert!(axis.holds(-0.9) && axis.holds(0.3), "{axis:?}");
        assert!((axis.at(-9.0) - 0.0).abs() < 1e-12);
        let axis = Axis::around_zero(std::iter::empty(), 1.0);
        assert!(axis.at(0.0) > 0.0 && axis.at(0.0) < 100.0);
    }
}
