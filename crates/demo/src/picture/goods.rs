//! Things to buy, made of shapes, in the middle of the canvas.

use super::canvas::{Canvas, Ink, WIDTH, between};

const WHITE: Ink = [252, 252, 250];
const DARK: Ink = [38, 34, 42];
const GOLD: Ink = [222, 176, 62];
const CARDBOARD: Ink = [196, 150, 98];

/// The middle of the canvas.
const MID: i32 = WIDTH / 2;

pub(super) fn dress(canvas: &mut Canvas, cloth: Ink) {
    let shade = between(cloth, DARK, 1, 4);
    canvas.stroke((MID - 120, 330), (MID, 260), 14, DARK);
    canvas.stroke((MID + 120, 330), (MID, 260), 14, DARK);
    canvas.area(&[(430, 330), (650, 330), (690, 470), (640, 640), (440, 640), (390, 470)], cloth);
    canvas.area(&[(440, 640), (640, 640), (820, 1090), (260, 1090)], cloth);
    for fold in [370, 460, 550] {
        canvas.area(&[(fold + 70, 660), (fold + 84, 660), (fold + 40, 1090), (fold, 1090)], shade);
    }
    canvas.rect((436, 620), (208, 34), GOLD);
    canvas.ellipse((MID, 330), (70, 44), shade);
}

/// The back of a dress on a mannequin, beside its belt.
pub(super) fn mannequin(canvas: &mut Canvas, cloth: Ink) {
    canvas.rect((330, 900), (24, 380), DARK);
    canvas.ellipse((342, 1290), (180, 30), DARK);
    canvas.disc((342, 250), 60, CARDBOARD);
    canvas.area(&[(220, 330), (464, 330), (520, 900), (164, 900)], cloth);
    canvas.area(&[(700, 420), (980, 380), (1000, 1180), (660, 1200)], between(cloth, WHITE, 1, 3));
    for stripe in 0..6 {
        canvas.rect((680, 520 + stripe * 110), (300, 30), cloth);
    }
}

pub(super) fn open_box(canvas: &mut Canvas, inside: Ink) {
    canvas.area(&[(240, 720), (840, 720), (780, 1180), (300, 1180)], CARDBOARD);
    canvas.area(&[(240, 720), (130, 560), (450, 610), (540, 720)], between(CARDBOARD, WHITE, 1, 4));
    canvas.area(&[(840, 720), (950, 560), (630, 610), (540, 720)], between(CARDBOARD, DARK, 1, 5));
    canvas.disc((540, 600), 130, inside);
    canvas.disc((430, 660), 80, between(inside, WHITE, 1, 3));
    canvas.disc((660, 660), 90, between(inside, DARK, 1, 3));
    canvas.rect((520, 760), (40, 420), between(CARDBOARD, DARK, 1, 3));
}

/// A parcel that is still closed, seen from above.
pub(super) fn parcel(canvas: &mut Canvas, tape: Ink) {
    canvas.area(&[(160, 560), (620, 380), (940, 820), (470, 1060)], CARDBOARD);
    canvas.area(&[(470, 1060), (940, 820), (940, 1000), (480, 1230)], between(CARDBOARD, DARK, 1, 3));
    canvas.area(&[(160, 560), (470, 1060), (480, 1230), (170, 740)], between(CARDBOARD, DARK, 1, 5));
    canvas.area(&[(350, 486), (430, 454), (740, 920), (660, 962)], tape);
}

pub(super) fn shoes(canvas: &mut Canvas, leather: Ink, rows: i32) {
    for row in 0..rows {
        for pair in 0..2 {
            let (left, top) = (110 + pair * 450 + row % 2 * 60, 260 + row * 760 / rows);
            canvas.rect((left - 20, top + 190), (420, 18), DARK);
            let ink = between(leather, if (row + pair) % 2 == 0 { WHITE } else { DARK }, 1, 3);
            canvas.area(
                &[
                    (left, top),
                    (left + 120, top),
                    (left + 210, top + 80),
                    (left + 360, top + 120),
                    (left, top + 150),
                ],
                ink,
            );
            canvas.rect((left, top + 120), (360, 42), WHITE);
            canvas.stroke((left + 120, top + 40), (left + 190, top + 20), 10, WHITE);
        }
    }
}

