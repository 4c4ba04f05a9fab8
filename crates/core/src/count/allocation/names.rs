//! Ids as small numbers.

use std::sync::Arc;

use hashbrown::HashMap;

/// Every id that was met, once.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    numbers: HashMap<&'a str, u32>,
    list: Vec<Arc<str>>,
}

impl<'a> Names<'a> {
    /// The number of an id.
    pub(super) fn number(&mut self, name: &'a str) -> u32 {
        let next = number(self.list.len());
        *self.numbers.entry(name).or_insert_with(|| {
            self.list.push(Arc::from(name));
            next
        })
    }

    /// The id of a number.
    pub(super) fn name(&self, number: u32) -> Arc<str> {
        Arc::clone(&self.list[number as usize])
    }
}

/// An index as it is kept: in 32 bits.
///
/// # Panics
/// Beyond four thousand million: pages of so many rows do not fit any memory.
pub(super) fn number(index: usize) -> u32 {
    u32::try_from(index).expect("pages fit the memory")
}
