//! Rows of totals: how they say that they are.

use std::collections::BTreeSet;

use crate::export::text::normal;

/// What rows of totals say in the languages that platforms speak. Normalized.
const WORDS: [&str; 58] = [
    "total",
    "totals",
    "grand total",
    "grand totals",
    "overall total",
    "sum",
    "all total",
    // German, Dutch, the north
    "gesamt",
    "gesamtsumme",
    "gesamtergebnis",
    "summe",
    "insgesamt",
    "totaal",
    "eindtotaal",
    "totalt",
    "i alt",
    "summa",
    "yhteensä",
    // Romance
    "total general",
    "total geral",
    "total général",
    "total generale",
    "totale",
    "totale complessivo",
    "totales",
    "totais",
    "totaux",
    "suma",
    "suma total",
    "soma",
    // Indonesian, Malay, Vietnamese, Thai, Filipino
    "jumlah",
    "jumlah total",
    "total keseluruhan",
    "keseluruhan",
    "tổng",
    "tổng cộng",
    "tổng số",
    "รวม",
    "รวมทั้งหมด",
    "ยอดรวม",
    "ผลรวม",
    "kabuuan",
    // Chinese, Japanese, Korean
    "合计",
    "总计",
    "總計",
    "合計",
    "总和",
    "汇总",
    "総計",
    "합계",
    "총계",
    "총합",
    // Russian, Polish, Turkish, Hindi, Arabic
    "итого",
    "всего",
    "razem",
    "toplam",
    "कुल",
    "الإجمالي",
];

/// How a row begins that says of how many rows it is the total.
const BEGINNING: &str = "total of ";

/// No total needs more to say so.
const LONGEST_BYTES: usize = 256;

/// Whether a text says that its row is a total: a word for it in one of many languages, or `Total of 5928 results`.
#[must_use]
pub fn says_total(text: &str) -> bool {
    is_total(text, &BTreeSet::new())
}

/// The same, with more words (normalized by [`normalized`]).
pub(in crate::export) fn is_total(text: &str, words: &BTreeSet<String>) -> bool {
    // Nearly all values are dates and ids.
    if text.len() > LONGEST_BYTES || text.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    if text.is_ascii() && words.is_empty() && !text.contains("  ") {
        let text = text.trim().trim_end_matches([':', ' ']);
        let begins = text.get(..BEGINNING.len()).is_some_and(|text| text.eq_ignore_ascii_case(BEGINNING));
        return begins || WORDS.iter().any(|word| word.eq_ignore_ascii_case(text));
    }
    let text = normalized(text);
    WORDS.contains(&text.as_str()) || words.contains(&text) || text.starts_with(BEGINNING)
}

/// Text without what makes no difference: case, kinds of spaces and letters, invisible signs, a colon behind it.
pub(in crate::export) fn normalized(text: &str) -> String {
    normal(text).trim_end_matches([':', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_known_in_many_languages() {
        for text in [
            "Total",
            " TOTAL ",
            "Grand\u{a0}Total",
            "Gesamt",
            "Ge\u{ad}samt",
            "Summe",
            "Total general",
            "Totale",
            "Jumlah",
            "Tổng",
            "To\u{302}\u{309}ng",
            "Tổng cộng",
            "รวม",
            "合计",
            "总计",
            "合計",
            "総計",
            "합계",
            "총계",
            "Итого",
            "Итого:",
            "Total of 5928 results",
            "total  of 3 results",
            "SUM: ",
            "Ｔｏｔａｌ",
        ] {
            assert!(says_total(text), "{text}");
        }
        for text in ["", "Total War live", "2026-08-24", "7652", "Totally", "total_views", "live total"] {
            assert!(!says_total(text), "{text}");
        }
        assert!(is_total("Alles zusammen", &BTreeSet::from([normalized("alles  ZUSAMMEN")])));
    }

    #[test]
    fn the_words_are_normalized() {
        for word in WORDS {
            assert_eq!(normalized(word), word);
        }
    }
}
