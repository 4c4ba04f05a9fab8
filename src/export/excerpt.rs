//! What may be kept of a rejected record.

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

impl Excerpt {
    /// The text of a record whose fields could be told apart. Its viewer's id is masked wherever it stands.
    pub(super) fn of(self, raw: &str, viewer_id: Option<&str>) -> Option<String> {
        let masked = match viewer_id {
            Some(id) if !self.viewer_ids && !id.is_empty() => raw.replace(id, MASK),
            _ => raw.to_owned(),
        };
        self.cut(&masked)
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
        assert_eq!(masked.of("e1,tap,u77,f", Some("u77")).unwrap(), "e1,tap,‹viewer›,f");
        assert_eq!(masked.of_broken(b"e1,\"u77", true), None);
        assert_eq!(masked.of_broken(b"e1,\"x", false).unwrap(), "e1,\"x");
        let clear = Excerpt { chars: 5, viewer_ids: true };
        assert_eq!(clear.of("e1,tap,u77", Some("u77")).unwrap(), "e1,ta");
        assert_eq!(Excerpt { chars: 0, viewer_ids: true }.of("x", None), None);
    }
}
