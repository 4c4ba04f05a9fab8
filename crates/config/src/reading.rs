//! Whether the dates and instants of a path can be read in one way only.
//!
//! `%-m` is one digit or two. With another digit right behind it, two days have one path: `2026111` is 2026-01-11 and
//! 2026-11-01. With a wildcard beside it, the path of one day is also that of another: `2026-11-1*` and `2026-11-12.csv`.

use super::path::{PathInstant, PathPart};

/// What stands at one place of a path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// A character.
    Character(char),
    /// Always as many digits, or a word.
    Padded,
    /// Of the placeholder with this number: a number with as many digits as it needs, by its directive.
    Bare(usize, char),
    /// Letters.
    Word,
    /// Anything.
    Any,
}

/// Refuses a number without leading zeros where it may run into its neighbours: beside a wildcard, or in one row of digits
/// with another such number. A single such number among digits of fixed length is unambiguous, because the length of the row gives its own.
pub(super) fn check_reading(parts: &[PathPart]) -> Result<(), String> {
    let pieces: Vec<Piece> = parts.iter().enumerate().flat_map(|(number, part)| pieces(number, part)).collect();
    for row in pieces.split(|piece| !may_be_digits(*piece)) {
        let mut bare = row.iter().filter_map(|piece| match piece {
            Piece::Bare(number, directive) => Some((*number, *directive)),
            _ => None,
        });
        let Some((number, directive)) = bare.next() else { continue };
        let beside = match bare.next() {
            Some((_, other)) => format!("`%-{other}` stands beside it"),
            None if row.contains(&Piece::Any) => "what stands beside it may be digits, too".to_owned(),
            None => continue,
        };
        let digits = if directive == 'j' { "one digit to three" } else { "one digit or two" };
        return Err(format!(
            "`{}` can be read in two ways: `%-{directive}` is {digits}, and {beside}, so one path could be of two dates (write \
             `%{directive}` if the paths have leading zeros; otherwise put a character that is no digit beside it)",
            shown(&parts[number])
        ));
    }
    Ok(())
}

fn may_be_digits(piece: Piece) -> bool {
    match piece {
        Piece::Character(character) => character.is_ascii_digit(),
        Piece::Padded | Piece::Bare(..) | Piece::Any => true,
        Piece::Word => false,
    }
}

fn pieces(number: usize, part: &PathPart) -> Vec<Piece> {
    match part {
        PathPart::Literal(text) => text.chars().map(Piece::Character).collect(),
        PathPart::Date(format) | PathPart::Instant(_, format) => of_format(number, format),
        PathPart::Market | PathPart::Broadcast | PathPart::Any => vec![Piece::Any],
    }
}

fn of_format(number: usize, format: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut chars = format.chars();
    while let Some(next) = chars.next() {
        if next != '%' {
            pieces.push(Piece::Character(next));
            continue;
        }
        pieces.push(match chars.next() {
            Some('%') | None => Piece::Character('%'),
            Some('-') => match chars.next() {
                Some(directive @ ('m' | 'd' | 'e' | 'j' | 'y' | 'H' | 'I' | 'M' | 'S')) => {
                    Piece::Bare(number, directive)
                }
                other => padded(other),
            },
            directive => padded(directive),
        });
    }
    pieces
}

fn padded(directive: Option<char>) -> Piece {
    match directive {
        Some('b' | 'B' | 'h' | 'a' | 'A' | 'p' | 'P') => Piece::Word,
        _ => Piece::Padded,
    }
}

/// As it is written.
fn shown(part: &PathPart) -> String {
    match part {
        PathPart::Literal(text) => text.clone(),
        PathPart::Date(format) => format!("{{date:{format}}}"),
        PathPart::Instant(PathInstant::Start, format) => format!("{{start:{format}}}"),
        PathPart::Instant(PathInstant::End, format) => format!("{{end:{format}}}"),
        PathPart::Instant(PathInstant::Created, format) => format!("{{created:{format}}}"),
        PathPart::Market => "{market}".to_owned(),
        PathPart::Broadcast => "{broadcast}".to_owned(),
        PathPart::Any => "*".to_owned(),
    }
}
