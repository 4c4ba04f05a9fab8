//! Where what is declared and what pictures look like do not go together, in words.

use super::groups::Clash;
use super::{FamilyOfCover, HashedCover, Portrayed};
use coverledger_core::model::PICTURE_HASH_BITS;

/// What does not go together, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

impl Contradiction {
    /// Of a cover whose picture is a version of one in another declared family; `None` if it is not. The nearest is named.
    pub(super) fn of(
        covers: &[HashedCover<'_>],
        pictures: &[Portrayed<'_>],
        found: &[FamilyOfCover],
        cover: usize,
        clashes: &[Clash],
    ) -> Option<Self> {
        let (Clash { picture, bits }, more) = clashes.split_first()?;
        let other = *pictures[*picture].covers.first()?;
        let (Some(own), Some(others)) = (&found[cover].family, &found[other].family) else { return None };
        let other = covers[other].cover_id;
        let all = PICTURE_HASH_BITS;
        let (en, zh) = if covers[cover].declared.is_some() {
            (
                format!("Declared in the family `{own}`, but its picture is a version of `{other}` in `{others}`"),
                format!("申报属于系列 `{own}`，但图片与系列 `{others}` 的 `{other}` 是同一画面"),
            )
        } else {
            (
                format!(
                    "Its picture is a version of covers in two declared families: it counts to `{own}`, but is like \
                     `{other}` in `{others}` as well"
                ),
                format!("图片与两个申报系列都是同一画面：计入 `{own}`，但也与系列 `{others}` 的 `{other}` 相似"),
            )
        };
        let (more_en, more_zh) = match more.len() {
            0 => (String::new(), String::new()),
            more => (format!(" So are {more} more."), format!("另有 {more} 张图片如此。")),
        };
        Some(Self {
            en: format!("{en} ({bits} of {all} bits differ).{more_en} What is declared holds."),
            zh: format!("{zh}（{all} 位中相差 {bits} 位）。{more_zh}以申报为准。"),
        })
    }
}
