//! Languages as a sheet declares them, and their usual scripts.

/// Usual scripts of languages: CLDR's likely subtags, of the languages that covers are made in.
const SCRIPTS: [(&str, &[&str]); 29] = [
    ("Arab", &["ar", "fa", "ur", "ps", "ckb", "ug", "sd"]),
    ("Armn", &["hy"]),
    ("Beng", &["bn", "as"]),
    ("Cyrl", &["ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "mn", "tg"]),
    ("Deva", &["hi", "mr", "ne", "sa"]),
    ("Ethi", &["am", "ti"]),
    ("Geor", &["ka"]),
    ("Grek", &["el"]),
    ("Gujr", &["gu"]),
    ("Guru", &["pa"]),
    ("Hans", &["zh", "cmn"]),
    ("Hant", &["yue"]),
    ("Hebr", &["he", "yi"]),
    ("Jpan", &["ja"]),
    ("Khmr", &["km"]),
    ("Knda", &["kn"]),
    ("Kore", &["ko"]),
    ("Laoo", &["lo"]),
    (
        "Latn",
        &[
            "en", "id", "ms", "vi", "tl", "fil", "jv", "su", "ceb", "de", "fr", "es", "pt", "it", "nl", "pl",
            "cs", "sk", "hu", "ro", "hr", "bs", "sl", "et", "lv", "lt", "fi", "sv", "da", "nb", "no", "nn", "is",
            "ga", "cy", "ca", "eu", "gl", "sq", "mt", "tr", "az", "uz", "tk", "sw", "ha", "yo", "ig", "zu", "xh",
            "af", "so",
        ],
    ),
    ("Mlym", &["ml"]),
    ("Mymr", &["my"]),
    ("Orya", &["or"]),
    ("Sinh", &["si"]),
    ("Taml", &["ta"]),
    ("Telu", &["te"]),
    ("Thaa", &["dv"]),
    ("Thai", &["th"]),
    ("Tibt", &["bo", "dz"]),
    ("Hant", &["zh-tw", "zh-hk", "zh-mo"]),
];

/// The languages of a text that is declared to have several.
pub(super) fn languages(declared: &str) -> Vec<&str> {
    let is_between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '/' | '+' | '、' | '，');
    declared.split(is_between).filter(|language| !language.is_empty()).collect()
}

/// Whether a sheet says in place of a language that there is no text.
pub(super) fn is_without_text(language: &str) -> bool {
    ["-", "–", "none", "zxx"].contains(&language.to_lowercase().as_str())
}

/// Whether a language is the one that is asked for or a kind of it: `zh-Hant` is `zh`.
pub(super) fn is_language(found: &str, asked: &str) -> bool {
    let found = canonical(found);
    let asked = canonical(asked);
    found.strip_prefix(&asked).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// The script that a language names, or else its usual one; `None` where that is not known.
pub(super) fn script_of(language: &str) -> Option<String> {
    let language = canonical(language);
    let is_script = |part: &&str| part.len() == 4 && part.chars().all(|c| c.is_ascii_alphabetic());
    if let Some(script) = language.split('-').skip(1).find(is_script) {
        let (first, rest) = script.split_at(1);
        return Some(first.to_uppercase() + rest);
    }
    let usual = |language: &str| {
        SCRIPTS.iter().find(|(_, languages)| languages.contains(&language)).map(|(script, _)| *script)
    };
    let bare = language.split('-').next().unwrap_or_default();
    usual(&language).or_else(|| usual(bare)).map(str::to_owned)
}

fn canonical(language: &str) -> String {
    language.trim().to_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_a_language_is_that_language_and_not_the_other_way_round() {
        assert!(is_language("zh-Hant", "zh") && is_language("AR", "ar") && is_language("zh_hant_TW", "zh-Hant"));
        assert!(!is_language("zh", "zh-Hant") && !is_language("art", "ar") && !is_language("id", "ar"));
        assert_eq!(languages("ar, en/zh-Hant+id"), ["ar", "en", "zh-Hant", "id"]);
    }

    #[test]
    fn a_script_is_the_one_that_is_named_or_the_usual_one() {
        for (language, script) in [
            ("ar", "Arab"),
            ("ar-SA", "Arab"),
            ("sr-Latn", "Latn"),
            ("sr", "Cyrl"),
            ("zh-TW", "Hant"),
            ("zh-CN", "Hans"),
            ("ZH_hant", "Hant"),
            ("th", "Thai"),
        ] {
            assert_eq!(script_of(language).as_deref(), Some(script), "{language}");
        }
        assert_eq!(script_of("tlh"), None);
        let mut seen = std::collections::BTreeSet::new();
        assert!(SCRIPTS.iter().flat_map(|(_, languages)| *languages).all(|language| seen.insert(language)));
    }
}
