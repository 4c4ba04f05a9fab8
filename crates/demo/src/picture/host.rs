//! A host, made of shapes: who is behind a cover is seen, but no detector of faces takes a drawing for a face.

use super::canvas::{Canvas, Ink, between};

const DARK: Ink = [34, 28, 32];
const WHITE: Ink = [250, 248, 244];
const LIPS: Ink = [186, 62, 72];

/// How a host looks.
#[derive(Clone, Copy)]
pub(crate) struct Host {
    pub(crate) skin: Ink,
    pub(crate) hair: Ink,
    pub(crate) shirt: Ink,
    /// How large the face is, in hundredths.
    pub(crate) size: i32,
    /// The middle of the face.
    pub(crate) at: (i32, i32),
    /// A hand that waves.
    pub(crate) waves: bool,
}

pub(super) fn draw(canvas: &mut Canvas, host: &Host) {
    let Host { skin, hair, shirt, size, at: (x, y), waves } = *host;
    let to = |aside: i32, down: i32| (x + aside * size / 100, y + down * size / 100);
    let long = |length: i32| length * size / 100;
    canvas.ellipse(to(0, -40), (long(280), long(330)), hair);
    canvas.area(&[to(-90, 230), to(90, 230), to(110, 430), to(-110, 430)], between(skin, DARK, 1, 8));
    canvas.ellipse(to(0, 720), (long(470), long(360)), shirt);
    canvas.ellipse(to(0, 400), (long(120), long(60)), skin);
    canvas.ellipse(to(0, 20), (long(220), long(290)), skin);
    canvas.area(&[to(-225, -90), to(-120, -270), to(130, -270), to(225, -90), to(60, -190)], hair);
    for side in [-1, 1] {
        canvas.ellipse(to(side * 92, -10), (long(46), long(28)), WHITE);
        canvas.disc(to(side * 92, -8), long(21), DARK);
        canvas.stroke(to(side * 50, -84), to(side * 136, -68), long(14).max(2), hair);
        canvas.disc(to(side * 130, 90), long(38), between(skin, LIPS, 1, 4));
    }
    canvas.area(&[to(0, 0), to(30, 90), to(-30, 90)], between(skin, DARK, 1, 6));
    canvas.ellipse(to(0, 160), (long(86), long(44)), LIPS);
    canvas.rect(to(-86, 112), (long(172), long(46)), skin);
    canvas.rect(to(-60, 160), (long(120), long(16)), WHITE);
    if waves {
        canvas.stroke(to(330, 560), to(400, 140), long(90), skin);
        for finger in [-1, 0, 1, 2] {
            canvas.stroke(to(400, 120), to(360 + finger * 50, -20), long(34), skin);
        }
    }
}
