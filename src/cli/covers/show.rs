//! `coverledger covers show`

use super::collection::{ALL_SLOTS, Aired, Collection, KnownCover, KnownPicture, RATES};
use super::list::{NO_LIBRARY, NOT_DRAWN, SHRUNKEN, called, freshness, half_life, percent};
use super::picture;
use super::places::{Places, is_known};
use crate::cli::args::{CoversShow, Global};
use crate::cli::lang::Lang;
use crate::cli::screen::Screen;
use crate::cli::{Failure, Grid, exit, in_ticks, load};
use crate::stores;
use coverledger_core::model::{Count, Look};

/// Shows what is known of a cover: its family, its picture, how it did, and why what is missing is missing.
pub(super) async fn run(args: &CoversShow, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let lang = args.lang.unwrap_or_default();
    let workspace = load(global)?;
    let archive = stores::archive_for_reading(&workspace.settings)?;
    let Some(known) = Collection::read(&archive).await? else {
        writeln!(out, "{}", lang.among(NO_LIBRARY))?;
        return Ok(exit::DONE);
    };
    let ids = known
        .covers
        .keys()
        .chain(known.history.iter().filter(|aired| !aired.is_family).map(|aired| &aired.cover_id));
    is_known("cover", Some(&args.cover), ids.cloned())?;
    let places = Places::of(args.market.as_deref(), args.platform.as_deref(), None, &workspace, &known)?;
    writeln!(out, "{}", freshness(&known, lang))?;
    writeln!(out)?;
    let cover = known.covers.get(&args.cover);
    print_cover(&args.cover, cover, &known, args.lang, out)?;
    if let Some(of_cover) = known.picture_of(&args.cover) {
        print_picture(of_cover, cover.and_then(|cover| cover.picture.as_deref()), lang, out)?;
        picture::draw(&archive, of_cover, out).await?;
        print_looks(of_cover, lang, out)?;
    } else {
        let en = "picture: none is in the catalogue, so nothing is known of how it looks";
        writeln!(out, "{}", lang.of(en, "图片：目录里没有，所以不知道它长什么样"))?;
    }
    print_history(&args.cover, &known, places, args.lang, out)?;
    Ok(exit::DONE)
}

fn print_cover(
    cover_id: &str,
    cover: Option<&KnownCover>,
    known: &Collection,
    asked: Option<Lang>,
    out: &mut Screen<'_>,
) -> Result<(), Failure> {
    let lang = asked.unwrap_or_default();
    let name = cover.and_then(|cover| {
        let [en, zh] = [&cover.name, &cover.name_zh].map(Option::as_deref);
        lang.of(en.or(zh), zh.or(en))
    });
    let comma = lang.of(", ", "，");
    writeln!(out, "`{cover_id}`{}", name.map(|name| format!("{comma}{name}")).unwrap_or_default())?;
    let Some(cover) = cover else {
        let en = "not in the catalogue: no picture of its id, and no line of the sheet";
        writeln!(out, "{}", lang.of(en, "不在目录里：没有这个编号的图片，封面表里也没有这一行"))?;
        return Ok(());
    };
    if !cover.tags.is_empty() {
        let tags = cover.tags.iter().map(|(name, value)| format!("{} {value}", called(name, lang)));
        let tags: Vec<String> = tags.collect();
        writeln!(out, "{}{}", lang.of("declared: ", "封面表："), tags.join(lang.of(", ", "、")))?;
    }
    match &cover.family {
        None => {
            let en = "family: none; no other cover is declared or seen to be a version of it";
            writeln!(out, "{}", lang.of(en, "系列：无；没有其他封面被声明或看起来是它的版本"))?;
        }
        Some(family) => {
            let is_kin = |other: &&String| known.covers[*other].family.as_ref() == Some(family);
            let kin = known.covers.keys().filter(|other| *other != cover_id).filter(is_kin);
            let source = match cover.family_source.as_deref() {
                Some("linked") => lang.of("linked by the likeness of pictures", "按图片相似度归入"),
                Some("declared") => lang.of("declared in the sheet", "封面表中声明"),
                _ => lang.of("of unknown source", "来源不明"),
            };
            let kin = none_or(in_ticks(kin), lang);
            let en = format!("family: `{family}`, {source}, with {kin}");
            writeln!(out, "{}", lang.of(en, format!("系列：`{family}`，{source}，同系列：{kin}")))?;
        }
    }
    if !cover.proposed.is_empty() {
        let proposed = in_ticks(&cover.proposed);
        let en = format!("may be versions of it, for a person to declare: {proposed}");
        writeln!(out, "{}", lang.of(en, format!("可能是它的版本，请人工确认：{proposed}")))?;
    }
    if let Some([en, zh]) = &cover.contradiction {
        for sentence in in_language(asked, [en.as_str(), zh]) {
            writeln!(out, "{sentence}")?;
        }
    }
    Ok(())
}

/// What is published in both languages: in that which was asked for, or in both.
fn in_language(asked: Option<Lang>, [en, zh]: [&str; 2]) -> Vec<&str> {
    asked.map_or_else(|| vec![en, zh], |lang| vec![lang.of(en, zh)])
}

fn none_or(text: String, lang: Lang) -> String {
    if text.is_empty() { lang.of("no other cover", "没有其他封面").to_owned() } else { text }
}

