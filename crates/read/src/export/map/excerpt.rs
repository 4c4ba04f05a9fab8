//! The part of a rejected record that may be kept.

use crate::export::format::field::Field;

/// Shown in place of a viewer's id.
const MASK: &str = "‹viewer›";

/// How much of a rejected record's text is kept, and whether viewer ids may stay in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Excerpt {
    /// Characters kept; 0 keeps no text.
    pub chars: usize,
    /// Whether viewer ids may be kept in clear.
    pub viewer_ids: bool,
}

/// What is known of the viewer whom a record may name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Viewer<'a> {
    /// The export maps no viewer.
    NotMapped,
    /// Their id.
    Id(&'a str),
    /// No id could be read: it may be missing, nested, or in another place than it should be.
    Unclear,
}

/// Whom a record names, by the value in its column of viewers.
#[derive(Debug)]
pub(super) enum Named {
    /// No column is mapped.
    NotMapped,
    /// The value is no id.
    Unclear,
    /// By an id.
    Id(String),
}

impl Named {
    /// By the value of the column, if one is mapped.
    pub(super) fn of(value: Option<Field<'_>>) -> Self {
        match value {
            None => Self::NotMapped,
            Some(Field::Text(text) | Field::Decimal(text)) => Self::Id(text.to_owned()),
            Some(Field::Int(number)) => Self::Id(number.to_string()),
            Some(Field::Float(number)) => Self::Id(number.to_string()),
            Some(_) => Self::Unclear,
        }
    }

    /// What is known of the viewer.
    pub(super) fn viewer(&self) -> Viewer<'_> {
        match self {
            Self::NotMapped => Viewer::NotMapped,
            Self::Unclear => Viewer::Unclear,
            Self::Id(id) => Viewer::Id(id),
        }
    }
}

impl Excerpt {
    /// The text of a record whose fields could be told apart. Its viewer's id is masked wherever it stands; no text is
    /// kept where it may also stand in another spelling than the one that can be looked for.
    pub(super) fn of(self, raw: &str, viewer: Viewer<'_>) -> Option<String> {
        match viewer {
            _ if self.viewer_ids => self.cut(raw),
            Viewer::NotMapped => self.cut(raw),
            Viewer::Unclear => None,
            Viewer::Id(id) => {
                let id = id.trim();
                // JSON can write any character as an escape, CSV a quote as two.
                let is_plain = !id.is_empty() && raw.contains(id) && !raw.contains('\\') && !id.contains('"');
                is_plain.then(|| raw.replace(id, MASK)).and_then(|masked| self.cut(&masked))
            }
        }
    }

    /// The text of a record that could not be cut into fields: kept only where no viewer id can be in it, since
    /// nobody can say where.
    pub(super) fn of_broken(self, raw: &[u8], may_name_a_viewer: bool) -> Option<String> {
        if may_name_a_viewer && !self.viewer_ids {
            return None;
        }
        self.cut(&String::from_utf8_lossy(&raw[..raw.len().min(self.chars * 4)]))
    }

    fn cut(self, text: &str) -> Option<String> {
        (self.chars > 0).then(|| text.chars().take(self.chars).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn viewers_are_masked_unless_asked_for() {
        let masked = Excerpt { chars: 20, viewer_ids: false };
        assert_eq!(masked.of("e1,tap,u77,f", Viewer::Id("u77")).unwrap(), "e1,tap,‹viewer›,f");
        assert_eq!(masked.of("e1,tap, u77 ,u77", Viewer::Id(" u77 ")).unwrap(), "e1,tap, ‹viewer› ,‹v");
        assert_eq!(masked.of_broken(b"e1,\"u77", true), None);
        assert_eq!(masked.of_broken(b"e1,\"x", false).unwrap(), "e1,\"x");
        let clear = Excerpt { chars: 5, viewer_ids: true };
        assert_eq!(clear.of("e1,tap,u77", Viewer::Id("u77")).unwrap(), "e1,ta");
        assert_eq!(clear.of("e1,tap,u77", Viewer::Unclear).unwrap(), "e1,ta");
        assert_eq!(Excerpt { chars: 0, viewer_ids: true }.of("x", Viewer::NotMapped), None);
    }

    #[test]
    fn whom_a_record_names_is_an_id_or_unclear_where_a_column_is_mapped() {
        assert!(matches!(Named::of(None).viewer(), Viewer::NotMapped));
        assert!(matches!(Named::of(Some(Field::Null)).viewer(), Viewer::Unclear));
        assert!(matches!(Named::of(Some(Field::Text("u77"))).viewer(), Viewer::Id("u77")));
        assert!(matches!(Named::of(Some(Field::Int(77))).viewer(), Viewer::Id("77")));
    }

    #[test]
    fn a_viewer_who_may_stand_in_another_spelling_leaves_no_text() {
        let masked = Excerpt { chars: 50, viewer_ids: false };
        assert_eq!(masked.of("u77", Viewer::Unclear), None);
        assert_eq!(masked.of("u77", Viewer::Id(" ")), None);
        assert_eq!(masked.of(r#""u\/7""#, Viewer::Id("u/7")), None);
        assert_eq!(masked.of(r#""u7","\u00757""#, Viewer::Id("u7")), None);
        assert_eq!(masked.of(r#""u""7",u"7"#, Viewer::Id("u\"7")), None);
    }
}
