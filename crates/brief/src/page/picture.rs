//! Pictures of covers: each once, made small, and no more of them than there is room for.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use maud::{Markup, html};

use super::sheet::Sheet;

/// Pixels of the longer side: what is drawn 60 wide is sharp on most screens.
const SIDE: u32 = 120;
/// Bytes of all pictures together, as they are written into the page.
const MOST_BYTES: usize = 400 << 10;

/// The pictures that the page has used, the first used first. Those for which there is no room are left out: their covers are
/// told by their names, as everywhere.
pub(super) fn pictures(sheet: &Sheet<'_>, thumbnails: &BTreeMap<String, Bytes>) -> Markup {
    let mut room = MOST_BYTES;
    html! {
        svg.sprite width="0" height="0" aria-hidden="true" {
            defs {
                @for (at, sha256) in sheet.pictures().into_iter().enumerate() {
                    @if let Some(data) = thumbnails.get(sha256).and_then(|bytes| written(bytes, &mut room)) {
                        symbol id={ "t" (at) } viewBox="0 0 3 4" preserveAspectRatio="xMidYMid slice" {
                            image href=(data) width="3" height="4" preserveAspectRatio="xMidYMid slice" {}
                        }
                    }
                }
            }
        }
    }
}

fn written(thumbnail: &Bytes, room: &mut usize) -> Option<String> {
    if *room < 1 << 10 {
        return None;
    }
    let small = coverledger_picture::smaller_thumbnail(thumbnail, SIDE)?;
    let text = format!("data:image/webp;base64,{}", STANDARD.encode(small));
    *room = room.checked_sub(text.len())?;
    Some(text)
}
