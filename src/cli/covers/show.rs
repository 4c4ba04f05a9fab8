//! `coverledger covers show`

use super::collection::{ALL_SLOTS, Aired, Collection, KnownCover, KnownPicture, RATES};
use super::list::{NO_LIBRARY, NOT_DRAWN, freshness, half_life, percent};
use super::picture;
use super::places::{Places, is_known};
use crate::cli::args::{CoversShow, Global};
use crate::cli::screen::Screen;
use crate::cli::{Failure, Grid, exit, in_ticks, load};
use crate::run::stores;
use coverledger_core::model::{Count, Look};

/// Shows what is known of a cover: its family, its picture, how it did, and why what is missing is missing.
pub(super) async fn run(args: &CoversShow, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let workspace = load(global)?;
    let archive = stores::archive_for_reading(&workspace.settings)?;
    let Some(known) = Collection::read(&archive).await? else {
        writeln!(out, "{NO_LIBRARY}")?;
        return Ok(exit::DONE);
    };
    let ids = known
        .covers
        .keys()
        .chain(known.history.iter().filter(|aired| !aired.is_family).map(|aired| &aired.cover_id));
    is_known("cover", Some(&args.cover), ids.cloned())?;
    let places = Places::of(args.market.as_deref(), args.platform.as_deref(), None, &workspace, &known)?;
    writeln!(out, "{}", freshness(&known))?;
    writeln!(out)?;
    let cover = known.covers.get(&args.cover);
    print_cover(&args.cover, cover, &known, out)?;
    match known.picture_of(&args.cover) {
        Some(of_cover) => {
            print_picture(of_cover, cover.and_then(|cover| cover.picture.as_deref()), out)?;
            picture::draw(&archive, of_cover, out).await?;
            print_looks(of_cover, out)?;
        }
        None => writeln!(out, "picture: none is in the catalogue, so nothing is known of how it looks")?,
    }
    print_history(&args.cover, &known, places, out)?;
    Ok(exit::DONE)
}

fn print_cover(
    cover_id: &str,
    cover: Option<&KnownCover>,
    known: &Collection,
    out: &mut Screen<'_>,
) -> Result<(), Failure> {
    let name = cover.and_then(|cover| cover.name.as_deref());
    writeln!(out, "`{cover_id}`{}", name.map(|name| format!(", {name}")).unwrap_or_default())?;
    let Some(cover) = cover else {
        writeln!(out, "not in the catalogue: no picture of its id, and no line of the sheet")?;
        return Ok(());
    };
    if !cover.tags.is_empty() {
        let tags: Vec<String> = cover.tags.iter().map(|(name, value)| format!("{name} {value}")).collect();
        writeln!(out, "declared: {}", tags.join(", "))?;
    }
    match &cover.family {
        None => writeln!(out, "family: none; no other cover is declared or seen to be a version of it")?,
        Some(family) => {
            let is_kin = |other: &&String| known.covers[*other].family.as_ref() == Some(family);
            let kin = known.covers.keys().filter(|other| *other != cover_id).filter(is_kin);
            let source = match cover.family_source.as_deref() {
                Some("linked") => "linked by the likeness of pictures",
                Some("declared") => "declared in the sheet",
                _ => "of unknown source",
            };
            writeln!(out, "family: `{family}`, {source}, with {}", none_or(in_ticks(kin)))?;
        }
    }
    if !cover.proposed.is_empty() {
        writeln!(out, "may be versions of it, for a person to declare: {}", in_ticks(&cover.proposed))?;
    }
    if let Some([en, zh]) = &cover.contradiction {
        writeln!(out, "{en}")?;
        writeln!(out, "{zh}")?;
    }
    Ok(())
}

fn none_or(text: String) -> String {
    if text.is_empty() { "no other cover".to_owned() } else { text }
}

fn print_picture(picture: &KnownPicture, key: Option<&str>, out: &mut Screen<'_>) -> Result<(), Failure> {
    let key = key.unwrap_or_default();
    if !picture.is_measured {
        let why = picture.reason.as_deref().unwrap_or("no reason is published");
        return Ok(writeln!(out, "picture: `{key}`, refused: {why}")?);
    }
    let mut said = vec![format!("`{key}`")];
    said.extend(picture.size_px.map(|(width, height)| format!("{width} × {height} pixels")));
    said.extend(picture.format.clone());
    said.extend(picture.notes.clone().filter(|notes| !notes.is_empty()));
    Ok(writeln!(out, "picture: {}", said.join(", "))?)
}

