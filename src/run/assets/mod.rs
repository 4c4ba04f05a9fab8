//! What is published, whatever it is made from.

mod rerender;

pub(super) use rerender::{Renderer, mapped};
