//! `coverledger covers list`

use super::collection::{Bounded, Collection, RATES};
use super::line::Line;
use super::wanted::{Found, Wanted, block};
use crate::cli::args::{CoversList, Global};
use crate::cli::lang::Lang;
use crate::cli::rows::{Destination, RowWriter};
use crate::cli::screen::Screen;
use crate::cli::{Failure, Grid, exit, load};
use crate::stores;
use coverledger_core::model::{Count, Look, heading_zh};

/// How many covers of a place people read at a time.
const SHOWN: usize = 20;
/// What there is to know where nothing was made of pictures.
pub(super) const NO_LIBRARY: [&str; 2] = [
    "the archive has no library of covers: with a file `config/library.yaml`, the next run makes one",
    "档案里还没有封面库：有了 `config/library.yaml`，下一次运行就会建立",
];
/// What every list of covers has to say.
pub(super) const NOT_DRAWN: [&str; 2] = [
    "who was on air when was not drawn by lot: no difference here is the effect of a cover",
    "哪张封面何时播出没有抽签决定：这里的差别都不能说成是封面的效果",
];
/// What the rates of covers are.
pub(super) const SHRUNKEN: [&str; 2] = [
    "rates are of impressions, moved towards the covers of the market as far as their viewers leave in doubt, with 95 % intervals",
    "比率以曝光为分母；观众越少，越向该市场的封面平均值靠拢；附 95% 区间",
];

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
            let _ = writeln!(Screen::standard_error(), "{}", args.lang.among(NO_LIBRARY));
        }
        return Ok(exit::DONE);
    }
    match (known, found) {
        (Some(known), Some(found)) => print(known, &found, args, out)?,
        _ => writeln!(out, "{}", args.lang.among(NO_LIBRARY))?,
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
    let lang = args.lang;
    writeln!(out, "{}", freshness(known, lang))?;
    if found.lines.is_empty() {
        writeln!(out, "{}", lang.of("no cover is as wanted", "没有符合条件的封面"))?;
    }
    for of_place in found.lines.chunk_by(|one, other| block(one) == block(other)) {
        writeln!(out)?;
        writeln!(out, "{}", heading(&of_place[0], lang))?;
        let shown = at_most(args, SHOWN).min(of_place.len());
        out.page(&grid(&of_place[..shown], lang))?;
        if shown < of_place.len() {
            let all = of_place.len();
            let en = format!("{shown} of {all} covers; `--limit 0` lists all");
            writeln!(out, "{}", lang.of(en, format!("共 {all} 张封面，显示 {shown} 张；`--limit 0` 显示全部")))?;
        }
    }
    if !found.without_text.is_empty() {
        let count = found.without_text.len();
        let en = format!("left out, because their share of text is not known: {count} covers");
        writeln!(out, "{}", lang.of(en, format!("因文字占比未知而略去：{count} 张封面")))?;
    }
    if found.lines.iter().any(|line| line.aired.is_some()) {
        writeln!(out)?;
        writeln!(out, "{}", lang.among(SHRUNKEN))?;
        writeln!(out, "{}", lang.among(NOT_DRAWN))?;
    }
    Ok(())
}

/// As of when, and of how much.
pub(super) fn freshness(known: &Collection, lang: Lang) -> String {
    let as_of = known.as_of.map_or_else(
        || lang.of("no history of covers is published yet", "还没有发布封面的播出历史").to_owned(),
        |as_of| {
            let en = format!("as of {as_of}, the last local date that is published anywhere");
            lang.of(en, format!("截至 {as_of}（各地已发布的最后一个当地日期）"))
        },
    );
    let measured = known.pictures.values().filter(|picture| picture.is_measured).count();
    let refused = known.pictures.len() - measured;
    let without = known.covers.values().filter(|cover| cover.picture.is_none()).count();
    let (covers, pictures) = (known.covers.len(), known.pictures.len());
    lang.of(
        format!(
            "{as_of}; {covers} covers in the catalogue, {without} of them without a picture; {pictures} pictures, {refused} of them refused"
        ),
        format!(
            "{as_of}；目录中有 {covers} 张封面，其中 {without} 张没有图片；共 {pictures} 张图片，其中 {refused} 张无法使用"
        ),
    )
}

fn heading(line: &Line<'_>, lang: Lang) -> String {
    let Some(aired) = line.aired else {
        return lang.of("not on air yet, anywhere", "尚未在任何地方播出").to_owned();
    };
    let slot = if aired.slot == super::collection::ALL_SLOTS {
        lang.of("all slots", "全部时段")
    } else {
        &aired.slot
    };
    let [impression, click] = &aired.conventions;
    let said = impression.as_ref().zip(click.as_ref()).map(|(impression, click)| {
        let en = format!(" (an impression is of `{impression}`, a click a `{click}`)");
        lang.of(en, format!("（曝光口径 `{impression}`，点击口径 `{click}`）"))
    });
    let (platform, market, said) = (&aired.platform, &aired.market, said.unwrap_or_default());
    lang.of(format!("{platform} in {market}, {slot}{said}"), format!("{market} · {platform}，{slot}{said}"))
}

/// The name of a column for people.
pub(super) fn called(column: &str, lang: Lang) -> String {
    let zh = heading_zh(column).unwrap_or_else(|| column.to_owned().into());
    lang.of(column.to_owned(), zh.into_owned())
}

fn grid(lines: &[Line<'_>], lang: Lang) -> Grid {
    let has_family = lines.iter().any(|line| line.cover.is_some_and(|cover| cover.family.is_some()));
    let mut header = vec![lang.of("cover", "封面").to_owned()];
    header.extend(has_family.then(|| lang.of("family", "系列").to_owned()));
    let texts = header.len();
    header.extend(RATES.iter().take(2).map(|rate| format!("{} %", called(rate.name, lang))));
    let en = ["impressions", "days", "last aired", "rested", "half-life", "text %", "not told"];
    let zh = ["曝光", "天数", "最近播出", "休息", "半衰期", "文字 %", "未给出的原因"];
    header.extend(lang.of(en, zh).map(str::to_owned));
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
