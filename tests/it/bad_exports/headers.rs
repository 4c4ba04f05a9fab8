//! Headers behind a preamble, in other spellings, and described once more.

use super::mapping::{HEADER, Mapping, good};

const PREAMBLE: &str = "Report of 2026-11-21,,\n\n\"Filters: \"\"all\"\"\nand none\",x\nan \"odd line\n";

#[test]
fn a_preamble_and_a_row_of_descriptions_are_no_records() {
    let text = format!("{PREAMBLE}{HEADER}\"the id\nof it\",b,c\n\n{}e2\n{}", good("e1"), good("e3"));
    let outcome = Mapping::events().header_within(30, 1).read(&text);
    assert_eq!(outcome.rows(), [3, 2, 0, 1]);
    assert_eq!(outcome.rejects(), ["2 `e2` field_count"]);
    assert_eq!(outcome.ids(), ["e1", "e3"]);
}

#[test]
fn the_header_must_be_among_so_many_lines() {
    // Three lines that are not blank stand before it.
    let text = format!("{PREAMBLE}{HEADER}{}", good("e1"));
    assert_eq!(Mapping::events().header_within(4, 0).read(&text).rows(), [1, 1, 0, 0]);
    assert_eq!(
        Mapping::events().header_within(3, 0).read(&text).refusal(),
        "none of the mapped columns is in its first lines; has it a header, within `header_within` lines, and this \
         delimiter and encoding?"
    );
    assert_eq!(
        Mapping::events().header_within(9, 0).read("\n\n").refusal(),
        "its header cannot be read (there is none)"
    );
    // Where the first line must be the header, a preamble is none.
    assert_eq!(
        Mapping::events().read(&text).refusal(),
        "none of the mapped columns is in its first line; has it a header, and this delimiter and encoding?"
    );
}

#[test]
fn the_line_with_the_most_columns_says_which_is_missing() {
    let text = format!("id,of,what\n{}{}", HEADER.replace("room", "chamber"), good("e1"));
    assert_eq!(
        Mapping::events().header_within(30, 0).read(text).refusal(),
        "it has no column `room` (it has: `id`, `at`, `what`, `country`, `chamber`, `cover`, `viewer`, `who`, `dwell`)"
    );
}

#[test]
fn a_header_may_be_spelled_as_spreadsheets_spell() {
    let header =
        "\u{feff}ID,At\u{a0},WHAT,Country,Ｒｏｏｍ,Auf\u{ad}rufe  je\u{202f}Titelbild,viewer\u{200b},who,dwell\n";
    let text = format!("{header}{}", good("e1"));
    let mapping = Mapping::events().cover(&["Views per cover", "Aufrufe je Titelbild"]);
    for outcome in [mapping.read(&text), mapping.clone().header_within(30, 0).read(&text)] {
        assert_eq!(outcome.rows(), [1, 1, 0, 0]);
        assert_eq!(outcome.tape.stages[0].cover_id.as_deref(), Some("c1"));
    }
}

#[test]
fn between_two_columns_of_one_meaning_nobody_chooses() {
    let text = format!("{}{}", HEADER.replace("cover", "Cover,COVER"), good("e1").replace("c1", "c1,c2"));
    assert_eq!(
        Mapping::events().read(&text).refusal(),
        "its columns `Cover`, `COVER` could all be `cover`; map the one that is meant by its exact name"
    );
    let exact = Mapping::events().cover(&["COVER"]).read(&text);
    assert_eq!(exact.tape.stages[0].cover_id.as_deref(), Some("c2"));
    let twice = format!("{}{}", HEADER.replace("who", "who,note,note"), good("e1").replace(",f,", ",f,,,"));
    assert_eq!(Mapping::events().header_within(30, 0).read(twice).rows(), [1, 1, 0, 0]);
    let wanted_twice = HEADER.replace("who", "who,cover");
    assert_eq!(
        Mapping::events().header_within(30, 0).read(wanted_twice).refusal(),
        "its header names `cover` twice"
    );
}