fn print_picture(
    picture: &KnownPicture,
    key: Option<&str>,
    lang: Lang,
    out: &mut Screen<'_>,
) -> Result<(), Failure> {
    let key = key.unwrap_or_default();
    if !picture.is_measured {
        let why = picture.reason.as_deref().unwrap_or(lang.of("no reason is published", "没有发布原因"));
        let en = format!("picture: `{key}`, refused: {why}");
        return Ok(writeln!(out, "{}", lang.of(en, format!("图片：`{key}`，无法使用：{why}")))?);
    }
    let mut said = vec![format!("`{key}`")];
    let pixels = lang.of("pixels", "像素");
    said.extend(picture.size_px.map(|(width, height)| format!("{width} × {height} {pixels}")));
    said.extend(picture.format.clone());
    said.extend(picture.notes.clone().filter(|notes| !notes.is_empty()));
    Ok(writeln!(out, "{}{}", lang.of("picture: ", "图片："), said.join(lang.of(", ", "，")))?)
}

fn print_looks(picture: &KnownPicture, lang: Lang, out: &mut Screen<'_>) -> Result<(), Failure> {
    if !picture.is_measured {
        return Ok(());
    }
    writeln!(out)?;
    let mut grid = Grid::new(lang.of(["measure", "value", "what it is"], ["指标", "数值", "含义"]), 1);
    grid.align(2, true);
    for look in Look::ALL {
        let value = picture.looks.of(look);
        let what = value.map_or_else(|| picture.unmeasured(look), |_| look.unit().to_owned());
        grid.add_row([look.word().to_owned(), value.map_or_else(|| "–".to_owned(), measured), what]);
    }
    out.page(&grid)?;
    if let Some(colours) = &picture.colours {
        writeln!(out, "{}{colours}", lang.of("main colours with their shares: ", "主色及占比："))?;
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
    asked: Option<Lang>,
    out: &mut Screen<'_>,
) -> Result<(), Failure> {
    let lang = asked.unwrap_or_default();
    writeln!(out)?;
    let family = known.covers.get(cover_id).and_then(|cover| cover.family.as_deref());
    let is_its = |aired: &&Aired| {
        let name = if aired.is_family { family } else { Some(cover_id) };
        name == Some(aired.cover_id.as_str()) && places.hold(&aired.platform, &aired.market)
    };
    let rows: Vec<&Aired> = known.history.iter().filter(is_its).collect();
    if rows.is_empty() {
        let [en, zh] = if places.is_everywhere() {
            ["not on air anywhere yet", "尚未在任何地方播出"]
        } else {
            ["not on air there yet", "尚未在那里播出"]
        };
        return Ok(writeln!(out, "{}", lang.of(en, zh))?);
    }
    let first = lang.of(["platform", "market", "of", "slot"], ["平台", "市场", "对象", "时段"]);
    let mut header = first.map(str::to_owned).to_vec();
    header.extend(RATES.iter().take(2).map(|rate| format!("{} %", called(rate.name, lang))));
    let en = ["impressions", "days", "broadcasts", "first aired", "last aired", "rested", "half-life"];
    let zh = ["曝光", "天数", "场数", "首播", "最近播出", "休息", "半衰期"];
    header.extend(lang.of(en, zh).map(str::to_owned));
    let mut grid = Grid::new(header.iter(), 4);
    for aired in &rows {
        let of = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
        let mut cells = vec![aired.platform.clone(), aired.market.clone()];
        let level = if aired.is_family { lang.of("family", "系列") } else { lang.of("cover", "封面") };
        cells.push(level.to_owned());
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
        print_said(aired, asked, out)?;
    }
    writeln!(out, "{}", lang.among(SHRUNKEN))?;
    Ok(writeln!(out, "{}", lang.among(NOT_DRAWN))?)
}

/// What is published of a place in sentences.
fn print_said(aired: &Aired, asked: Option<Lang>, out: &mut Screen<'_>) -> Result<(), Failure> {
    let lang = asked.unwrap_or_default();
    let name = &aired.cover_id;
    let of = if aired.is_family {
        lang.of(format!(", family `{name}`"), format!("，系列 `{name}`"))
    } else {
        String::new()
    };
    let [en, zh] = &aired.reason;
    let sentences = in_language(asked, [en.as_deref().unwrap_or_default(), zh.as_deref().unwrap_or_default()]);
    let changed = aired
        .changed
        .as_ref()
        .map(|(day, kind)| lang.of(format!("changed on {day}: {kind}"), format!("{day} 起有变化：{kind}")));
    let rest = aired
        .rest
        .as_ref()
        .map(|rest| lang.of(format!("after its last rest: {rest}"), format!("上次休息之后：{rest}")));
    let more = rest.as_deref().into_iter().chain(changed.as_deref());
    let sentences: Vec<&str> = sentences.into_iter().chain(more).filter(|text| !text.is_empty()).collect();
    if sentences.is_empty() {
        return Ok(());
    }
    let (platform, market) = (&aired.platform, &aired.market);
    writeln!(out, "{}", lang.of(format!("{platform} in {market}{of}"), format!("{market} · {platform}{of}")))?;
    for sentence in sentences {
        writeln!(out, "  {sentence}")?;
    }
    Ok(())
}
