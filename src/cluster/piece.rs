//! Something large in pieces that a row of a table can hold: servers refuse messages beyond some megabytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A piece is no larger.
const PIECE_BYTES: usize = 1 << 20;

/// A piece of the bytes of something.
#[derive(Serialize, Deserialize)]
struct Piece<'a> {
    /// Of what, by its number.
    of: u32,
    /// Which piece of it, from 0.
    number: u32,
    /// How many pieces it has.
    pieces: u32,
    #[serde(borrow)]
    bytes: &'a [u8],
}

/// Cuts the bytes of something that has a number. There is at least one piece.
pub(super) fn cut(of: u32, bytes: &[u8]) -> Result<Vec<Vec<u8>>, postcard::Error> {
    let cut: Vec<&[u8]> = if bytes.is_empty() { vec![bytes] } else { bytes.chunks(PIECE_BYTES).collect() };
    let pieces = u32::try_from(cut.len()).unwrap_or(u32::MAX);
    (0..).zip(cut).map(|(number, bytes)| postcard::to_stdvec(&Piece { of, number, pieces, bytes })).collect()
}

/// Puts together what was cut, by its number. Pieces may be in any order.
///
/// # Errors
/// When a piece is missing or there twice, or is none: which.
pub(super) fn join<B: AsRef<[u8]>>(pieces: &[B]) -> Result<BTreeMap<u32, Vec<u8>>, String> {
    let mut sorted: BTreeMap<(u32, u32), Piece<'_>> = BTreeMap::new();
    for bytes in pieces {
        let piece: Piece<'_> = postcard::from_bytes(bytes.as_ref())
            .map_err(|error| format!("bytes of {} cannot be understood: {error}", bytes.as_ref().len()))?;
        let (of, number) = (piece.of, piece.number);
        if sorted.insert((of, number), piece).is_some() {
            return Err(format!("piece {number} of number {of} is there twice"));
        }
    }
    let mut joined: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
    let mut expected = (0, 0, 0);
    for ((of, number), piece) in sorted {
        let (before, next, pieces) = expected;
        let (next, pieces) = if next == pieces { (0, piece.pieces) } else { (next, pieces) };
        let is_next = number == next && piece.pieces == pieces && (next == 0 || of == before);
        if !is_next {
            return Err(format!("pieces of number {} are missing", if next == 0 { of } else { before }));
        }
        joined.entry(of).or_default().extend_from_slice(piece.bytes);
        expected = (of, next + 1, pieces);
    }
    match expected {
        (of, next, pieces) if next != pieces => Err(format!("pieces of number {of} are missing")),
        _ => Ok(joined),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(bytes: usize) -> Vec<u8> {
        (0..bytes).map(|at| u8::try_from(at % 251).unwrap()).collect()
    }

    #[test]
    fn what_was_cut_is_put_together_in_any_order() {
        let things = [(3, whole(0)), (5, whole(PIECE_BYTES)), (4, whole(2 * PIECE_BYTES + 7))];
        let mut pieces: Vec<Vec<u8>> = things.iter().flat_map(|(of, bytes)| cut(*of, bytes).unwrap()).collect();
        assert_eq!(pieces.len(), 1 + 1 + 3);
        pieces.reverse();
        assert_eq!(join(&pieces).unwrap(), BTreeMap::from(things));
        assert_eq!(join::<Vec<u8>>(&[]).unwrap(), BTreeMap::new());
    }

    #[test]
    fn a_piece_that_is_missing_or_there_twice_is_told() {
        let pieces: Vec<Vec<u8>> =
            [2, 4].iter().flat_map(|of| cut(*of, &whole(2 * PIECE_BYTES)).unwrap()).collect();
        let without = |left_out: usize| {
            let others = pieces.iter().enumerate().filter(|(number, _)| *number != left_out);
            join(&others.map(|(_, piece)| piece.clone()).collect::<Vec<_>>()).unwrap_err()
        };
        assert_eq!([0, 1, 2, 3].map(without), [2, 2, 4, 4].map(|of| format!("pieces of number {of} are missing")));
        let twice = [pieces.clone(), vec![pieces[2].clone()]].concat();
        assert_eq!(join(&twice).unwrap_err(), "piece 0 of number 4 is there twice");
        assert_eq!(join(&[b"x"]).unwrap_err().split(':').next(), Some("bytes of 1 cannot be understood"));
    }
}
