//! The language in which people are answered.

use clap::ValueEnum;

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Lang {
    /// English
    #[default]
    En,
    /// Chinese
    Zh,
}

impl Lang {
    /// The one of two that is in this language.
    pub fn of<T>(self, en: T, zh: T) -> T {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }

    /// The same of a pair, English first.
    pub fn among<T>(self, [en, zh]: [T; 2]) -> T {
        self.of(en, zh)
    }
}
