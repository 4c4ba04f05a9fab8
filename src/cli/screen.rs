//! What is printed for people, and nothing that steers their terminal.
//!
//! Everything goes to standard output and standard error through a [`Screen`], and it has three ways in. What `write!` and
//! `writeln!` put together is a line: control characters and those that turn text around are shown by their number, and
//! only a newline at its end is the program's own; one inside would forge a line of the report, and is shown as `\n`.
//! Text of several lines is taken only from what says that it made its cells and names legible ([`Lines`]): a
//! [`Grid`](super::grid::Grid), or a [`CapturedText`] that was written through a screen. JSON is written by its own rules.
//! There is no way to write bytes, so a new command cannot forget it.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::io::{self, Write};

use serde::Serialize;

use coverledger_core::model::{is_steering, legible, legible_json, shown};

/// Standard output or standard error.
pub struct Screen<'p> {
    inner: Box<dyn Write + 'p>,
}

/// A text of several lines whose newlines are all the program's own: what others wrote in it was made legible.
pub trait Lines: Display {}

impl<'p> Screen<'p> {
    /// Where people read what was asked for.
    #[must_use]
    pub fn standard_output() -> Self {
        Self::before(io::stdout().lock())
    }

    /// Where people read what went wrong.
    #[must_use]
    pub fn standard_error() -> Self {
        Self::before(io::stderr())
    }

    fn before(inner: impl Write + 'p) -> Self {
        Self { inner: Box::new(inner) }
    }

    /// A line, or a part of one. This is what `write!` and `writeln!` call.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write_fmt(&mut self, arguments: fmt::Arguments<'_>) -> io::Result<()> {
        let text = arguments.to_string();
        let (line, end) = text.strip_suffix('\n').map_or((text.as_str(), ""), |line| (line, "\n"));
        self.inner.write_all(legible(line).as_bytes())?;
        self.inner.write_all(end.as_bytes())
    }

    /// A line of fields for other programs, with a tab between two. None of them has one.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn fields(&mut self, fields: &[&dyn Display]) -> io::Result<()> {
        let fields: Vec<String> = fields.iter().map(|field| legible(&field.to_string()).into_owned()).collect();
        self.inner.write_all(format!("{}\n", fields.join("\t")).as_bytes())
    }

    /// A text of several lines, and a newline.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn page(&mut self, text: &impl Lines) -> io::Result<()> {
        let text = format!("{text}\n");
        self.inner.write_all(harmless(&text).as_bytes())
    }

    /// A JSON value on one line. What steers is escaped as JSON does it, so that the values stay what they are.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string(value)?;
        self.inner.write_all(format!("{}\n", legible_json(&text)).as_bytes())
    }

    /// What was written is out.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// What was written to a screen, to be printed later.
pub struct CapturedText(String);

impl CapturedText {
    /// Writes it.
    ///
    /// # Errors
    /// What the writing gives.
    pub fn written<E>(write: impl FnOnce(&mut Screen<'_>) -> Result<(), E>) -> Result<Self, E> {
        let mut text = Vec::new();
        write(&mut Screen::before(&mut text))?;
        Ok(Self(String::from_utf8_lossy(&text).into_owned()))
    }

    /// Without blank lines at its end.
    #[must_use]
    pub fn trimmed(self) -> Self {
        Self(self.0.trim_end().to_owned())
    }
}

impl Display for CapturedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Lines for CapturedText {}

/// The net below [`Lines`]: whatever was forgotten there, only newlines come through.
fn harmless(text: &str) -> Cow<'_, str> {
    shown(text, |c| is_steering(c) && c != '\n', |shown, c| shown.extend(c.escape_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(print: impl Fn(&mut Screen<'_>) -> io::Result<()>) -> String {
        CapturedText::written(print).unwrap().to_string()
    }

    #[test]
    fn nothing_that_steers_is_printed_whatever_is_printed() {
        let header = "n\u{1b}]0;T\u{7}\u{9b}1m\u{202e}\nFORGED\t直播";
        let line = printed(|out| writeln!(out, "it has no column `{header}`"));
        assert_eq!(line, "it has no column `n\\u{1b}]0;T\\u{7}\\u{9b}1m\\u{202e}\\nFORGED\\t直播`\n");
        let forged = "\n\nx";
        assert_eq!(printed(|out| writeln!(out, "{forged}")), "\\n\\nx\n");
    }

    #[test]
    fn a_page_that_forgot_its_cells_steers_nothing_either() {
        assert_eq!(
            printed(|out| out.page(&CapturedText("a\u{1b}\n b\r\u{2066}c".to_owned()))),
            "a\\u{1b}\n b\\r\\u{2066}c\n"
        );
    }

    #[test]
    fn json_keeps_its_values() {
        let value = serde_json::json!({"id\n\u{1b}": "c\u{202e}\u{e0041}"});
        let text = printed(|out| out.json(&value));
        assert!(!text.trim_end().chars().any(is_steering), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
