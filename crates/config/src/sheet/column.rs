//! The columns that a sheet may have, in English and in Chinese.

/// What may be declared of a cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Declared {
    /// The file of its picture, as its key below the prefix of the store or as its name.
    File,
    /// What people call it.
    Name,
    /// What people call it in Chinese.
    NameZh,
    /// What it is about.
    Theme,
    /// The language of its text.
    Language,
    /// Which price is on it.
    PriceTag,
    /// Which product is on it.
    Product,
    /// For which festival it was made.
    Festival,
    /// Who made it.
    Designer,
    /// Of which family it is.
    Family,
    /// Where a platform serves it; never fetched.
    CoverImageUrl,
}

impl Declared {
    /// Each of them, in the order of columns.
    pub const ALL: [Self; 11] = [
        Self::File,
        Self::Name,
        Self::NameZh,
        Self::Theme,
        Self::Language,
        Self::PriceTag,
        Self::Product,
        Self::Festival,
        Self::Designer,
        Self::Family,
        Self::CoverImageUrl,
    ];

    /// Its name in a sheet.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.names()[0]
    }

    /// Every name that it may have in a sheet, the first being its own.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::File => &[
                "file",
                "file_name",
                "filename",
                "picture",
                "image",
                "文件",
                "文件名",
                "图片",
                "图片文件",
                "图片名",
            ],
            Self::Name => &["name", "cover_name", "title", "名称", "封面名称", "封面名", "标题"],
            Self::NameZh => &[
                "name_zh",
                "chinese_name",
                "title_zh",
                "中文名",
                "中文名称",
                "中文标题",
                "封面中文名",
                "名称（中文）",
                "名称(中文)",
            ],
            Self::Theme => &["theme", "主题", "封面主题"],
            Self::Language => &["language", "lang", "语言", "语种"],
            Self::PriceTag => &["price_tag", "price", "价格", "价签", "价格标签"],
            Self::Product => &["product", "item", "商品", "产品", "商品名称"],
            Self::Festival => &["festival", "holiday", "节日", "大促"],
            Self::Designer => &["designer", "设计师", "设计", "美工"],
            Self::Family => &["family", "declared_family", "series", "系列", "家族", "封面系列"],
            Self::CoverImageUrl => {
                &["cover_image_url", "image_url", "cover_url", "封面链接", "图片链接", "封面图链接"]
            }
        }
    }
}

const COVER_IDS: [&str; 7] = ["cover_id", "cover", "id", "封面id", "封面_id", "封面编号", "封面"];

/// A column by its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SheetColumn {
    /// Of which cover a row is.
    CoverId,
    /// One that is known.
    Known(Declared),
    /// One of the team's own, by its name.
    Tag(String),
}

impl SheetColumn {
    /// The column of this name, however it is written.
    pub(super) fn of(name: &str) -> Self {
        let name = name.trim();
        let plain = name.to_lowercase().replace([' ', '-', '\u{3000}'], "_");
        if COVER_IDS.contains(&plain.as_str()) {
            return Self::CoverId;
        }
        let known = Declared::ALL.into_iter().find(|column| column.names().contains(&plain.as_str()));
        known.map_or_else(|| Self::Tag(name.to_owned()), Self::Known)
    }
}

/// The known columns by their own names.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    [COVER_IDS[0]].into_iter().chain(Declared::ALL.into_iter().map(Declared::word))
}