fn print_looks(picture: &KnownPicture, out: &mut Screen<'_>) -> Result<(), Failure> {
    if !picture.is_measured {
        return Ok(());
    }
    writeln!(out)?;
    let mut grid = Grid::new(["measure", "value", "what it is"], 1);
    grid.align(2, true);
    for look in Look::ALL {
        let value = picture.looks.of(look);
        let what = value.map_or_else(|| picture.unmeasured(look), |_| look.unit().to_owned());
        grid.add_row([look.word().to_owned(), value.map_or_else(|| "–".to_owned(), measured), what]);
    }
    out.page(&grid)?;
    if let Some(colours) = &picture.colours {
        writeln!(out, "main colours with their shares: {colours}")?;
    }
    let methods = [("text", &picture.text_method), ("faces", &picture.face_method)];
    for (what, method) in methods {
        if let Some(method) = method {
            writeln!(out, "{what} told by {method}")?;
        }
    }
    Ok(())
}

/// With as many digits as tell pictures apart.
fn measured(value: f64) -> String {
    let decimals = match value.abs() {
        100.0.. => 0,
        10.0.. => 1,
        _ => 3,
    };
    format!("{value:.decimals$}")
}

fn print_history(
    cover_id: &str,
    known: &Collection,
    places: Places<'_>,
    out: &mut Screen<'_>,
) -> Result<(), Failure> {
    writeln!(out)?;
    let family = known.covers.get(cover_id).and_then(|cover| cover.family.as_deref());
    let is_its = |aired: &&Aired| {
        let name = if aired.is_family { family } else { Some(cover_id) };
        name == Some(aired.cover_id.as_str()) && places.hold(&aired.platform, &aired.market)
    };
    let rows: Vec<&Aired> = known.history.iter().filter(is_its).collect();
    if rows.is_empty() {
        return Ok(writeln!(out, "not on air {} yet", if places.is_everywhere() { "anywhere" } else { "there" })?);
    }
    let mut header = vec!["platform", "market", "of", "slot"].into_iter().map(str::to_owned).collect::<Vec<_>>();
    header.extend(RATES.iter().take(2).map(|rate| format!("{} %", rate.name)));
    header.extend(
        ["impressions", "days", "broadcasts", "first aired", "last aired", "rested", "half-life"]
            .map(str::to_owned),
    );
    let mut grid = Grid::new(header.iter(), 4);
    for aired in &rows {
        let of = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
        let mut cells = vec![aired.platform.clone(), aired.market.clone()];
        cells.push(if aired.is_family { "family" } else { "cover" }.to_owned());
        cells.push(aired.slot.clone());
        cells.extend(RATES.iter().take(2).map(|rate| percent(aired.rate(*rate).shrunken)));
        cells.extend([
            of(aired.count(Count::Impressions).map(|count| count.to_string())),
            of(aired.days.map(|days| days.to_string())),
            of(aired.broadcasts.map(|broadcasts| broadcasts.to_string())),
            of(aired.first_on_air.map(|day| day.to_string())),
            of(aired.last_on_air.map(|day| day.to_string())),
            of(aired.rested_days.map(|days| format!("{days} d"))),
            if aired.slot == ALL_SLOTS {
                half_life(aired.half_life_days, aired.fatigue.as_deref())
            } else {
                String::new()
            },
        ]);
        grid.add_row(cells);
    }
    out.page(&grid)?;
    writeln!(out)?;
    for aired in rows.iter().filter(|aired| aired.slot == ALL_SLOTS) {
        print_said(aired, out)?;
    }
    writeln!(
        out,
        "rates are of impressions, moved towards the covers of the market as far as their viewers leave in doubt, with 95 % intervals"
    )?;
    Ok(writeln!(out, "{NOT_DRAWN}")?)
}

/// What is published of a place in sentences, in both languages.
fn print_said(aired: &Aired, out: &mut Screen<'_>) -> Result<(), Failure> {
    let of = if aired.is_family { format!(", family `{}`", aired.cover_id) } else { String::new() };
    let sentences = aired.reason.iter().flatten().map(String::as_str);
    let changed = aired.changed.as_ref().map(|(day, kind)| format!("changed on {day}: {kind}"));
    let rest = aired.rest.as_ref().map(|rest| format!("after its last rest: {rest}"));
    let sentences: Vec<&str> =
        sentences.chain(rest.as_deref()).chain(changed.as_deref()).filter(|text| !text.is_empty()).collect();
    if sentences.is_empty() {
        return Ok(());
    }
    writeln!(out, "{} in {}{of}", aired.platform, aired.market)?;
    for sentence in sentences {
        writeln!(out, "  {sentence}")?;
    }
    Ok(())
}