pub(super) fn pan(canvas: &mut Canvas, food: Ink) {
    canvas.stroke((700, 620), (1040, 330), 64, DARK);
    canvas.disc((480, 780), 350, DARK);
    canvas.disc((480, 780), 300, [86, 84, 92]);
    for (x, y, radius) in [(380, 700, 90), (560, 720, 110), (470, 880, 100), (620, 880, 60), (330, 850, 60)] {
        canvas.disc((x, y), radius, food);
        canvas.disc((x - 14, y - 14), radius / 2, between(food, WHITE, 1, 2));
    }
    for wisp in [330, 480, 630] {
        canvas.stroke((wisp, 380), (wisp + 30, 300), 16, WHITE);
        canvas.stroke((wisp + 30, 300), (wisp, 220), 16, WHITE);
    }
}

pub(super) fn lipsticks(canvas: &mut Canvas, colour: Ink) {
    for nth in 0..5 {
        let left = 110 + nth * 180;
        let ink = between(colour, if nth % 2 == 0 { DARK } else { WHITE }, nth, 9);
        canvas.rect((left, 820), (130, 340), DARK);
        canvas.rect((left + 14, 700), (102, 130), GOLD);
        canvas.area(&[(left + 24, 700), (left + 24, 560), (left + 106, 480), (left + 106, 700)], ink);
        canvas.stroke((left, 300 + nth * 12), (left + 120, 250 + nth * 12), 60, ink);
    }
}

/// A tag on a string, with room for a price.
pub(super) fn price_tag(canvas: &mut Canvas, card: Ink) {
    canvas.stroke((300, 230), (420, 480), 12, DARK);
    canvas.area(&[(420, 420), (920, 640), (700, 1180), (180, 950), (260, 560)], card);
    canvas.disc((400, 540), 44, DARK);
    canvas.disc((400, 540), 26, WHITE);
}

pub(super) fn before_after(canvas: &mut Canvas, clean: Ink) {
    canvas.rect((0, 0), (WIDTH / 2, 1350), [112, 104, 96]);
    for blot in 0..24 {
        let (x, y) = (blot * 97 % 500 + 20, blot * 331 % 1250 + 50);
        canvas.disc((x, y), 24 + blot * 7 % 40, [74, 64, 56]);
    }
    canvas.rect((WIDTH / 2, 0), (WIDTH / 2, 1350), clean);
    for star in [(680, 300), (920, 520), (760, 860), (960, 1120)] {
        canvas.stroke((star.0 - 60, star.1), (star.0 + 60, star.1), 14, WHITE);
        canvas.stroke((star.0, star.1 - 60), (star.0, star.1 + 60), 14, WHITE);
    }
    canvas.rect((WIDTH / 2 - 8, 0), (16, 1350), WHITE);
}

pub(super) fn bottle(canvas: &mut Canvas, liquid: Ink) {
    canvas.rect((470, 300), (140, 120), DARK);
    canvas.rect((500, 420), (80, 60), GOLD);
    canvas.area(&[(440, 480), (640, 480), (720, 600), (720, 1140), (360, 1140), (360, 600)], liquid);
    canvas.rect((390, 720), (300, 250), WHITE);
    canvas.disc((540, 845), 80, between(liquid, DARK, 1, 3));
    canvas.rect((380, 620), (26, 480), between(liquid, WHITE, 2, 3));
}

pub(super) fn gift(canvas: &mut Canvas, paper: Ink) {
    canvas.rect((240, 640), (600, 520), paper);
    canvas.rect((200, 540), (680, 130), between(paper, WHITE, 1, 5));
    canvas.rect((490, 540), (100, 620), GOLD);
    canvas.ring((420, 450), 110, 60, GOLD);
    canvas.ring((660, 450), 110, 60, GOLD);
    for spark in [(150, 330), (930, 380), (120, 900), (960, 980), (540, 250)] {
        canvas.disc(spark, 26, WHITE);
    }
}

