//! What is printed for people, and nothing that steers their terminal.
//!
//! Everything goes to standard output and standard error through a [`Screen`]. It shows control characters and those that
//! turn text around by their number, wherever in a message they come from. Of what `write!` and `writeln!` put together
//! only a newline at its end is the program's own: one inside would forge a line of the report, and is shown as `\n`.
//! Tables and pages of several lines are written as bytes ([`Write::write_all`], [`page`]); who makes them sees to their cells.

use std::fmt::{self, Display};
use std::io::{self, Write};

use crate::model::{is_steering, shown};

/// Standard output or standard error.
pub struct Screen<W: Write> {
    inner: W,
    /// The beginning of a character whose rest is still to come.
    begun: Vec<u8>,
}

impl<W: Write> Screen<W> {
    /// In front of this.
    pub const fn new(inner: W) -> Self {
        Self { inner, begun: Vec::new() }
    }
}

impl<W: Write> Write for Screen<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begun.extend_from_slice(bytes);
        let text = std::mem::take(&mut self.begun);
        for chunk in text.utf8_chunks() {
            self.inner.write_all(harmless(chunk.valid()).as_bytes())?;
            let broken = chunk.invalid();
            if std::str::from_utf8(broken).is_err_and(|error| error.error_len().is_none()) {
                self.begun = broken.to_vec();
            } else if !broken.is_empty() {
                self.inner.write_all("\u{fffd}".as_bytes())?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }

    fn write_fmt(&mut self, arguments: fmt::Arguments<'_>) -> io::Result<()> {
        let text = arguments.to_string();
        let (line, end) = text.strip_suffix('\n').map_or((text.as_str(), ""), |line| (line, "\n"));
        self.write_all(line.replace('\n', "\\n").as_bytes())?;
        self.write_all(end.as_bytes())
    }
}

/// Newlines and tabs are the program's: names and cells were seen to before.
fn harmless(text: &str) -> std::borrow::Cow<'_, str> {
    shown(text, |c| is_steering(c) && !matches!(c, '\n' | '\t'), |shown, c| shown.extend(c.escape_default()))
}

/// Prints a text of several lines, such as a table.
pub fn page(out: &mut impl Write, text: &impl Display) -> io::Result<()> {
    out.write_all(format!("{text}\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(print: impl Fn(&mut Screen<&mut Vec<u8>>) -> io::Result<()>) -> String {
        let mut paper = Vec::new();
        print(&mut Screen::new(&mut paper)).unwrap();
        String::from_utf8(paper).unwrap()
    }

    #[test]
    fn nothing_that_steers_is_printed_whatever_is_printed() {
        let header = "n\u{1b}]0;T\u{7}\u{9b}1m\u{202e}\nFORGED";
        let line = printed(|out| writeln!(out, "it has no column `{header}`"));
        assert_eq!(line, "it has no column `n\\u{1b}]0;T\\u{7}\\u{9b}1m\\u{202e}\\nFORGED`\n");
        let forged = "\n\nx";
        assert_eq!(printed(|out| writeln!(out, "{forged}")), "\\n\\nx\n");
        assert_eq!(printed(|out| page(out, &"a\u{1b}\n b\tc")), "a\\u{1b}\n b\tc\n");
    }

    #[test]
    fn characters_may_come_in_pieces() {
        let text = "直\u{2066}播".as_bytes();
        let pieces = |out: &mut Screen<&mut Vec<u8>>| text.iter().try_for_each(|byte| out.write_all(&[*byte]));
        assert_eq!(printed(pieces), "直\\u{2066}播");
        assert_eq!(printed(|out| out.write_all(b"a\xffb")), "a\u{fffd}b");
    }
}
