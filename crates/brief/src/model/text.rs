//! What is said in words, in both languages.

use serde::{Deserialize, Serialize};

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Text {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

impl Text {
    /// A text in English and in Chinese.
    #[must_use]
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }

    /// A text that is the same in both, such as an id.
    #[must_use]
    pub fn same(text: &str) -> Self {
        Self { en: text.to_owned(), zh: text.to_owned() }
    }
}

/// What a cover is called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CoverTitle {
    /// Its name in the sheet of covers, or its id.
    pub title: Text,
    /// SHA-256 of its thumbnail; `None` where it has none.
    pub thumbnail: Option<String>,
}

/// A platform in a market: by id, and as people call it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PlaceName {
    /// The platform's id.
    pub platform: String,
    /// The market's id.
    pub market: String,
    /// What people call the platform.
    pub platform_title: Text,
    /// What people call the market.
    pub market_title: Text,
}
