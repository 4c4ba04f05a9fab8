//! Headers as people and languages write them: found among the first lines, and matched against the mapped names.
//!
//! A name that is there exactly is the one that is meant. Otherwise names are compared after Unicode normalization, so
//! that case, soft hyphens, kinds of spaces and full-width letters make no difference. Where two columns could then be
//! meant, nobody guesses.

use std::collections::BTreeSet;

use super::wanted::Wanted;
use crate::export::text::normal;
use crate::export::{ExportError, MissingColumns};
use coverledger_config::Header;

/// The names of the columns of a table, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    names: Vec<String>,
    normal: Vec<String>,
    /// Of a header over two lines: the names with what they are grouped under, `Traffic / Impressions`.
    grouped: Vec<String>,
}

/// The longest name that is made of two.
const MAX_GROUPED_BYTES: usize = 1_000;

/// Where each wanted column is, in the order of the wanted ones; `None` for one that is not there and need not be.
pub(super) type Places = Vec<Option<usize>>;

impl Heading {
    pub(in crate::export) fn new(names: Vec<String>) -> Self {
        let normal = names.iter().map(|name| normal(name)).collect();
        Self { names, normal, grouped: Vec::new() }
    }

    /// A header over two lines. A cell of the first may be merged over several columns, which the second names, or
    /// downwards over both lines.
    pub(super) fn of_two(above: &[String], below: &[String]) -> Self {
        let mut names = Vec::new();
        let mut grouped = Vec::new();
        let mut group = "";
        for column in 0..above.len().max(below.len()) {
            let [above, below] = [above, below].map(|line| line.get(column).map_or("", String::as_str));
            if !above.is_empty() {
                group = above;
            }
            let name = if below.is_empty() { above } else { below };
            names.push(name.to_owned());
            let is_grouped = !below.is_empty() && !group.is_empty() && group != below;
            // Nobody maps a longer one, and it would be there as often as columns are below it.
            let is_grouped = is_grouped && group.len() + below.len() <= MAX_GROUPED_BYTES;
            grouped.push(if is_grouped { normal(&format!("{group} / {below}")) } else { String::new() });
        }
        Self { grouped, ..Self::new(names) }
    }

    /// With as many columns as the wanted ones go by number: a spreadsheet's row ends with its last value.
    pub(super) fn widened_to(mut self, wanted: &[Wanted]) -> Self {
        let most = wanted.iter().filter_map(|wanted| wanted.column.number()).max().map_or(0, usize::from);
        if self.names.len() < most {
            self.names.resize(most, String::new());
            self.normal.resize(most, String::new());
        }
        self
    }

    pub(in crate::export) fn len(&self) -> usize {
        self.names.len()
    }

    /// Refuses a header that names a column twice: it is not clear which of the two a mapping means.
    pub(super) fn refuse_duplicates(&self) -> Result<(), ExportError> {
        let mut seen = BTreeSet::new();
        match self.names.iter().filter(|name| !name.is_empty()).find(|name| !seen.insert(*name)) {
            Some(twice) => Err(ExportError::DuplicateHeader(twice.clone())),
            None => Ok(()),
        }
    }

    /// Where every wanted column is.
    pub(in crate::export) fn places(&self, wanted: &[Wanted]) -> Result<Places, ExportError> {
        let places: Places = wanted.iter().map(|wanted| self.place(wanted)).collect::<Result<_, _>>()?;
        match MissingColumns::of(wanted, &self.names, &|place| places[place].is_some(), None) {
            Some(missing) => Err(missing.into()),
            None => Ok(places),
        }
    }

    fn place(&self, wanted: &Wanted) -> Result<Option<usize>, ExportError> {
        match self.candidates(wanted)[..] {
            [] => Ok(None),
            [place] => Ok(Some(place)),
            [first, second, ..] if self.names[first] == self.names[second] => {
                Err(ExportError::DuplicateHeader(self.names[first].clone()))
            }
            [..] => Err(ExportError::AmbiguousColumn {
                column: wanted.column.name().to_owned(),
                candidates: self.candidates(wanted).into_iter().map(|place| self.names[place].clone()).collect(),
            }),
        }
    }

    /// The columns that a wanted one could be.
    fn candidates(&self, wanted: &Wanted) -> Vec<usize> {
        if let Some(number) = wanted.column.number() {
            return usize::from(number).checked_sub(1).filter(|place| *place < self.len()).into_iter().collect();
        }
        let exact: Vec<usize> = (0..self.len()).filter(|place| wanted.is(&self.names[*place])).collect();
        if !exact.is_empty() {
            return exact;
        }
        let aliases: Vec<String> = wanted.column.names().iter().map(|alias| normal(alias)).collect();
        let is_meant = |name: Option<&String>| name.is_some_and(|name| !name.is_empty() && aliases.contains(name));
        (0..self.len())
            .filter(|place| is_meant(self.normal.get(*place)) || is_meant(self.grouped.get(*place)))
            .collect()
    }

