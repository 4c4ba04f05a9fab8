//! Recognizes rows of totals by what they say.

use std::collections::BTreeSet;

use crate::export::text::normal;

/// What rows of totals say in the languages that platforms speak. Normalized.
const WORDS: [&str; 71] = [
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
    // Subtotals
    "subtotal",
    "subtotals",
    "sub-total",
    "sub total",
    "zwischensumme",
    "tussentotaal",
    "subtotaal",
    "sous-total",
    "sous total",
    "subtotale",
    "小计",
    "小計",
    "소계",
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

/// What a row says that is all of something, and may as well be the only row there is. Normalized.
const SOFT: [&str; 27] = [
    "all",
    "(all)",
    "all sources",
    "overall",
    "alle",
    "todos",
    "todas",
    "todo",
    "tous",
    "toutes",
    "tutti",
    "tutte",
    "semua",
    "все",
    "整体",
    "全部",
    "全体",
    "不限",
    "所有",
    "総合",
    "全て",
    "すべて",
    "전체",
    "ทั้งหมด",
    "tất cả",
    "wszystkie",
    "tümü",
];

/// What stands behind the name of what a row is the total of: `East Total`, `杭州 汇总`.
const ENDINGS: [&str; 12] = [
    " total",
    " totals",
    " subtotal",
    " gesamt",
    " ergebnis",
    " summe",
    " totale",
    "汇总",
    "小计",
    "合计",
    "总计",
    "小計",
];

/// What rows are called where a total or a note says how many of them there are.
const RESULTS: [&str; 37] = [
    "result",
    "rows",
    "row(s)",
    "records",
    "entries",
    "items",
    "ergebnis",
    "zeilen",
    "datensätze",
    "resultado",
    "filas",
    "linhas",
    "registros",
    "résultat",
    "lignes",
    "risultat",
    "righe",
    "resultaten",
    "resultat",
    "rijen",
    "hasil",
    "baris",
    "kết quả",
    "dòng",
    "ผลลัพธ์",
    "รายการ",
    "результат",
    "строк",
    "wynik",
    "sonuç",
    "结果",
    "結果",
    "条",
    "件",
    "行",
    "개",
    "건",
];

/// No total needs more to say so.
const LONGEST_BYTES: usize = 256;

/// Whether a text says that its row is a total: a word for it in one of many languages, or `Total of 5928 results`.
#[must_use]
pub fn says_total(text: &str) -> bool {
    is_total(text, &BTreeSet::new())
}

/// Whether a text says that its row is a total of something, `Total: Ads`, where its other names are blank.
#[must_use]
pub fn says_total_of(text: &str) -> bool {
    matches!(said(text, &BTreeSet::new()), Said::Labelled | Said::Ending)
}

/// Whether a text says that its row is all of something: `整体`, `Overall`.
#[must_use]
pub fn says_all(text: &str) -> bool {
    said(text, &BTreeSet::new()) == Said::All
}

/// The same as [`says_total`], with more words (normalized by [`normalized`]).
pub(in crate::export) fn is_total(text: &str, words: &BTreeSet<String>) -> bool {
    said(text, words) == Said::Total
}

/// What a text says of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::export) enum Said {
    /// Nothing of totals.
    Nothing,
    /// Something that ends like a total, `East Total`, and may be a name.
    Ending,
    /// That it is all of something: `整体`, `All`.
    All,
    /// A total of something: `Total: Ads`.
    Labelled,
    /// A total.
    Total,
}

/// What a text says of its row; `words` are further words for totals.
pub(in crate::export) fn said(text: &str, words: &BTreeSet<String>) -> Said {
    // Nearly all values are dates and ids.
    let text = text.trim();
    let is_plain = |c: char| c.is_ascii_digit() || c == '-' || c == '_';
    if text.is_empty() || text.len() > LONGEST_BYTES {
        return Said::Nothing;
    }
    if text.starts_with(is_plain)
        && text.is_ascii()
        && words.is_empty()
        && !text.ends_with(['l', 'L', 'e', 'E', 's', 'S', 't', 'T'])
    {
        return Said::Nothing;
    }
    let text = normalized(text);
    if WORDS.contains(&text.as_str()) || words.contains(&text) || results_said(&text).is_some() {
        return Said::Total;
    }
    let head = [":", " - ", " – ", " — "].into_iter().find_map(|sign| text.split_once(sign)).map(|(head, _)| head);
    if head.is_some_and(|head| WORDS.contains(&head.trim())) {
        return Said::Labelled;
    }
    match () {
        () if SOFT.contains(&text.as_str()) => Said::All,
        () if ENDINGS.iter().any(|ending| text.ends_with(ending)) => Said::Ending,
        () => Said::Nothing,
    }
}

