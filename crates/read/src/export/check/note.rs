//! Notes of a platform among the rows of its export: `Showing top 500 results`, in whatever language; `* delayed by two
//! days`. They stand alone in their row, say nothing that could be counted, and are no records of anything.

use super::total_row::{counted_rows, normalized};

/// How notes begin that say nothing of results. Normalized; a colon or a blank stands behind them.
const BEGINNINGS: [&str; 31] = [
    "note",
    "notes",
    "source",
    "data as of",
    "as of",
    "generated",
    "report generated",
    "exported",
    "last updated",
    "downloaded",
    "disclaimer",
    "hinweis",
    "quelle",
    "stand",
    "nota",
    "fonte",
    "remarque",
    "catatan",
    "ghi chú",
    "примечание",
    "注",
    "注意",
    "备注",
    "说明",
    "数据说明",
    "数据更新时间",
    "更新时间",
    "导出时间",
    "统计时间",
    "数据来源",
    "備考",
];
/// No note is longer.
const LONGEST_BYTES: usize = 1_000;

/// What a note says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::export) struct Note {
    /// Of how many results it speaks.
    pub(in crate::export) results: Option<u64>,
}

/// Whether a text that stands alone in its row is a note of the platform, in one of many languages.
#[must_use]
pub fn says_note(text: &str) -> bool {
    note(text).is_some()
}

/// The note that a text is, if it is one that stands alone.
pub(in crate::export) fn note(text: &str) -> Option<Note> {
    if text.len() > LONGEST_BYTES {
        return None;
    }
    let text = normalized(text);
    let has_words = text.chars().filter(|c| c.is_alphabetic()).count() >= 3;
    if let Some(results) = counted_rows(&text).filter(|_| has_words) {
        return Some(Note { results: Some(results) });
    }
    let begins = |word: &&str| {
        text.strip_prefix(*word).is_some_and(|rest| rest.trim_start().starts_with([':', '*', '(']))
            || (word.contains(' ') && text.starts_with(&format!("{word} ")))
    };
    let is_starred = text.starts_with(['*', '※']) && has_words;
    (is_starred || BEGINNINGS.iter().any(begins)).then_some(Note { results: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_known_in_many_languages() {
        for text in [
            "Showing top 500 results",
            "Es werden die ersten 500 Ergebnisse angezeigt",
            "Mostrando os 500 principais resultados",
            "Se muestran los 500 primeros resultados",
            "Affichage des 500 premiers résultats",
            "Visualizzazione dei primi 500 risultati",
            "Menampilkan 500 hasil teratas",
            "Đang hiển thị 500 kết quả hàng đầu",
            "แสดงผลลัพธ์ 500 อันดับแรก",
            "Показаны первые 500 результатов",
            "上位 500 件の結果を表示しています",
            "显示前 500 条结果",
            "상위 500개 결과 표시",
        ] {
            assert_eq!(note(text), Some(Note { results: Some(500) }), "{text}");
        }
        for text in [
            "* Impressions are delayed by two days",
            "Note: times are UTC",
            "注：数据为预估",
            "Data as of 2026-11-03",
        ] {
            assert_eq!(note(text), Some(Note { results: None }), "{text}");
        }
        for text in
            ["", "7646166143702453524", "My 500 best looks", "Notebook sale", "live", "注目の商品", "500", "-"]
        {
            assert_eq!(note(text), None, "{text}");
        }
    }

    #[test]
    fn the_words_are_normalized() {
        for word in BEGINNINGS {
            assert_eq!(normalized(word), word);
        }
    }
}
