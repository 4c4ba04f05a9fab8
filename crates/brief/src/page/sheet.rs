//! What all parts of the page share: the brief, and what they need at its end: pictures, and reasons of what is not known.

use std::cell::RefCell;

use jiff::civil::Date;
use maud::{Markup, html};

use super::words::{name, text};
use super::{Advice, Brief, PlaceName, Text};

/// A page while it is being written.
pub(super) struct Sheet<'a> {
    /// What it says.
    pub(super) brief: &'a Brief,
    reasons: RefCell<Vec<Text>>,
    pictures: RefCell<Vec<&'a str>>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(brief: &'a Brief) -> Self {
        Self { brief, reasons: RefCell::default(), pictures: RefCell::default() }
    }

    /// The morning on which it is read: that after the last local date.
    pub(super) fn morning(&self) -> Date {
        self.brief.as_of.tomorrow().unwrap_or(self.brief.as_of)
    }

    /// All places in the order of the nights.
    pub(super) fn advice(&self) -> impl Iterator<Item = &'a Advice> + use<'a> {
        self.brief.nights.iter().flat_map(|night| &night.places)
    }

    /// What a cover is called.
    pub(super) fn title(&self, cover: &str) -> Text {
        self.brief.titles.get(cover).map_or_else(|| Text::same(cover), |cover| cover.title.clone())
    }

    /// The same, as it is written on the page.
    pub(super) fn cover(&self, cover: &str) -> Markup {
        name(&self.title(cover))
    }

    /// Its picture. Beside its name always, so nobody has to be told what it shows.
    pub(super) fn picture(&self, cover: &str, class: &str) -> Markup {
        let found = self.brief.titles.get(cover).and_then(|title| title.thumbnail.as_deref());
        let found = found.map(|sha256| self.picture_id(sha256));
        html! {
            svg class={ "th " (class) } aria-hidden="true" {
                @if let Some(at) = found { use href={ "#t" (at) } {} }
            }
        }
    }

    fn picture_id(&self, sha256: &'a str) -> usize {
        place_of(&mut self.pictures.borrow_mut(), sha256)
    }

    /// Pictures by SHA-256 in the order in which the page first needs them.
    pub(super) fn pictures(&self) -> Vec<&'a str> {
        self.pictures.borrow().clone()
    }

    /// What is not known: a dash, why for those who listen, and why behind a tap.
    pub(super) fn null(&self, why: Option<&Text>) -> Markup {
        let unknown = Text { en: "not known".into(), zh: "未知".into() };
        let why = why.unwrap_or(&unknown);
        let at = place_of(&mut self.reasons.borrow_mut(), why.clone());
        html! { button.def.nul type="button" popovertarget={ "n" (at) } { "–" span.vh { (text(why)) } } }
    }

    /// The reasons that were given, in order.
    pub(super) fn reasons(&self) -> Vec<Text> {
        self.reasons.borrow().clone()
    }

    /// Indonesia, Shopee.
    pub(super) fn place(place: &PlaceName) -> Markup {
        html! {
            (name(&place.market_title)) (super::words::say(", ", " · ")) (name(&place.platform_title))
        }
    }
}

/// Where it stands in a list, where it is put if it was not there.
fn place_of<T: PartialEq>(list: &mut Vec<T>, wanted: T) -> usize {
    list.iter().position(|there| *there == wanted).unwrap_or_else(|| {
        list.push(wanted);
        list.len() - 1
    })
}