    /// How many wanted columns are there, and whether all needed ones are.
    fn score(&self, wanted: &[Wanted]) -> (usize, bool) {
        let there: Vec<bool> = wanted.iter().map(|wanted| !self.candidates(wanted).is_empty()).collect();
        // Any line has a third column.
        let is_named = |(wanted, is_there): &(&Wanted, &bool)| **is_there && wanted.column.number().is_none();
        let found = wanted.iter().zip(&there).filter(is_named).count();
        let is_complete = Wanted::missing(wanted, &|place| there[place]).is_empty();
        (found, is_complete && found > 0)
    }
}

/// Looks for the header among the first rows of a table that are not empty.
pub(super) struct Search<'a> {
    wanted: &'a [Wanted],
    header: &'a Header,
    looked_at: u16,
    best: Option<(usize, Heading)>,
    /// The line before, of a header over two.
    above: Option<Vec<String>>,
    /// Whether rows may be wider than their header.
    widens: bool,
}

impl<'a> Search<'a> {
    pub(in crate::export) fn new(header: &'a Header, wanted: &'a [Wanted]) -> Self {
        Self { wanted, header, looked_at: 0, best: None, above: None, widens: false }
    }

    /// Of a spreadsheet, whose rows end with their last value.
    pub(super) fn widening(mut self) -> Self {
        self.widens = true;
        self
    }

    /// Whether the first row must be the header.
    pub(super) fn is_first_row(&self) -> bool {
        self.header.within_lines <= 1
    }

    /// Whether no further row may be the header.
    pub(super) fn is_over(&self) -> bool {
        self.looked_at >= self.header.within_lines.max(1) + self.header.lines - 1
    }

    /// Takes the next row; gives the header back with its places if this is it.
    pub(super) fn offer(&mut self, names: Vec<String>) -> Result<Option<(Heading, Places)>, ExportError> {
        self.looked_at += 1;
        let mut told = None;
        let heading = if self.header.lines == 2 {
            let Some(above) = self.above.replace(names.clone()) else { return Ok(None) };
            let heading = Heading::of_two(&above, &names);
            // A line without a wanted column may be data, and name viewers: no part of it is shown.
            if Heading::new(names).score(self.wanted).0 == 0 {
                told = Some(Heading::new(above));
            }
            heading
        } else {
            Heading::new(names)
        };
        let heading = if self.widens { heading.widened_to(self.wanted) } else { heading };
        let (found, is_complete) = heading.score(self.wanted);
        if is_complete {
            if self.is_first_row() {
                heading.refuse_duplicates()?;
            }
            let places = heading.places(self.wanted)?;
            return Ok(Some((heading, places)));
        }
        let found = told.as_ref().map_or(found, |told| told.score(self.wanted).0);
        if found > self.best.as_ref().map_or(0, |(best, _)| *best) {
            self.best = Some((found, told.unwrap_or(heading)));
        }
        Ok(None)
    }

    /// The rows are over: of a table without a record, the header may be one line where others have two.
    pub(super) fn end(&self) -> Result<Option<(Heading, Places)>, ExportError> {
        let Some(names) = &self.above else { return Ok(None) };
        let heading = Heading::new(names.clone());
        let (_, is_complete) = heading.score(self.wanted);
        if !is_complete {
            return Ok(None);
        }
        let places = heading.places(self.wanted)?;
        Ok(Some((heading, places)))
    }

    /// Takes a row that cannot be the header.
    pub(super) fn pass(&mut self) {
        self.looked_at += 1;
        self.above = None;
    }

    /// Whether a row had at least one of the wanted columns.
    pub(in crate::export) fn matches(&self) -> usize {
        self.best.as_ref().map_or(0, |(best, _)| *best)
    }

