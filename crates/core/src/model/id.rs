//! The id of one event, or of one viewer.

/// An id, and the hash that distinguishes it from others.
#[derive(Debug, Clone, Copy)]
pub struct Id<'a> {
    hash: IdHash,
    /// The text that contains it, sliced only when the id's text is asked for.
    around: &'a str,
    span: (u32, u32),
}

/// A hash in two halves: the first is kept in rows, the second chooses the partition. Only rows of one partition are
/// compared, so both halves distinguish ids.
pub type IdHash = (u64, u64);

impl<'a> Id<'a> {
    /// The id that is this text.
    #[must_use]
    #[inline]
    pub fn of(text: &'a str) -> Self {
        Self { hash: Self::hash_of(text), around: text, span: (0, u32::try_from(text.len()).unwrap_or(u32::MAX)) }
    }

    /// An id that was hashed before, and its place in a text.
    #[must_use]
    #[inline]
    pub fn hashed(hash: IdHash, around: &'a str, span: (u32, u32)) -> Self {
        Self { hash, around, span }
    }

    /// What [`Id::hash`] is of an id that is this text.
    #[must_use]
    #[inline]
    pub fn hash_of(text: &str) -> IdHash {
        let hash = xxhash_rust::xxh3::xxh3_128(text.as_bytes());
        let half = |bits: u128| u64::try_from(bits & u128::from(u64::MAX)).unwrap_or_default();
        (half(hash), half(hash >> 64))
    }

    /// The hash that distinguishes it from others.
    #[must_use]
    #[inline]
    pub fn hash(&self) -> IdHash {
        self.hash
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.around.get(self.span.0 as usize..self.span.1 as usize).unwrap_or_default()
    }
}