pub(super) fn bag(canvas: &mut Canvas, leather: Ink) {
    canvas.ring((540, 560), 230, 190, DARK);
    canvas.area(&[(270, 560), (810, 560), (890, 1140), (190, 1140)], leather);
    canvas.area(&[(270, 560), (810, 560), (780, 800), (300, 800)], between(leather, DARK, 1, 4));
    canvas.rect((500, 760), (80, 90), GOLD);
}

/// Three bags on a rail.
pub(super) fn bags(canvas: &mut Canvas, leather: Ink) {
    canvas.rect((0, 300), (WIDTH, 30), DARK);
    for nth in 0..3 {
        let (left, top) = (70 + nth * 330, 480 + nth * 130);
        let ink = between(leather, WHITE, nth, 4);
        canvas.ring((left + 140, top), 120, 96, DARK);
        canvas.rect((left, top), (280, 300), ink);
        canvas.rect((left, top), (280, 80), between(ink, DARK, 1, 4));
    }
}

pub(super) fn headphones(canvas: &mut Canvas, shell: Ink) {
    canvas.ring((540, 700), 360, 300, shell);
    canvas.rect((150, 720), (780, 400), between(shell, WHITE, 5, 6));
    for side in [(220, 860), (860, 860)] {
        canvas.ellipse(side, (110, 210), DARK);
        canvas.ellipse(side, (70, 160), shell);
    }
}

pub(super) fn watch(canvas: &mut Canvas, strap: Ink) {
    canvas.area(&[(430, 180), (650, 180), (690, 480), (390, 480)], strap);
    canvas.area(&[(390, 980), (690, 980), (650, 1290), (430, 1290)], strap);
    canvas.disc((540, 730), 310, GOLD);
    canvas.disc((540, 730), 265, WHITE);
    canvas.stroke((540, 730), (540, 540), 24, DARK);
    canvas.stroke((540, 730), (680, 800), 24, DARK);
}

/// Tiles of a collage, each with something else.
pub(super) fn tiles(canvas: &mut Canvas, inks: [Ink; 3], shift: i32) {
    for nth in 0..6 {
        let (left, top) = (40 + nth % 2 * 510, 60 + nth / 2 * 430);
        let ink = inks[usize::try_from((nth + shift) % 3).unwrap_or(0)];
        canvas.rect((left, top), (490, 400), between(ink, WHITE, 3, 5));
        let middle = (left + 245, top + 200);
        match (nth + shift) % 4 {
            0 => canvas.disc(middle, 140, ink),
            1 => canvas.rect((left + 110, top + 90), (270, 230), ink),
            2 => canvas.area(&[(left + 245, top + 50), (left + 420, top + 340), (left + 70, top + 340)], ink),
            _ => canvas.ring(middle, 150, 80, ink),
        }
    }
}

/// A clock that has nearly run down.
pub(super) fn countdown(canvas: &mut Canvas, hand: Ink) {
    canvas.disc((540, 740), 370, DARK);
    canvas.disc((540, 740), 320, WHITE);
    canvas.area(&[(540, 740), (540, 430), (330, 520)], hand);
    canvas.stroke((540, 740), (540, 460), 30, DARK);
    canvas.stroke((540, 740), (350, 560), 30, hand);
    canvas.rect((480, 300), (120, 80), DARK);
}

/// Nothing but a small parcel on a large white ground.
pub(super) fn on_white(canvas: &mut Canvas, thing: Ink) {
    canvas.rect((0, 0), (WIDTH, 1350), WHITE);
    canvas.ellipse((560, 980), (300, 40), [226, 226, 224]);
    canvas.area(&[(330, 620), (600, 520), (800, 640), (800, 920), (540, 1000), (330, 880)], thing);
    canvas.area(&[(330, 620), (600, 520), (800, 640), (540, 730)], between(thing, WHITE, 1, 3));
    canvas.area(&[(540, 730), (800, 640), (800, 920), (540, 1000)], between(thing, DARK, 1, 3));
}
