//! The festival of lights: lamps, patterns of coloured powder, marigolds, sweets and fireworks.

use super::canvas::{Canvas, Ink, WIDTH, between};

const CLAY: Ink = [150, 78, 46];
const FLAME: Ink = [255, 214, 92];
const GLOW: Ink = [255, 168, 38];
const WHITE: Ink = [255, 250, 238];
const NIGHT: Ink = [44, 18, 66];

/// Points of a circle of 100, for the twelve hours of a clock.
const HOURS: [(i32, i32); 12] = [
    (0, -100),
    (50, -87),
    (87, -50),
    (100, 0),
    (87, 50),
    (50, 87),
    (0, 100),
    (-50, 87),
    (-87, 50),
    (-100, 0),
    (-87, -50),
    (-50, -87),
];

pub(super) fn lamps(canvas: &mut Canvas, count: i32) {
    for nth in 0..count {
        let (x, y) = (WIDTH * (2 * nth + 1) / (2 * count), 820 + nth % 2 * 190);
        let size = 640 / count;
        canvas.disc((x, y - size), size, between(GLOW, NIGHT, 1, 2));
        canvas.ellipse((x, y - size), (size / 3, size * 3 / 4), FLAME);
        canvas.ellipse((x, y - size * 3 / 4), (size / 6, size / 3), WHITE);
        canvas.ellipse((x, y), (size, size / 3), CLAY);
        canvas.area(
            &[(x - size, y), (x + size, y), (x + size / 2, y + size * 2 / 3), (x - size / 2, y + size * 2 / 3)],
            CLAY,
        );
        canvas.ellipse((x, y), (size * 4 / 5, size / 5), GLOW);
    }
}

pub(super) fn rangoli(canvas: &mut Canvas, inks: [Ink; 3]) {
    let middle = (WIDTH / 2, 690);
    for (ring, ink) in [(430, inks[0]), (320, inks[1]), (210, inks[2])] {
        for (aside, down) in HOURS {
            canvas.disc((middle.0 + aside * ring / 100, middle.1 + down * ring / 100), ring / 4, ink);
        }
        canvas.disc(middle, ring * 7 / 8, between(ink, WHITE, 1, 3));
    }
    canvas.disc(middle, 120, GLOW);
    canvas.disc(middle, 60, WHITE);
}

pub(super) fn marigolds(canvas: &mut Canvas) {
    for strand in 0..5 {
        let left = 90 + strand * 225;
        for flower in 0..4 + strand % 3 * 2 {
            let (middle, ink) = ((left, 80 + flower * 150), if flower % 2 == 0 { GLOW } else { [236, 96, 28] });
            for (aside, down) in HOURS {
                canvas.disc((middle.0 + aside * 56 / 100, middle.1 + down * 56 / 100), 26, ink);
            }
            canvas.disc(middle, 44, between(ink, FLAME, 1, 2));
        }
    }
}

pub(super) fn sweets(canvas: &mut Canvas) {
    canvas.rect((140, 900), (800, 340), [176, 32, 60]);
    for nth in 0..12 {
        let middle = (230 + nth % 6 * 125, 970 + nth / 6 * 150);
        canvas.disc(middle, 56, if nth % 3 == 0 { GLOW } else { WHITE });
        canvas.disc(middle, 20, if nth % 3 == 0 { WHITE } else { [120, 160, 70] });
    }
}

pub(super) fn fireworks(canvas: &mut Canvas) {
    for (x, y, long, ink) in
        [(800, 1020, 230, FLAME), (300, 1100, 190, [240, 90, 120]), (560, 1180, 140, [120, 220, 240])]
    {
        for (aside, down) in HOURS {
            let tip = (x + aside * long / 100, y + down * long / 100);
            canvas.stroke((x + aside * long / 300, y + down * long / 300), tip, 12, ink);
            canvas.disc(tip, 16, WHITE);
        }
    }
}