/// How many rows a total says it is of: `Total of 5,928 results`, `共 700 条`, `合计（700条）`.
#[must_use]
pub fn results_said(text: &str) -> Option<u64> {
    let text = normalized(text);
    let is_of_all = text.starts_with(['共', '计']) || WORDS.iter().any(|word| starts_with_word(&text, word));
    if is_of_all { counted_rows(&text) } else { None }
}

/// The one number of a text that says of how many results it speaks.
pub(super) fn counted_rows(normal: &str) -> Option<u64> {
    let has_word = RESULTS.iter().any(|word| normal.contains(word));
    if !has_word {
        return None;
    }
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.' | '\'');
    let mut numbers = normal.split(|c| !is_part(c)).filter(|part| part.contains(|c: char| c.is_ascii_digit()));
    let number = numbers.next()?.trim_matches([',', '.', '\'']);
    let is_only = numbers.next().is_none();
    let groups: Vec<&str> = number.split([',', '.', '\'']).collect();
    let is_grouped = groups[1..].iter().all(|group| group.len() == 3);
    (is_only && is_grouped).then(|| groups.concat().parse().ok()).flatten()
}

/// Whether a text begins with a word, and not only with its letters.
fn starts_with_word(text: &str, word: &str) -> bool {
    let Some(rest) = text.strip_prefix(word) else { return false };
    let is_letter = |c: char| c.is_alphabetic() && c.is_ascii();
    !rest.starts_with(is_letter)
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
        for text in [
            "小计",
            "Subtotal",
            "Sous-total",
            "Zwischensumme:",
            "共 700 条",
            "合计（700条）",
            "Total: 700 results",
        ] {
            assert!(says_total(text), "{text}");
        }
        assert!(is_total("Alles zusammen", &BTreeSet::from([normalized("alles  ZUSAMMEN")])));
    }

    #[test]
    fn a_total_of_something_says_of_what() {
        let table = [
            ("Total: Ads", Said::Labelled),
            ("Total: Account", Said::Labelled),
            ("Total - Search", Said::Labelled),
            ("Gesamt: Konto", Said::Labelled),
            ("Total : Compte", Said::Labelled),
            ("合计：账户", Said::Labelled),
            ("East Total", Said::Ending),
            ("7001 汇总", Said::Ending),
            ("7001 Total", Said::Ending),
            ("整体", Said::All),
            ("All", Said::All),
            ("전체", Said::All),
            ("live total", Said::Ending),
            ("Total War live", Said::Nothing),
            ("Totally: me", Said::Nothing),
            ("2026-08-24", Said::Nothing),
            ("-Zb4c", Said::Nothing),
            ("Allround", Said::Nothing),
        ];
        for (text, expected) in table {
            assert_eq!(said(text, &BTreeSet::new()), expected, "{text}");
        }
    }

    #[test]
    fn a_total_says_of_how_many_rows_it_is() {
        let table = [
            ("Total of 5928 results", Some(5_928)),
            ("Total of 5,928 results", Some(5_928)),
            ("Total of 1 result", Some(1)),
            ("Summe von 1.234 Ergebnissen", Some(1_234)),
            ("Total de 700 resultados", Some(700)),
            ("共 700 条", Some(700)),
            ("合计（700条）", Some(700)),
            ("Total", None),
            ("Total: 5", None),
            ("Total of 3 of 5 results", None),
            ("700 results", None),
            ("Totals war 7 results", Some(7)),
            ("Totalwar 7 results", None),
        ];
        for (text, expected) in table {
            assert_eq!(results_said(text), expected, "{text}");
        }
    }

    #[test]
    fn the_words_are_normalized() {
        for word in WORDS.into_iter().chain(SOFT) {
            assert_eq!(normalized(word), word);
        }
        for word in RESULTS {
            assert_eq!(normal(word), word);
        }
    }
}
