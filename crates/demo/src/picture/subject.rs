//! What a cover shows.

use super::canvas::{Canvas, Ink};
use super::host::{self, Host};
use super::{feast, goods};

/// What a cover shows.
#[derive(Clone, Copy)]
pub(crate) enum Subject {
    /// It has no picture.
    Absent,
    BeforeAfter(Ink),
    Bag(Ink),
    Bags(Ink),
    Bottle(Ink),
    Countdown(Ink),
    Dress(Ink),
    Fireworks,
    Gift(Ink),
    Headphones(Ink),
    Host(Host),
    /// So many.
    Lamps(i32),
    Lipsticks(Ink),
    Mannequin(Ink),
    Marigolds,
    OnWhite(Ink),
    OpenBox(Ink),
    Pan(Ink),
    Parcel(Ink),
    PriceTag(Ink),
    Rangoli([Ink; 3]),
    /// So many rows.
    Shoes(Ink, i32),
    Sweets,
    /// Three colours, and which comes first.
    Tiles([Ink; 3], i32),
    Watch(Ink),
}

impl Subject {
    pub(super) fn draw(&self, canvas: &mut Canvas) {
        match *self {
            Self::Absent => {}
            Self::BeforeAfter(ink) => goods::before_after(canvas, ink),
            Self::Bag(ink) => goods::bag(canvas, ink),
            Self::Bags(ink) => goods::bags(canvas, ink),
            Self::Bottle(ink) => goods::bottle(canvas, ink),
            Self::Countdown(ink) => goods::countdown(canvas, ink),
            Self::Dress(ink) => goods::dress(canvas, ink),
            Self::Fireworks => feast::fireworks(canvas),
            Self::Gift(ink) => goods::gift(canvas, ink),
            Self::Headphones(ink) => goods::headphones(canvas, ink),
            Self::Host(host) => host::draw(canvas, &host),
            Self::Lamps(count) => feast::lamps(canvas, count),
            Self::Lipsticks(ink) => goods::lipsticks(canvas, ink),
            Self::Mannequin(ink) => goods::mannequin(canvas, ink),
            Self::Marigolds => feast::marigolds(canvas),
            Self::OnWhite(ink) => goods::on_white(canvas, ink),
            Self::OpenBox(ink) => goods::open_box(canvas, ink),
            Self::Pan(ink) => goods::pan(canvas, ink),
            Self::Parcel(ink) => goods::parcel(canvas, ink),
            Self::PriceTag(ink) => goods::price_tag(canvas, ink),
            Self::Rangoli(inks) => feast::rangoli(canvas, inks),
            Self::Shoes(ink, rows) => goods::shoes(canvas, ink, rows),
            Self::Sweets => feast::sweets(canvas),
            Self::Tiles(inks, shift) => goods::tiles(canvas, inks, shift),
            Self::Watch(ink) => goods::watch(canvas, ink),
        }
    }
}
