//! Problems of a configuration, and their text.

use std::fmt;
use std::path::PathBuf;

use coverledger_core::model::legible;

/// Every problem of a configuration, file by file.
///
/// ```text
/// 2 problems in `jobs/nightly.yaml`
///   line 7, `markets[1]`: unknown market `DEE` (known: `DE`, `FR`, `UK`; did you mean `DE`?)
///   line 12, `lookback_days`: `-3` is not a count of days (expected 1 to 400)
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// At least one; those of one file stand together, in the order of its lines.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file or folder, as the user named it.
    pub file: PathBuf,
    /// Line, from 1; `None` when the file itself is the problem.
    pub line: Option<usize>,
    /// Where in the file: `exports[0].columns.market`; empty for the file as a whole.
    pub path: String,
    /// What was found, what is allowed, and a hint.
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, of_file) in self.problems.chunk_by(|one, next| one.file == next.file).enumerate() {
            let (noun, lead) =
                (if of_file.len() == 1 { "problem" } else { "problems" }, if index == 0 { "" } else { "\n" });
            write!(f, "{lead}{} {noun} in `{}`", of_file.len(), of_file[0].file.display())?;
            for problem in of_file {
                write!(f, "\n  {problem}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.path.as_str()) {
            (Some(line), "") => write!(f, "line {line}: ")?,
            (Some(line), path) => write!(f, "line {line}, `{}`: ", legible(path))?,
            (None, "") => {}
            (None, path) => write!(f, "`{}`: ", legible(path))?,
        }
        f.write_str(&legible(&self.message))
    }
}

/// A list of words as a person reads it: `` `DE`, `FR` ``.
pub(super) fn listed<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    const SHOWN: usize = 32;
    let words: Vec<&str> = words.into_iter().collect();
    let mut text = words.iter().take(SHOWN).map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    if words.len() > SHOWN {
        text = format!("{text} … {} in all", words.len());
    }
    text
}

/// `` known: `DE`, `FR`; did you mean `DE`? `` for the end of a message about a word that is not among them.
#[must_use]
pub fn among<'w>(label: &str, words: impl IntoIterator<Item = &'w str>, asked: &str) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    if words.is_empty() {
        return format!("{label}: none");
    }
    let hint = nearest(&words, asked).map(|word| format!("; did you mean `{word}`?")).unwrap_or_default();
    format!("{label}: {}{hint}", listed(words))
}

fn nearest<'w>(words: &[&'w str], asked: &str) -> Option<&'w str> {
    let asked = asked.to_lowercase();
    let reach = match asked.chars().count() {
        0..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    words
        .iter()
        .map(|word| (strsim::damerau_levenshtein(&asked, &word.to_lowercase()), *word))
        .filter(|(distance, word)| *distance <= reach && *distance < word.chars().count())
        .min()
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(file: &str, line: Option<usize>, path: &str, message: &str) -> Problem {
        Problem { file: file.into(), line, path: path.to_owned(), message: message.to_owned() }
    }

    #[test]
    fn problems_are_told_file_by_file() {
        let error = ConfigError {
            problems: vec![
                problem("jobs/nightly.yaml", Some(7), "markets[1]", "unknown market `DEE`"),
                problem("jobs/nightly.yaml", Some(12), "", "broken"),
                problem("jobs/weekly.yaml", None, "", "is empty"),
            ],
        };
        let expected = "2 problems in `jobs/nightly.yaml`\n  line 7, `markets[1]`: unknown market `DEE`\n  \
                        line 12: broken\n1 problem in `jobs/weekly.yaml`\n  is empty";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_near_word_is_offered_and_a_far_one_is_not() {
        assert_eq!(among("known", ["DE", "FR", "UK"], "DEE"), "known: `DE`, `FR`, `UK`; did you mean `DE`?");
        assert_eq!(among("known", ["DE", "FR"], "Germany"), "known: `DE`, `FR`");
        assert_eq!(among("known", ["DE", "FR"], "xx"), "known: `DE`, `FR`");
    }
}
