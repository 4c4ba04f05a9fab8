//! What is printed for people, and nothing that steers their terminal.
//!
//! Everything goes to standard output and standard error through a [`Screen`], and it has few ways in. What `write!` and
//! `writeln!` put together is a line: control characters and those that turn text around are shown by their number, and
//! only a newline at its end is the program's own; one inside would forge a line of the report, and is shown as `\n`.
//! Text of several lines is taken only from what says that it made its cells and names legible ([`Lines`]): a
//! [`Grid`](super::grid::Grid), or a [`CapturedText`] that was written through a screen. JSON is written by its own rules.
//! CSV is for programs and stays what it is, unless a terminal would read it; a workbook never goes to one. A picture is
//! drawn on a terminal and nowhere else. There is no other way to write bytes, so a new command cannot forget it.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};

use serde::Serialize;

use super::environment;
use super::rows::CsvRecord;
use coverledger_core::model::{is_steering, legible, legible_json, shown};
use coverledger_picture::DynamicImage;

/// The columns of what says no other number.
const USUAL_WIDTH: usize = 120;

/// Standard output or standard error.
pub struct Screen<'p> {
    inner: Box<dyn Write + 'p>,
    is_terminal: bool,
}

/// How a terminal draws pictures. One that draws by the protocol of iTerm2 is recognized by the drawing itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    Nothing,
    /// In half-blocks: two pixels a character.
    Blocks,
    /// By the protocol of kitty, after it was asked whether it does.
    Kitty,
}

/// A text of several lines whose newlines are all the program's own: what others wrote in it was made legible.
pub trait Lines: Display {}

impl<'p> Screen<'p> {
    /// Where people read what was asked for.
    #[must_use]
    pub fn standard_output() -> Self {
        let out = io::stdout().lock();
        let is_terminal = out.is_terminal();
        Self { is_terminal, ..Self::before(out) }
    }

    /// Where people read what went wrong.
    #[must_use]
    pub fn standard_error() -> Self {
        let out = io::stderr();
        let is_terminal = out.is_terminal();
        Self { is_terminal, ..Self::before(out) }
    }

    /// A file that was asked for in place of standard output.
    #[must_use]
    pub fn file(file: File) -> Self {
        Self::before(BufWriter::new(file))
    }

    /// How many columns there are to print in: those of the terminal, else those that `COLUMNS` says, else 120.
    #[must_use]
    pub fn width(&self) -> usize {
        let terminal = self.is_terminal.then(|| terminal_size::terminal_size_of(io::stdout())).flatten();
        let columns = terminal.map(|(terminal_size::Width(columns), _)| usize::from(columns));
        columns.or_else(environment::columns).unwrap_or(USUAL_WIDTH)
    }

    fn before(inner: impl Write + 'p) -> Self {
        Self { inner: Box::new(inner), is_terminal: false }
    }

    /// Whether people read it as it is written.
    #[must_use]
    pub const fn is_terminal(&self) -> bool {
        self.is_terminal
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

    /// An item of a JSON array, on a line of its own, by the rules of [`Self::json`].
    ///
    /// # Errors
    /// It cannot be written.
    pub fn json_item(&mut self, is_first: bool, value: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string(value)?;
        let before = if is_first { "[" } else { "," };
        self.inner.write_all(format!("{before}\n{}", legible_json(&text)).as_bytes())
    }

    /// The end of a JSON array.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn json_end(&mut self, is_empty: bool) -> io::Result<()> {
        self.inner.write_all(if is_empty { b"[]\n" } else { b"\n]\n" })
    }

    /// A line of CSV. CSV has no way to escape, so what steers is shown by its number on a terminal, and stays where a program
    /// reads it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn csv(&mut self, record: &CsvRecord) -> io::Result<()> {
        let line = if self.is_terminal { legible(record.line()) } else { record.line().into() };
        self.inner.write_all(format!("{line}\r\n").as_bytes())
    }

    /// The bytes of a workbook.
    ///
    /// # Errors
    /// It cannot be written, or this is a terminal.
    pub fn workbook(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.is_terminal {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "a workbook is nothing for a terminal"));
        }
        self.inner.write_all(bytes)
    }

    /// Draws a picture on a terminal, in so many columns at most; anywhere else it draws nothing.
    ///
    /// # Errors
    /// It cannot be drawn.
    pub fn picture(&mut self, picture: &DynamicImage, columns: u32, drawing: Drawing) -> io::Result<()> {
        if !self.is_terminal || drawing == Drawing::Nothing {
            return Ok(());
        }
        self.inner.flush()?;
        let config = viuer::Config {
            absolute_offset: false,
            width: Some(columns),
            use_kitty: drawing == Drawing::Kitty,
            ..viuer::Config::default()
        };
        // It writes to standard output by itself, which is what this screen is before.
        viuer::print(picture, &config).map(|_| ()).map_err(io::Error::other)
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
        let items = printed(|out| {
            out.json_item(true, &value)?;
            out.json_item(false, &value)?;
            out.json_end(false)
        });
        assert!(!items.chars().any(|c| is_steering(c) && c != '\n') && items.lines().count() == 4, "{items}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&items).unwrap(), serde_json::json!([value, value]));
        assert_eq!(printed(|out| out.json_end(true)), "[]\n");
    }

    #[test]
    fn csv_steers_no_terminal_and_a_workbook_goes_to_none() {
        let record = CsvRecord::row(&["a\u{1b}[2J\nb".into(), "c".into()]);
        let on = |is_terminal| {
            let mut text = Vec::new();
            let mut screen = Screen { is_terminal, ..Screen::before(&mut text) };
            screen.csv(&record).unwrap();
            let workbook = screen.workbook(b"PK").is_ok();
            drop(screen);
            (String::from_utf8(text).unwrap(), workbook)
        };
        assert_eq!(on(true), ("\"a\\u{1b}[2J\\nb\",c\r\n".to_owned(), false));
        assert_eq!(on(false), ("\"a\u{1b}[2J\nb\",c\r\nPK".to_owned(), true));
    }
}
