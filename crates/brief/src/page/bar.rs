//! Intervals as bars: a band is 95 %, a dot the estimate. A dotted line and a hollow dot say that there is no interval.

use maud::{Markup, html};

use super::Interval;
use super::svg::{Axis, Svg};

/// Colours of a bar: each stands for a word beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// Nothing is said by it.
    Plain,
    /// On air, or to be put there.
    Act,
    /// To be taken off, failed, lost.
    Bad,
    /// Won, held.
    Good,
}

impl Tone {
    const fn band(self) -> &'static str {
        match self {
            Self::Plain => "w",
            Self::Act => "w a",
            Self::Bad => "w b",
            Self::Good => "w g",
        }
    }

    const fn dot(self) -> &'static str {
        match self {
            Self::Plain => "d",
            Self::Act => "d a",
            Self::Bad => "d b",
            Self::Good => "d g",
        }
    }
}

/// A bar with the lines of its axis.
pub(super) struct Bar {
    axis: Axis,
    svg: Svg,
    height: u32,
}

impl Bar {
    pub(super) fn new(axis: Axis, height: u32) -> Self {
        let mut svg = Svg::new("iv", height);
        for tick in axis.ticks() {
            let class = if tick == 0.0 && axis.from < 0.0 { "z" } else { "gr" };
            svg.upright(class, axis.at(tick), 0.0, f64::from(height));
        }
        Self { axis, svg, height }
    }

    /// On a line, without ticks: two below each other are compared with one another.
    pub(super) fn slim(axis: Axis) -> Self {
        let mut svg = Svg::new("iv", 16);
        svg.level("gr", 0.0, 100.0, 8.0);
        svg.upright("gr", 0.0, 4.0, 12.0);
        Self { axis, svg, height: 16 }
    }

    /// A gain from which a change is worth it.
    pub(super) fn worth(mut self, worth: Option<f64>) -> Self {
        if let Some(worth) = worth.filter(|worth| self.axis.holds(*worth)) {
            self.svg.upright("wt", self.axis.at(worth), 0.0, f64::from(self.height));
        }
        self
    }

    /// What is exceeded with 95 %.
    pub(super) fn proven(mut self, proven: Option<f64>) -> Self {
        if let Some(proven) = proven {
            let middle = f64::from(self.height) / 2.0;
            self.svg.upright("pv", self.axis.at(proven), middle - 5.0, middle + 5.0);
        }
        self
    }

    pub(super) fn interval(mut self, interval: &Interval, tone: Tone) -> Self {
        let middle = f64::from(self.height) / 2.0;
        let Some(point) = interval.point.value else { return self };
        let at = |value: f64| self.axis.at(value);
        match (interval.low.value, interval.high.value) {
            (Some(low), Some(high)) => {
                self.svg.level(tone.band(), at(low), at(high), middle);
                if self.axis.holds(point) {
                    self.svg.dot(tone.dot(), at(point), middle);
                }
            }
            _ if self.axis.holds(point) => self.svg.dot("d h", at(point), middle),
            _ => {}
        }
        self
    }

    /// Nothing is held against itself: a dot on the line.
    pub(super) fn nought(mut self) -> Self {
        self.svg.dot("d", self.axis.at(0.0), f64::from(self.height) / 2.0);
        self
    }

    /// A part of a sum, from 0.
    pub(super) fn part(mut self, class: &'static str, value: Option<f64>, y: f64) -> Self {
        if let Some(value) = value {
            self.svg.block(class, self.axis.at(0.0), self.axis.at(value), y, 7.0);
        }
        self
    }

    /// The doubt about a part.
    pub(super) fn whisker(mut self, interval: &Interval, y: f64) -> Self {
        if let (Some(low), Some(high)) = (interval.low.value, interval.high.value) {
            self.svg.level("hw", self.axis.at(low), self.axis.at(high), y);
        }
        self
    }

    pub(super) fn done(self) -> Markup {
        self.svg.done()
    }
}

/// The numbers of an axis, for the head of a column; every other one goes where there is little room.
pub(super) fn scale(axis: Axis, write: impl Fn(f64) -> String) -> Markup {
    let mut svg = Svg::new("iv", 18);
    for (at, tick) in axis.ticks().enumerate() {
        // The one at 0 stays.
        let from_zero = (tick / axis.step).abs().round();
        let class =
            if axis.from < 0.0 && from_zero % 2.0 != 0.0 || axis.from >= 0.0 && at % 2 != 0 { "hide" } else { "" };
        svg.tick(class, axis.at(tick), &write(tick));
    }
    html! { (svg.done()) }
}
