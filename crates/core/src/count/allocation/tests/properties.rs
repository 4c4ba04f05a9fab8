//! Whatever the interval, the zone and the slots: no count is lost or made.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use proptest::prelude::*;

use super::super::allot::Sharing;
use super::super::cuts;
use super::{Night, Sheet, micros};
use crate::model::{Change, Count, Eras, Figures, Measure, Turns};
use crate::time::{DayRule, Hint, Piece, SlotTable, Timeline, Zone};

const CLOCKS: &[(&str, &str)] = &[
    ("America/New_York", "00:00"),
    ("Australia/Lord_Howe", "00:00"),
    ("Asia/Kolkata", "04:00"),
    ("Pacific/Apia", "00:00"),
    ("Africa/Cairo", "00:00"),
    ("America/Sao_Paulo", "00:00"),
    ("America/Havana", "00:00"),
    ("Europe/London", "04:00"),
    ("Asia/Kathmandu", "00:00"),
    ("UTC", "00:00"),
];

/// Days on which one of these clocks did something odd, and plain ones.
const AROUND: &[&str] = &[
    "2026-03-08",
    "2026-11-01",
    "2026-04-05",
    "2026-10-04",
    "2011-12-30",
    "2023-04-28",
    "2018-02-18",
    "2018-11-04",
    "2026-03-29",
    "2026-10-25",
    "2026-06-15",
];

#[derive(Debug, Clone)]
struct Setting {
    clock: (&'static str, &'static str),
    /// Minutes after the day's start at which slots begin.
    slots: Vec<u16>,
    start_us: i64,
    length_us: i64,
    cuts_us: Vec<i64>,
}

impl Setting {
    fn slots(&self) -> Vec<(String, String)> {
        let hours: u16 = self.clock.1[..2].parse().unwrap();
        let mut starts: Vec<u16> = self.slots.iter().map(|minute| (hours * 60 + minute) % 1440).collect();
        starts.push(hours * 60);
        starts.sort_unstable();
        starts.dedup();
        let name = |minute: &u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        starts.iter().map(|minute| (name(minute), name(minute))).collect()
    }

    fn eras(&self) -> Eras {
        let mut eras = Night::in_zone("UTC", &[]).eras;
        eras.changes = self.cuts_us.iter().map(|cut| change(*cut)).collect();
        eras
    }

    fn pieces(&self, all_day: bool) -> Vec<Piece> {
        let rule = DayRule { zone: Zone::named(self.clock.0).unwrap(), starts_at: self.clock.1.parse().unwrap() };
        let slots = self.slots().into_iter().map(|(name, at)| (name, at.parse().unwrap())).collect();
        let slots = SlotTable::new(rule.starts_at, slots).unwrap();
        let span_us = (self.start_us - 1, self.start_us + self.length_us + 1);
        let cuts = cuts(&self.eras(), &Turns::default());
        let timeline = Timeline::over(&rule, (!all_day).then_some(&slots), span_us, &cuts);
        let mut pieces = Vec::new();
        timeline.cut(self.start_us, self.start_us + self.length_us, &mut Hint::default(), &mut pieces);
        pieces
    }

    fn night(&self) -> Night {
        let slots = self.slots();
        let slots: Vec<(&str, &str)> = slots.iter().map(|(name, at)| (name.as_str(), at.as_str())).collect();
        let first: Date =
            jiff::Timestamp::from_microsecond(self.start_us).unwrap().to_string()[..10].parse().unwrap();
        let dates = (-2..=self.length_us / 86_400_000_000 + 3).map(|day| first + day.days());
        let mut night = Night::of(self.clock.0, self.clock.1, &slots, dates);
        night.eras = self.eras();
        night
    }

    fn interval(&self) -> (i64, i64) {
        (self.start_us, self.start_us + self.length_us)
    }
}

fn change(at_us: i64) -> Change {
    Change {
        since: Date::constant(2026, 1, 1),
        at: jiff::Timestamp::from_microsecond(at_us).unwrap(),
        impression: None,
        redefined: BTreeMap::new(),
        introduced: BTreeMap::new(),
        withdrawn: BTreeMap::new(),
    }
}

