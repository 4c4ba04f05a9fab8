//! `coverledger covers list`

use super::collection::{Bounded, Collection, RATES};
use super::line::Line;
use super::wanted::{Found, Wanted, block};
use crate::cli::args::{CoversList, Global};
use crate::cli::rows::{Destination, RowWriter};
use crate::cli::screen::Screen;
use crate::cli::{Failure, Grid, exit, load};
use crate::run::stores;
use coverledger_core::model::{Count, Look};

/// How many covers of a place people read at a time.
const SHOWN: usize = 20;
/// What there is to know where nothing was made of pictures.
pub(super) const NO_LIBRARY: &str =
    "the archive has no library of covers: with a file `config/library.yaml`, the next run makes one";
/// What every list of covers has to say.
pub(super) const NOT_DRAWN: &str =
    "who was on air when was not drawn by lot: no difference here is the effect of a cover";

/// Lists the covers that are wanted: for people by place, for programs all that is known of each.
pub(super) async fn run(args: &CoversList, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let destination = Destination::of(&args.form, out)?;
    let workspace = load(global)?;
    let archive = stores::archive_for_reading(&workspace.settings)?;
    let collection = Collection::read(&archive).await?;
    let known = collection.as_ref();
    let wanted = known.map(|known| Ok::<_, Failure>((known, Wanted::of(args, &workspace, known)?))).transpose()?;
    let found = wanted.as_ref().map(|(known, wanted)| wanted.find(known));
    if let Some(destination) = destination {
        let lines = found.map(|found| found.lines).unwrap_or_default();
        write(&lines, args, destination, out)?;
        if known.is_none() {
            // If standard error is closed, there is nowhere to report to.
            let _ = writeln!(Screen::standard_error(), "{NO_LIBRARY}");
        }
        return Ok(exit::DONE);
    }
    match (known, found) {
        (Some(known), Some(found)) => print(known, &found, args, out)?,
        _ => writeln!(out, "{NO_LIBRARY}")?,
    }
    Ok(exit::DONE)
}

/// How many lines of each place are meant; 0 is all.
fn at_most(args: &CoversList, otherwise: usize) -> usize {
    args.limit.map_or(otherwise, |limit| if limit == 0 { usize::MAX } else { limit })
}