    /// Why there is no header. Of a row without a single wanted column nothing is told: it may be data, and name
    /// viewers.
    pub(in crate::export) fn failure(self, nothing_found: &'static str) -> ExportError {
        let Some((_, heading)) = self.best else { return ExportError::NoMappedColumn(nothing_found) };
        let duplicates = if self.header.within_lines <= 1 { heading.refuse_duplicates() } else { Ok(()) };
        match duplicates.and_then(|()| heading.places(self.wanted)) {
            Err(error) => error,
            Ok(_) => ExportError::NoMappedColumn(nothing_found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coverledger_config::ColumnName;

    fn wanted(names: &[&str]) -> Wanted {
        Wanted::needed(&ColumnName::any_of(names.iter().map(|name| (*name).to_owned()).collect()).unwrap())
    }

    fn heading(names: &[&str]) -> Heading {
        Heading::new(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn a_name_is_the_same_whatever_its_case_spaces_and_hidden_characters() {
        for (there, mapped) in [
            ("Auf\u{ad}rufe", "Aufrufe"),
            ("Impressões", "impresso\u{303}es"),
            ("Tap\u{2011}through\u{a0}rate", "tap\u{2010}through rate"),
            ("\u{feff}Views", "views"),
            ("Ｖｉｅｗｓ（％）", "Views(%)"),
            ("直播间\u{3000}曝光次数", "直播间 曝光次数"),
            ("  Taux\u{202f}de  clics ", "taux de clics"),
            ("ΑΣ", "ας"),
        ] {
            assert_eq!(normal(there), normal(mapped), "{there}");
            assert_eq!(heading(&["x", there]).places(&[wanted(&["none", mapped])]).unwrap(), [Some(1)], "{there}");
        }
        assert_ne!(normal("Views"), normal("Viewers"));
        assert_ne!(normal("CTR (%)"), normal("CTR"));
    }

    #[test]
    fn the_exact_name_is_meant_even_where_others_look_like_it() {
        let heading = heading(&["VIEWS", "Views", "views"]);
        assert_eq!(heading.places(&[wanted(&["Views"])]).unwrap(), [Some(1)]);
        let refusal = heading.places(&[wanted(&["vIews"])]).unwrap_err().to_string();
        assert_eq!(
            refusal,
            "its columns `VIEWS`, `Views`, `views` could all be `vIews`; map the one that is meant by its exact name"
        );
    }

    #[test]
    fn two_languages_of_one_column_are_not_chosen_between() {
        let refusal = heading(&["Penonton", "Views"]).places(&[wanted(&["Views", "Penonton"])]).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "its columns `Penonton`, `Views` could all be `Views`; map the one that is meant by its exact name"
        );
    }

    #[test]
    fn a_column_that_need_not_be_there_is_null() {
        let optional = Wanted { is_needed: false, ..wanted(&["ctr"]) };
        assert_eq!(heading(&["views"]).places(&[wanted(&["views"]), optional]).unwrap(), [Some(0), None]);
    }

    #[test]
    fn the_row_with_the_most_columns_says_what_is_missing() {
        let wanted = [wanted(&["Day"]), wanted(&["Views"]), wanted(&["Clicks"])];
        let three = Header::within(3, 0);
        let mut search = Search::new(&three, &wanted);
        for row in [&["Report of", "Day"][..], &["Day", "Views", "Likes"], &["1", "2"]] {
            assert!(!search.is_over());
            assert_eq!(search.offer(row.iter().map(|name| (*name).to_owned()).collect()).unwrap(), None);
        }
        assert!(search.is_over());
        assert_eq!(search.failure("").to_string(), "it has no column `Clicks` (it has: `Day`, `Views`, `Likes`)");
    }

    #[test]
    fn names_that_no_one_maps_may_repeat_behind_a_preamble_but_not_in_a_first_line() {
        let names = || ["Day", "Rate", "Rate"].map(str::to_owned).to_vec();
        let day = [wanted(&["Day"])];
        let two = Header::within(2, 0);
        let mut search = Search::new(&two, &day);
        assert!(search.offer(names()).unwrap().is_some());
        let refusal = Search::new(&Header::FIRST_LINE, &day).offer(names()).unwrap_err();
        assert_eq!(refusal.to_string(), "its header names `Rate` twice");
        let rate = [wanted(&["rate"])];
        let mut search = Search::new(&two, &rate);
        assert_eq!(search.offer(names()).unwrap_err().to_string(), "its header names `Rate` twice");
    }

    #[test]
    fn a_header_over_two_lines_is_named_by_the_lower_one_and_its_group() {
        let line = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let above = line(&["Start", "Cover", "", "Product", ""]);
        let below = line(&["", "Shown", "Taps", "Shown", "Taps"]);
        let header = Header { lines: 2, ..Header::within(3, 0) };
        let all = [wanted(&["Start"]), wanted(&["cover / shown"]), wanted(&["Product / Taps"])];
        let mut search = Search::new(&header, &all);
        assert_eq!(search.offer(line(&["Report of November"])).unwrap(), None);
        assert_eq!(search.offer(above.clone()).unwrap(), None);
        let (_, places) = search.offer(below.clone()).unwrap().unwrap();
        assert_eq!(places, [Some(0), Some(1), Some(4)]);
        let twice = Heading::of_two(&above, &below).places(&[wanted(&["Shown"])]).unwrap_err().to_string();
        assert_eq!(twice, "its header names `Shown` twice");
    }

    #[test]
    fn a_group_of_half_a_megabyte_is_not_copied_to_every_column_below_it() {
        let mut above = vec![String::new(); 10_000];
        above[0] = "x".repeat(500_000);
        let below = vec!["y".to_owned(); 10_000];
        let grouped = Heading::of_two(&above, &below).grouped;
        assert_eq!(grouped.iter().map(String::len).sum::<usize>(), 0);
    }

    #[test]
    fn a_column_without_a_name_goes_by_its_number() {
        let numbered = |number| Wanted::needed(&ColumnName::at(number));
        let heading = heading(&["Start", "", "Views"]);
        assert_eq!(heading.places(&[numbered(2), wanted(&["Views"])]).unwrap(), [Some(1), Some(2)]);
        let refusal = heading.places(&[numbered(4)]).unwrap_err().to_string();
        assert_eq!(refusal, "it has no column `column 4` (it has: `Start`, ``, `Views`)");
        assert_eq!(heading.clone().widened_to(&[numbered(4)]).places(&[numbered(4)]).unwrap(), [Some(3)]);
    }
}
