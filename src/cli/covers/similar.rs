//! `coverledger covers similar`

use std::collections::BTreeMap;
use std::path::Path;

use super::collection::{ALL_SLOTS, Aired, Collection, KnownPicture, RATES};
use super::list::{NO_LIBRARY, NOT_DRAWN, freshness, half_life, percent};
use super::picture_file::{self, PictureFile};
use super::places::Places;
use crate::cli::args::{CoversSimilar, Global};
use crate::cli::lang::Lang;
use crate::cli::screen::Screen;
use crate::cli::{Failure, Grid, exit, load};
use crate::stores;
use coverledger_config::Workspace;
use coverledger_core::model::{Count, Look};
use coverledger_picture::{Portrait, Refused};
use coverledger_report::library::{Apart, LookScale};

/// How many covers are told at a time.
const SHOWN: usize = 10;
/// How many places of each cover.
const PLACES_OF_COVER: usize = 3;
/// How many differences in looks.
const DIFFERENCES: usize = 3;

/// Finds covers that are versions of a picture, and those that look most like it, each with how it did.
pub(super) async fn run(args: &CoversSimilar, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let workspace = load(global)?;
    let archive = stores::archive_for_reading(&workspace.settings)?;
    let Some(known) = Collection::read(&archive).await? else {
        writeln!(out, "{}", Lang::En.among(NO_LIBRARY))?;
        return Ok(exit::DONE);
    };
    let places = Places::of(args.market.as_deref(), args.platform.as_deref(), None, &workspace, &known)?;
    let portrait = look(&args.image, &workspace)?;
    writeln!(out, "{}", freshness(&known, Lang::En))?;
    print_portrait(&args.image, &portrait, out)?;
    let covers = Covers::of(&known, places);
    let bounds = workspace.library.as_ref().map_or((20, 31), |library| (library.link, library.propose));
    let versions = print_versions(&covers, &portrait, bounds, out)?;
    print_nearest(&covers, &portrait, &versions, args.limit, out)?;
    writeln!(out, "{}", Lang::En.among(NOT_DRAWN))?;
    Ok(exit::DONE)
}

/// Measures a file of this machine, as a nightly run would.
fn look(path: &Path, workspace: &Workspace) -> Result<Portrait, Failure> {
    let (mut eye, limits) = picture_file::eye(workspace)?;
    let file = PictureFile::read(path, limits)?;
    let refused = |refused: Refused| Failure::usage(format!("`{}` is not measured: {refused}", path.display()));
    eye.look(&file.bytes).map_err(refused)
}

fn print_portrait(path: &Path, portrait: &Portrait, out: &mut Screen<'_>) -> Result<(), Failure> {
    let Portrait { width_px, height_px, format, looks, .. } = portrait;
    let text = looks.of(Look::TextShare);
    let text = text.map_or_else(|| "text not told".to_owned(), |share| format!("text on {:.1} %", share * 100.0));
    let faces =
        looks.of(Look::Faces).map_or_else(|| "faces not told".to_owned(), |faces| format!("{faces} faces"));
    let (format, shown) = (format.word(), path.display());
    Ok(writeln!(out, "`{shown}`: {format}, {width_px} × {height_px} pixels, {text}, {faces}")?)
}

/// Covers with measured pictures, and where they were on air.
struct Covers<'c> {
    pictures: BTreeMap<&'c str, &'c KnownPicture>,
    aired: BTreeMap<&'c str, Vec<&'c Aired>>,
    /// What is said of a cover without a place.
    not_aired: &'static str,
}

impl<'c> Covers<'c> {
    fn of(known: &'c Collection, places: Places<'_>) -> Self {
        let measured = known.covers.keys().filter_map(|cover_id| {
            let picture = known.picture_of(cover_id).filter(|picture| picture.is_measured)?;
            Some((cover_id.as_str(), picture))
        });
        let mut aired: BTreeMap<&str, Vec<&Aired>> = BTreeMap::new();
        let here = known.history.iter().filter(|aired| !aired.is_family && aired.slot == ALL_SLOTS);
        for row in here.filter(|row| places.hold(&row.platform, &row.market)) {
            aired.entry(&row.cover_id).or_default().push(row);
        }
        for rows in aired.values_mut() {
            // Where most saw it, more is known of it.
            rows.sort_by_key(|row| std::cmp::Reverse(row.count(Count::Impressions)));
        }
        let not_aired = if places.is_everywhere() { "not on air yet" } else { "not on air there" };
        Self { pictures: measured.collect(), aired, not_aired }
    }

