//! Bytes that were damaged: flips, cuts, splices, chunks that come twice or change places, and numbers that are others.

use super::dice::Dice;

/// No case is larger: a reader must bear the small ones first.
pub const MOST_BYTES: usize = 1 << 16;

/// What formats, numbers and names hang on, whichever format it is.
const WORDS: [&str; 64] = [
    "\"",
    "\"\"",
    ",",
    ";",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "'",
    "\\",
    "\\\"",
    "|",
    " ",
    "\u{feff}",
    "\0",
    "\u{85}",
    "\u{2028}",
    "{",
    "}",
    "[",
    "]",
    ":",
    "{}",
    "[]",
    "[[[[[[[[",
    "{\"a\":",
    "null",
    "true",
    "-",
    "0",
    "-0",
    "1e308",
    "1e-400",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "0.1",
    "1,234.5",
    "1.234,5",
    "1.35%",
    "NaN",
    "inf",
    "\\u0000",
    "\\ud800",
    "2026-11-21T10:00:00Z",
    "2026-03-29 02:30:00",
    "0000-00-00",
    "9999-12-31T23:59:60Z",
    "24:00:00",
    "<",
    ">",
    "&amp;",
    "&#x110000;",
    "</row>",
    "<c r=\"XFD1048576\"/>",
    "- ",
    ": ",
    "&a ",
    "*a",
    "!!",
    "..",
    "/",
    "%2e",
    "=",
];

/// Damages these bytes in one to four places. `others` are of the same format, to take chunks from.
pub fn mutated(bytes: &[u8], others: &[&[u8]], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.below(4) {
        once(&mut bytes, others, dice);
    }
    bytes.truncate(MOST_BYTES);
    bytes
}

fn once(bytes: &mut Vec<u8>, others: &[&[u8]], dice: &mut Dice) {
    let at = dice.below(bytes.len());
    let chunk = chunk(bytes.len(), dice);
    match dice.below(14) {
        _ if bytes.is_empty() => bytes.extend(dice.pick(&WORDS).as_bytes()),
        0 => bytes[at] ^= 1 << dice.below(8),
        1 => bytes[at] = dice.byte(),
        2 => bytes[at] = *dice.pick(&[0, 1, 0x7f, 0x80, 0xff]),
        3 => bytes.truncate(at),
        4 => drop(bytes.drain(chunk)),
        5 => insert(bytes, at, dice.pick(&WORDS).as_bytes()),
        6 => {
            let word = dice.pick(&WORDS).as_bytes().to_vec();
            drop(bytes.splice(chunk, word));
        }
        7 => {
            let twice = bytes[chunk].to_vec();
            insert(bytes, at, &twice);
        }
        // Many times, as whoever means harm does it.
        8 => {
            let times = 1 << dice.below(11);
            let repeated = bytes[chunk].repeat(times);
            insert(bytes, at, &repeated[..repeated.len().min(MOST_BYTES / 2)]);
        }
        9 => {
            let moved: Vec<u8> = bytes.drain(chunk).collect();
            let at = dice.below(bytes.len());
            insert(bytes, at, &moved);
        }
        10 => number(bytes, dice),
        11 => length(bytes, at, dice),
        _ => splice(bytes, others, dice),
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}

/// A part of so many bytes: mostly small, at times most of it.
fn chunk(length: usize, dice: &mut Dice) -> std::ops::Range<usize> {
    let begin = dice.below(length);
    let most = if dice.once_in(8) { length - begin } else { (length - begin).min(48) };
    begin..begin + dice.below(most + 1)
}

/// Another number in the place of one that is written in digits.
fn number(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let starts: Vec<usize> = (0..bytes.len())
        .filter(|at| bytes[*at].is_ascii_digit() && (*at == 0 || !bytes[at - 1].is_ascii_digit()))
        .take(4096)
        .collect();
    if starts.is_empty() {
        return;
    }
    let begin = *dice.pick(&starts);
    let end = begin + bytes[begin..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let value = std::str::from_utf8(&bytes[begin..end]).ok().and_then(|digits| digits.parse::<u64>().ok());
    let value = value.unwrap_or(0);
    let other = match dice.below(7) {
        0 => value.wrapping_add(1).to_string(),
        1 => value.saturating_sub(1).to_string(),
        2 => value.saturating_mul(1000).to_string(),
        3 => u64::MAX.to_string(),
        4 => format!("-{value}"),
        5 => dice.next().to_string(),
        _ => "9".repeat(1 + dice.below(400)),
    };
    bytes.splice(begin..end, other.into_bytes());
}

/// Another number in the place of a binary one, such as a length or an offset.
fn length(bytes: &mut [u8], at: usize, dice: &mut Dice) {
    let value = *dice.pick(&[0_u64, 1, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 1 << 40, u64::MAX]);
    let width = *dice.pick(&[2, 4, 8]);
    let value = value.to_le_bytes();
    for (byte, other) in bytes[at..].iter_mut().zip(&value[..width]) {
        *byte = *other;
    }
}

/// The beginning of one and the end of another, or a chunk of another within.
fn splice(bytes: &mut Vec<u8>, others: &[&[u8]], dice: &mut Dice) {
    let Some(other) = (!others.is_empty()).then(|| *dice.pick(others)) else { return };
    let at = dice.below(bytes.len());
    if dice.once_in(2) {
        bytes.truncate(at);
        bytes.extend_from_slice(&other[dice.below(other.len())..]);
    } else {
        let chunk = chunk(other.len(), dice);
        insert(bytes, at, &other[chunk]);
    }
}

/// The smallest part found of what still fails: chunks are left out as long as it does, for so many tries.
pub fn shrunk(bytes: &[u8], tries: usize, mut fails: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
    let mut smallest = bytes.to_vec();
    let mut left = tries;
    let mut size = smallest.len() / 2;
    while size > 0 && left > 0 {
        let mut at = 0;
        while at < smallest.len() && left > 0 {
            left -= 1;
            let end = (at + size).min(smallest.len());
            let candidate = [&smallest[..at], &smallest[end..]].concat();
            if fails(&candidate) {
                smallest = candidate;
            } else {
                at = end;
            }
        }
        size /= 2;
    }
    smallest
}

#[test]
fn the_same_seed_damages_alike_and_no_case_is_large() {
    let seeds: [&[u8]; 3] = [b"a,b\n1,2\n", b"", b"{\"a\":[1,2,3]}"];
    let draw = |seed| {
        let mut dice = Dice::of(seed);
        (0..2000).map(|at| mutated(seeds[at % 3], &seeds, &mut dice)).collect::<Vec<_>>()
    };
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
    assert!(draw(7).iter().all(|case| case.len() <= MOST_BYTES));
}

#[test]
fn a_case_that_fails_is_made_small() {
    let bytes = [&[b'x'; 3000][..], b"needle", &[b'y'; 3000]].concat();
    let holds = |bytes: &[u8]| bytes.windows(6).any(|window| window == b"needle");
    assert_eq!(shrunk(&bytes, 5000, holds), b"needle");
}
