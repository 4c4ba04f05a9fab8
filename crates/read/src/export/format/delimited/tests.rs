//! The fast path against the general one.

mod measured;

use proptest::prelude::*;

use super::*;
use crate::export::format::log::{Log, lines};
use coverledger_config::ColumnName;

fn wanted() -> Vec<Wanted> {
    let absent = Wanted { is_needed: false, ..Wanted::needed(&ColumnName::new("none")) };
    let mut wanted: Vec<Wanted> = ["c", "a", "d"].map(|name| Wanted::needed(&ColumnName::new(name))).to_vec();
    wanted.insert(1, absent);
    wanted
}

/// What is read of a file, and how it ends.
fn read_all(text: &[u8], dialect: config::Dialect, refused_after: Option<usize>, is_quick: bool) -> (Log, String) {
    let mut log = Log { refused_after, ..Log::default() };
    let end = lines(text)
        .and_then(|lines| read_lines(lines, &dialect.into(), &Header::FIRST_LINE, &wanted(), is_quick, &mut log));
    (log, format!("{end:?}"))
}

fn field() -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof![
        12 => "[a-z0-9 .:-]{0,12}",
        2 => Just(String::new()),
        2 => "[é直播\u{1f600}\r\t;]{0,4}",
        1 => "\"([a-z, \n\r]|\"\"){0,8}\"",
        1 => "[a-z]{0,3}\"[a-z,]{0,3}",
        1 => "[a-z]{100,3000}",
    ];
    prop_oneof![60 => text.prop_map(String::into_bytes), 1 => prop::collection::vec(any::<u8>(), 0..6)]
}

fn line() -> impl Strategy<Value = Vec<u8>> {
    let fields = prop_oneof![20 => 4..=4_usize, 1 => 1..8_usize];
    let end = prop_oneof![8 => Just("\n"), 2 => Just("\r\n"), 1 => Just("\n\n"), 1 => Just("\r\n\r\n"), 1 => Just("\r\r\n")];
    (fields.prop_flat_map(|count| prop::collection::vec(field(), count)), end)
        .prop_map(|(fields, end)| [fields.join(&b','), end.as_bytes().to_vec()].concat())
}

fn file() -> impl Strategy<Value = Vec<u8>> {
    let head = prop_oneof![4 => Just("a,b,c,d\n"), 1 => Just("\u{feff}a,b,c,d\r\n"), 1 => Just("\n\na,b,c,d\n\n")];
    let copies = prop_oneof![6 => Just(1), 1 => 1..80_usize];
    (head, prop::collection::vec(line(), 0..40), copies, any::<bool>()).prop_map(
        |(head, lines, copies, is_cut)| {
            let mut text = [head.as_bytes().to_vec(), lines.concat().repeat(copies)].concat();
            if is_cut && text.last() == Some(&b'\n') {
                text.pop();
            }
            text
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn many_lines_at_a_time_are_read_as_one_by_one(
        text in file(),
        delimiter in prop::sample::select(&b",,,,,,;\t\r"[..]),
        quote in prop::sample::select(&[Some(b'"'), Some(b'"'), Some(b'\''), None][..]),
        escape in prop::sample::select(&[None, None, Some(b'z')][..]),
        refused_after in prop::option::weighted(0.1, 0..50_usize),
    ) {
        let mapped = |byte| match byte {
            b',' => delimiter,
            b'"' => quote.unwrap_or(byte),
            _ => byte,
        };
        let text: Vec<u8> = text.into_iter().map(mapped).collect();
        let dialect = config::Dialect { quote, escape, ..config::Dialect::by(delimiter) };
        let quick = read_all(&text, dialect, refused_after, true);
        prop_assert_eq!(quick, read_all(&text, dialect, refused_after, false));
    }
}

#[test]
fn odd_lines_among_many_plain_ones_cost_only_themselves() {
    let mut text = b"a,b,c,d\n".to_vec();
    for number in 0..30_000 {
        let line = match number % 5_003 {
            1_000 => b"x,\"two\nlines\",y,z\n".to_vec(),
            2_000 => b"x,\xff,y,z\n".to_vec(),
            3_000 => b"x,\"open,y,z\n".to_vec(),
            4_000 => [vec![b'l'; 70_000], b",1,2,3\n".to_vec()].concat(),
            _ => format!("{number},é,{},\n", number * 7).into_bytes(),
        };
        text.extend(line);
    }
    let (quick, end) = read_all(&text, config::Dialect::by(b','), None, true);
    assert_eq!(end, "Ok(30000)");
    assert_eq!(quick.entries.iter().filter(|entry| entry.contains("NotUtf8")).count(), 6);
    assert_eq!(quick.entries.iter().filter(|entry| entry.contains("BrokenQuote")).count(), 6);
    assert_eq!((quick, end), read_all(&text, config::Dialect::by(b','), None, false));
}