    /// How a cover did, a row a place: cells behind those that are given for the first of them.
    fn add_rows(&self, grid: &mut Grid, cover_id: &str, cells: &[String]) {
        let rows = self.aired.get(cover_id).map(Vec::as_slice).unwrap_or_default();
        let blank = vec![String::new(); cells.len()];
        if rows.is_empty() {
            grid.add_row(cells.iter().cloned().chain([self.not_aired.to_owned()]).chain(vec![String::new(); 5]));
        }
        for (number, row) in rows.iter().take(PLACES_OF_COVER).enumerate() {
            let first = if number == 0 { cells } else { &blank };
            let place = match rows.len() - number {
                more if number + 1 == PLACES_OF_COVER && more > 1 => {
                    format!("{} in {}, and {} more", row.platform, row.market, more - 1)
                }
                _ => format!("{} in {}", row.platform, row.market),
            };
            let of = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
            grid.add_row(first.iter().cloned().chain([
                place,
                percent(row.rate(RATES[0]).shrunken),
                percent(row.rate(RATES[1]).shrunken),
                of(row.count(Count::Impressions).map(|count| count.to_string())),
                of(row.last_on_air.map(|day| day.to_string())),
                half_life(row.half_life_days, row.fatigue.as_deref()),
            ]));
        }
    }
}

fn grid(first: &[&str]) -> Grid {
    let did = ["on air", "ctr %", "effective_ctr %", "impressions", "last aired", "half-life"];
    let mut grid = Grid::new(first.iter().chain(&did), first.len() + 1);
    if first.len() > 1 {
        grid.align(1, false);
    }
    grid
}

/// Prints the covers of which the picture is a version, and returns them.
fn print_versions<'c>(
    covers: &Covers<'c>,
    portrait: &Portrait,
    (link, propose): (u32, u32),
    out: &mut Screen<'_>,
) -> Result<Vec<&'c str>, Failure> {
    let within = |(cover_id, picture): (&&'c str, &&KnownPicture)| {
        let bits = picture.hashes.as_ref()?.within(&portrait.hashes, propose)?;
        Some((bits, *cover_id))
    };
    let mut versions: Vec<(u32, &str)> = covers.pictures.iter().filter_map(within).collect();
    versions.sort_unstable();
    writeln!(out)?;
    if versions.is_empty() {
        writeln!(out, "no known cover is a version of it: none is within {propose} of 144 bits")?;
        return Ok(Vec::new());
    }
    writeln!(
        out,
        "versions of it, by how many of 144 bits differ (linked up to {link}, proposed up to {propose}):"
    )?;
    let mut table = grid(&["cover", "bits", "is"]);
    for (bits, cover_id) in versions.iter().take(SHOWN) {
        let is = if *bits <= link { "linked" } else { "proposed" };
        covers.add_rows(&mut table, cover_id, &[(*cover_id).to_owned(), bits.to_string(), is.to_owned()]);
    }
    out.page(&table)?;
    if versions.len() > SHOWN {
        writeln!(out, "{SHOWN} of {} covers", versions.len())?;
    }
    Ok(versions.into_iter().map(|(_, cover_id)| cover_id).collect())
}

/// Prints the covers that look most like the picture and are no versions of it.
fn print_nearest(
    covers: &Covers<'_>,
    portrait: &Portrait,
    versions: &[&str],
    limit: usize,
    out: &mut Screen<'_>,
) -> Result<(), Failure> {
    let scale = LookScale::of(covers.pictures.values().map(|picture| &picture.looks));
    let others = covers.pictures.iter().filter(|(cover_id, _)| !versions.contains(cover_id));
    let apart =
        others.filter_map(|(cover_id, picture)| Some((scale.apart(&portrait.looks, &picture.looks)?, *cover_id)));
    let mut nearest: Vec<(Apart, &str)> = apart.collect();
    nearest.sort_by(|(one, id), (other, its)| one.distance.total_cmp(&other.distance).then(id.cmp(its)));
    writeln!(out)?;
    if nearest.is_empty() {
        return Ok(writeln!(out, "no other measured cover can be compared by its looks")?);
    }
    writeln!(
        out,
        "the covers that look most like it, by the root mean square of the differences of all measures that both have, in standard deviations over all {} measured covers:",
        covers.pictures.len()
    )?;
    let mut table = grid(&["cover", "apart", "most in"]);
    for (apart, cover_id) in nearest.iter().take(if limit == 0 { usize::MAX } else { limit }) {
        let most = apart.differences.iter().take(DIFFERENCES).filter(|(_, by)| by.abs() >= 0.5);
        let most: Vec<String> = most.map(|(look, by)| format!("{} {by:+.1}", look.word())).collect();
        let most = if most.is_empty() { "nothing".to_owned() } else { most.join(", ") };
        covers.add_rows(&mut table, cover_id, &[(*cover_id).to_owned(), format!("{:.2}", apart.distance), most]);
    }
    out.page(&table)?;
    Ok(())
}