fn setting() -> impl Strategy<Value = Setting> {
    let length = prop_oneof![1_i64..10, 1_i64..7_200_000_000, Just(86_400_000_000), 1_i64..=2_764_800_000_000];
    let slots = prop::collection::vec(prop_oneof![0_u16..1440, (0_u16..24).prop_map(|hour| hour * 60)], 0..7);
    let cuts = prop::collection::vec(0_i64..86_400_000_000, 0..3);
    (
        prop::sample::select(CLOCKS),
        prop::sample::select(AROUND),
        -86_400_000_000_i64..86_400_000_000,
        length,
        slots,
        cuts,
    )
        .prop_map(|(clock, around, shift, length_us, slots, cuts)| {
            let start_us = micros(&format!("{around}T00:00Z")) + shift;
            let mut cuts_us: Vec<i64> = cuts.iter().map(|cut| start_us + cut).collect();
            cuts_us.sort_unstable();
            Setting { clock, slots, start_us, length_us, cuts_us }
        })
}

fn measure() -> impl Strategy<Value = Measure> {
    let whole = prop_oneof![0_u64..20, 0_u64..1_000_000_000, Just(u64::MAX)];
    (whole, 0_u64..50, 0_u64..50).prop_map(|(value, less, more)| Measure {
        low: value.saturating_sub(less),
        value,
        high: value.saturating_add(more),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_cover_the_interval_and_each_place_comes_once(setting in setting(), all_day: bool) {
        let pieces = setting.pieces(all_day);
        let sum: u64 = pieces.iter().map(|piece| piece.overlap_us).sum();
        prop_assert_eq!(sum, setting.length_us.unsigned_abs());
        for (index, piece) in pieces.iter().enumerate() {
            prop_assert!(piece.overlap_us > 0);
            prop_assert!(pieces[index + 1..].iter().all(|later| later.place != piece.place));
        }
        let eras: Vec<u16> = pieces.iter().map(|piece| piece.place.era).collect();
        let inside = setting.cuts_us.iter().filter(|cut| setting.start_us < **cut && **cut < setting.interval().1);
        prop_assert!(eras.len() > 1 || inside.count() == 0, "a cut inside an interval cuts it");
    }

    #[test]
    fn shares_add_up_and_are_off_by_less_than_one(setting in setting(), measure in measure(), all_day: bool) {
        let pieces = setting.pieces(all_day);
        let mut row = Figures::default();
        row.put(Count::Entries, measure);
        let allotted = Sharing::default().allot(&row, &pieces);
        let parts: Vec<Measure> = allotted.iter().map(|figures| figures.get(Count::Entries).unwrap()).collect();
        prop_assert_eq!(parts.iter().map(|part| u128::from(part.value)).sum::<u128>(), u128::from(measure.value));
        prop_assert!(parts.iter().map(|part| u128::from(part.low)).sum::<u128>() <= u128::from(measure.low));
        prop_assert!(parts.iter().map(|part| u128::from(part.high)).sum::<u128>() >= u128::from(measure.high));
        for (part, piece) in parts.iter().zip(&pieces) {
            prop_assert!(part.low <= part.value && part.value <= part.high);
            let due = u128::from(measure.value) * u128::from(piece.overlap_us);
            let got = u128::from(part.value) * u128::from(setting.length_us.unsigned_abs());
            prop_assert!(due.abs_diff(got) < u128::from(setting.length_us.unsigned_abs()));
        }
    }

    #[test]
    fn days_follow_each_other_without_a_gap(setting in setting()) {
        let rule = DayRule { zone: Zone::named(setting.clock.0).unwrap(), starts_at: setting.clock.1.parse().unwrap() };
        let (start, end) = setting.interval();
        let [start, end] = [start, end].map(|at| jiff::Timestamp::from_microsecond(at).unwrap());
        let days: Vec<_> = rule.days_over(start, end).collect();
        prop_assert!(days[0].contains(start));
        prop_assert!(days.windows(2).all(|pair| pair[0].end == pair[1].start && pair[0].date < pair[1].date));
        prop_assert!(days.last().unwrap().end >= end);
    }

    #[test]
    fn what_is_allocated_is_what_was_delivered(setting in setting(), value in 0_u64..100_000, all_day: bool) {
        let row = Sheet::new().counts(setting.interval(), all_day, ("r", "c"), &[(Count::Entries, Measure::exact(value))]);
        let allocated = setting.night().page(row).allocate();
        let figures: Vec<&Figures> = allocated.facts.iter().flatten().map(|fact| &fact.figures).collect();
        prop_assert_eq!(figures.iter().map(|figures| figures.value.entries).sum::<u64>(), value);
        let prorated = figures.iter().map(|figures| figures.prorated.entries).sum::<u64>();
        prop_assert_eq!(prorated, if figures.len() > 1 { value } else { 0 });
    }

    #[test]
    fn days_are_allocated_alike_alone_and_together(
        setting in setting(),
        rows in prop::collection::vec((0_i64..300_000, 1_i64..200_000, 0_usize..3, 0_usize..3, 0_i64..3, any::<bool>()), 1..12),
        airings in prop::collection::vec((0_i64..300_000, prop::option::of(1_i64..90_000), 0_usize..3, 0_i64..2), 0..8),
        outside in prop::collection::vec((0_usize..12, 0_usize..6), 0..6),
    ) {
        let mut setting = setting;
        setting.length_us = 300_000_000_000;
        let mut night = setting.night();
        for (number, (start, length, room, cover, created, by_broadcast)) in rows.iter().enumerate() {
            let start_us = setting.start_us + start / 3600 * 3_600_000_000;
            let measure = Measure::exact(number as u64 + 1);
            let what = (["r1", "r2", "r3"][*room], ["a", "b", "log"][*cover]);
            let definition = usize::from(*by_broadcast);
            let sheet = Sheet::of(definition).made_at(*created)
                .counts((start_us, start_us + length / 3600 * 3_600_000_000 + 1), false, what, &[(Count::Entries, measure)]);
            let sheet = if *by_broadcast { sheet.in_parts().fallback_for(0) } else { sheet };
            night = night.page(sheet);
        }
        for (from, length, cover, created) in &airings {
            let at = |us: i64| jiff::Timestamp::from_microsecond(us).unwrap();
            let from_us = setting.start_us + from / 3600 * 3_600_000_000;
            let until = length.map(|length| format!(" {}", at(from_us + length * 1_000_000))).unwrap_or_default();
            night = night.page(Sheet::of(2).made_at(*created)
                .on_air(&format!("r1 {} {}{until}", ["a", "b", "c"][*cover], at(from_us))));
        }
        for (page, day) in outside {
            night = night.without(page, day);
        }
        let together = night.allocate();
        for day in 0..night.days.len() {
            let alone = night.allocate_days(&[day]);
            prop_assert_eq!(&alone.facts[0], &together.facts[day]);
            prop_assert_eq!(&alone.bars[0], &together.bars[day]);
            for page in 0..rows.len() + airings.len() {
                prop_assert_eq!(alone.outcome(page, 0), together.outcome(page, day));
            }
        }
    }

    #[test]
    fn a_newer_page_never_adds_to_an_older(setting in setting(), old in 0_u64..100, new in 0_u64..100, in_parts: bool) {
        let sheet = |created, value| {
            let sheet = Sheet::new().made_at(created);
            let sheet = if in_parts { sheet.in_parts() } else { sheet };
            sheet.counts(setting.interval(), false, ("r", "c"), &[(Count::Entries, Measure::exact(value))])
        };
        let both = setting.night().page(sheet(2, new)).page(sheet(1, old)).allocate();
        prop_assert_eq!(both.facts, setting.night().page(sheet(2, new)).allocate().facts);
    }
}