fn write(
    lines: &[Line<'_>],
    args: &CoversList,
    destination: Destination,
    out: &mut Screen<'_>,
) -> Result<(), Failure> {
    let mut file = destination.screen()?;
    let out = file.as_mut().unwrap_or(out);
    let mut rows = RowWriter::begin(destination.format, "covers", Line::columns(), out)?;
    for of_place in lines.chunk_by(|one, other| block(one) == block(other)) {
        of_place.iter().take(at_most(args, usize::MAX)).try_for_each(|line| rows.row(&line.values()))?;
    }
    rows.finish()?;
    drop(file);
    destination.keep()
}

fn print(known: &Collection, found: &Found<'_>, args: &CoversList, out: &mut Screen<'_>) -> Result<(), Failure> {
    writeln!(out, "{}", freshness(known))?;
    if found.lines.is_empty() {
        writeln!(out, "no cover is as wanted")?;
    }
    for of_place in found.lines.chunk_by(|one, other| block(one) == block(other)) {
        writeln!(out)?;
        writeln!(out, "{}", heading(&of_place[0]))?;
        let shown = at_most(args, SHOWN).min(of_place.len());
        out.page(&grid(&of_place[..shown]))?;
        if shown < of_place.len() {
            writeln!(out, "{shown} of {} covers; `--limit 0` lists all", of_place.len())?;
        }
    }
    if !found.without_text.is_empty() {
        let count = found.without_text.len();
        writeln!(out, "left out, because their share of text is not known: {count} covers")?;
    }
    if found.lines.iter().any(|line| line.aired.is_some()) {
        writeln!(out)?;
        writeln!(
            out,
            "rates are of impressions, moved towards the covers of the market as far as their viewers leave in doubt, with 95 % intervals"
        )?;
        writeln!(out, "{NOT_DRAWN}")?;
    }
    Ok(())
}

/// As of when, and of how much.
pub(super) fn freshness(known: &Collection) -> String {
    let as_of = known.as_of.map_or_else(
        || "no history of covers is published yet".to_owned(),
        |as_of| format!("as of {as_of}, the last local date that is published anywhere"),
    );
    let measured = known.pictures.values().filter(|picture| picture.is_measured).count();
    let refused = known.pictures.len() - measured;
    let without = known.covers.values().filter(|cover| cover.picture.is_none()).count();
    let (covers, pictures) = (known.covers.len(), known.pictures.len());
    format!(
        "{as_of}; {covers} covers in the catalogue, {without} of them without a picture; {pictures} pictures, {refused} of them refused"
    )
}

fn heading(line: &Line<'_>) -> String {
    let Some(aired) = line.aired else { return "not on air yet, anywhere".to_owned() };
    let slot = if aired.slot == super::collection::ALL_SLOTS { "all slots" } else { &aired.slot };
    let [impression, click] = &aired.conventions;
    let said = impression.as_ref().zip(click.as_ref());
    let said =
        said.map(|(impression, click)| format!(" (an impression is of `{impression}`, a click a `{click}`)"));
    format!("{} in {}, {slot}{}", aired.platform, aired.market, said.unwrap_or_default())
}

fn grid(lines: &[Line<'_>]) -> Grid {
    let has_family = lines.iter().any(|line| line.cover.is_some_and(|cover| cover.family.is_some()));
    let mut header = vec!["cover".to_owned()];
    header.extend(has_family.then(|| "family".to_owned()));
    let texts = header.len();
    header.extend(RATES.iter().take(2).map(|rate| format!("{} %", rate.name)));
    header.extend(
        ["impressions", "days", "last aired", "rested", "half-life", "text %", "not told"].map(str::to_owned),
    );
    let mut grid = Grid::new(header.iter(), texts);
    grid.align(header.len() - 1, true);
    for line in lines {
        let mut cells = vec![line.cover_id.to_owned()];
        let family = line.cover.and_then(|cover| cover.family.clone());
        cells.extend(has_family.then(|| family.unwrap_or_else(none)));
        cells.extend(
            RATES
                .iter()
                .take(2)
                .map(|rate| percent(line.aired.map(|aired| aired.rate(*rate).shrunken).unwrap_or_default())),
        );
        let of = |value: Option<String>| value.unwrap_or_else(none);
        cells.extend([
            of(line.aired.and_then(|aired| aired.count(Count::Impressions)).map(|count| count.to_string())),
            of(line.aired.and_then(|aired| aired.days).map(|days| days.to_string())),
            of(line.aired.and_then(|aired| aired.last_on_air).map(|day| day.to_string())),
            of(line.aired.and_then(|aired| aired.rested_days).map(|days| format!("{days} d"))),
            of(line.aired.map(|aired| half_life(aired.half_life_days, aired.fatigue.as_deref()))),
            of(line.look(Look::TextShare).map(|share| format!("{:.1}", share * 100.0))),
            line.not_told(&[Look::TextShare]),
        ]);
        grid.add_row(cells);
    }
    grid
}

fn none() -> String {
    "–".to_owned()
}

/// A share in percent with its bounds.
pub(super) fn percent(told: Bounded) -> String {
    let percent = |share: f64| format!("{:.2}", share * 100.0);
    match (told.value, told.low, told.high) {
        (Some(share), Some(low), Some(high)) => {
            format!("{}  {}–{}", percent(share), percent(low), percent(high))
        }
        (Some(share), ..) => percent(share),
        (None, ..) => none(),
    }
}

/// Days on air after which half of a rate is left, or in a word why that is not told.
pub(super) fn half_life(told: Bounded, fatigue: Option<&str>) -> String {
    let bound = |bound: Option<f64>| bound.map_or_else(none, |days| format!("{days:.1}"));
    match told.value {
        Some(days) => format!("{days:.1} d  {}–{}", bound(told.low), bound(told.high)),
        None => fatigue.unwrap_or("told of all slots only").to_owned(),
    }
}
