//! Words in brackets behind a column name: a unit, a repetition of the name, or something that changes its meaning.
//!
//! `Impressions (K)` are impressions; `Orders (cancelled)` are no orders. What is not known to be harmless is not dropped.

use super::alias;
use super::role::Role;
use coverledger_core::model::Count;

/// Units of counts, and words that stand with them. Readers take the unit from the name.
#[rustfmt::skip]
const OF_COUNTS: &[&str] = &[
    "k", "m", "mm", "b", "bn", "w", "thousand", "thousands", "in", "000", "000s", "'000", "'000s", "tsd", "tausend", "rb",
    "ribu", "ribuan", "dalam", "jutaan", "тыс", "в", "тысячах", "nghìn", "พัน", "千", "仟", "单位", "單位", "単位", "천", "万", "萬", "만",
    "lakh", "lakhs", "लाख", "แสน", "million", "millions", "mio", "mil", "mln", "millionen", "jt", "juta", "млн", "triệu", "ล้าน",
    "百万", "백만", "亿", "億", "억", "count", "counts", "number", "unit", "units", "个", "個", "单", "單", "件", "건", "개",
];

/// Times that something happened: harmless behind what counts times.
#[rustfmt::skip]
const TIMES: &[&str] = &[
    "times", "time", "pv", "次", "次数", "次數", "人次", "回", "회", "万次", "萬次", "千次", "亿次", "億次", "万回", "천회", "만회", "万人次", "mal", "veces", "vezes", "fois",
    "kali", "раз", "lần", "ครั้ง",
];

/// Persons: harmless behind what counts persons.
#[rustfmt::skip]
const PERSONS: &[&str] = &[
    "persons", "people", "users", "unique", "uniques", "uv", "人", "人数", "人數", "名", "명", "万人", "萬人", "千人", "亿人", "천명", "만명", "personen", "personas",
    "pessoas", "personnes", "orang", "чел", "người", "คน",
];

/// Units and spellings of lengths of time.
#[rustfmt::skip]
const OF_LENGTHS: &[&str] = &[
    "ms", "msec", "millis", "millisecond", "milliseconds", "毫秒", "s", "ss", "sec", "secs", "second", "seconds", "秒", "秒钟", "초", "sekunden",
    "segundos", "secondes", "detik", "giây", "วินาที", "сек", "секунды", "m", "mm", "min", "mins", "minute", "minutes", "分", "分钟", "分鐘",
    "분", "minuten", "minutos", "menit", "phút", "นาที", "мин", "минуты", "minuty", "minuti", "dakika", "h", "hh", "hr", "hrs", "hour", "hours", "小时",
    "小時", "时", "時", "時間", "시간", "stunden", "horas", "heures", "jam", "giờ", "ชั่วโมง", "час", "часы", "ч", "ore", "saat", "godziny", "uur", "timer",
    "timmar", "tuntia", "in", "単位", "单位", "單位", "hms", "秒数",
];

/// Signs and words of shares.
const OF_RATES: &[&str] = &[
    "%",
    "percent",
    "percentage",
    "pct",
    "prozent",
    "百分比",
    "fraction",
    "ratio",
    "rate",
    "ctr",
    "in",
    "单位",
    "‰",
    "0",
    "1",
];

/// What makes another thing of a time or a name, whatever it is; beginnings of words.
#[rustfmt::skip]
const OTHERS: &[&str] = &[
    "plan", "schedul", "expect", "estimat", "target", "forecast", "previous", "prior", "former", "old", "next", "geplant", "vorig",
    "previst", "program", "agendad", "anterior", "计划", "計劃", "预计", "預計", "预定", "予定", "上一", "旧", "下一",
];

/// What says that a count runs on from row to row.
#[rustfmt::skip]
const RUNNING: &[&str] = &[
    "cumulative", "cumulated", "cumul", "cum", "accumulated", "accum", "acc", "running total", "running", "to date", "so far", "ytd", "mtd", "since start", "lifetime",
    "kumuliert", "kumulierte", "kumulativ", "acumulado", "acumulada", "acumulados", "acumuladas", "cumulé", "cumulée", "cumulés", "cumulato",
    "kumulatif", "akumulasi", "lũy kế", "luỹ kế", "narastająco", "kümülatif", "нарастающим", "накопленным",
];
const RUNNING_ANYWHERE: &[&str] = &["累计", "累計", "累积", "累積", "누적", "สะสม", "накоп"];

/// What a name is without its remark, both folded.
pub(super) fn cut(folded: &str) -> Option<(&str, &str)> {
    let at = folded.find(['(', '[', '【', '〔', '{'])?;
    Some((folded[..at].trim_end(), &folded[at..]))
}

/// The role of a folded name with a remark, where the remark leaves one.
pub(super) fn role(folded: &str) -> Option<Role> {
    let (bare, remark) = cut(folded)?;
    let words = words(remark);
    let inside = words.join(" ");
    // `Clicks (unique)` and `点击次数（商品）` have names of their own.
    let own = [format!("{inside} {bare}"), format!("{inside}{bare}"), format!("{bare} {inside}")];
    let own = own.iter().filter(|_| !inside.is_empty()).find_map(|name| alias::find(name));
    own.or_else(|| alias::find(bare).filter(|role| is_harmless(*role, &words)))
}

/// What a folded name would be if its remark meant nothing, with the remark.
pub(super) fn in_doubt(folded: &str) -> Option<(Role, &str)> {
    let (bare, remark) = cut(folded)?;
    Some((alias::find(bare).filter(|_| role(folded).is_none())?, remark))
}

/// Whether a folded name says that its numbers run on from row to row.
pub(super) fn is_running(folded: &str) -> bool {
    let words = format!(" {} ", words(folded).join(" "));
    RUNNING.iter().any(|word| words.contains(&format!(" {word} ")))
        || RUNNING_ANYWHERE.iter().any(|word| folded.contains(word))
}

/// Whether the way to a member of a document, `products` of `products.clicks`, makes another thing of it.
pub(super) fn is_of_another(way: &str) -> bool {
    const STEMS: &[&str] = &[
        "product", "item", "goods", "sku", "cancel", "refund", "replay", "avg", "average", "mean", "peak", "max",
        "min", "paid", "organic", "ads", "prev", "商品", "退款", "回放",
    ];
    is_running(way) || words(way).iter().any(|word| begins(word, STEMS) || begins(word, OTHERS))
}

fn words(text: &str) -> Vec<&str> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '%' | '‰' | '\'') || is_mark(c);
    text.split(|c: char| !is_part(c)).filter(|word| !word.is_empty()).collect()
}

/// Vowel signs of Thai and Devanagari, which are no letters by themselves.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{e31}'..='\u{e4e}' | '\u{93a}'..='\u{94f}')
}

fn begins(word: &str, stems: &[&str]) -> bool {
    stems.iter().any(|stem| word.starts_with(stem))
}

fn is_harmless(role: Role, words: &[&str]) -> bool {
    let all = |lists: &[&[&str]]| words.iter().all(|word| lists.iter().any(|list| list.contains(word)));
    match role {
        Role::Count(Count::Dwell) | Role::Length | Role::Mean | Role::MeanPerViewer => all(&[OF_LENGTHS]),
        Role::Count(count) if count.is_unique() => all(&[OF_COUNTS, PERSONS]),
        // What an ad leads to is the room.
        Role::Count(Count::Clicks) => all(&[OF_COUNTS, TIMES, &["destination"]]),
        Role::Count(_) => all(&[OF_COUNTS, TIMES]),
        Role::ClickRate => all(&[OF_RATES, &["destination"]]),
        Role::EntryRate | Role::CoverRate | Role::ProductRate => all(&[OF_RATES]),
        // Nothing is published from them.
        Role::OtherCount | Role::ProductImpressions | Role::ProductClicks => true,
        _ => !words.iter().any(|word| begins(word, OTHERS)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_that_may_mean_something_else_leaves_no_role() {
        for name in [
            "Impressions (products)",
            "Orders (cancelled)",
            "Views (replay)",
            "Orders (USD)",
            "Views (avg.)",
            "Viewers (peak)",
            "Orders [cancelled]",
            "Impressions (paid)",
            "Impressions (organic)",
            "曝光次数（商品展示）",
            "观看次数（累计）",
            "订单数（退款）",
            "Views (unique)",
            "Views (人)",
            "Viewers (times)",
            "Clicks (all)",
            "Impressions (cumulative)",
            "Impressions (K) products",
            "Impressions click-through rate (videos)",
            "Watch time (replay)",
            "Start time (planned)",
            "开播时间（预计）",
            "products.clicks",
            "avg.views",
            "Views - replay",
            "Clicks – products",
        ] {
            assert!(!matches!(Role::of(name), Some(Role::Count(_) | Role::CoverRate | Role::Start)), "{name}");
        }
    }

    #[test]
    fn a_unit_leaves_what_the_name_says() {
        for (name, role) in [
            ("Impressions (K)", Role::Count(Count::Impressions)),
            ("曝光次数（万）", Role::Count(Count::Impressions)),
            ("曝光次数（次）", Role::Count(Count::Impressions)),
            ("Impressions (in thousands)", Role::Count(Count::Impressions)),
            ("Impressions (LIVE)", Role::Count(Count::Impressions)),
            ("观看人数（人）", Role::Count(Count::Entrants)),
            ("Viewers (UV)", Role::Count(Count::Entrants)),
            ("Clicks (Destination)", Role::Count(Count::Clicks)),
            ("Clicks (unique)", Role::Count(Count::Clickers)),
            ("Orders (paid)", Role::Count(Count::Orders)),
            ("点击次数（商品）", Role::ProductClicks),
            ("Watch time (hours)", Role::Count(Count::Dwell)),
            ("総再生時間（単位: 時間）", Role::Count(Count::Dwell)),
            ("Impressions click-through rate (%)", Role::CoverRate),
            ("Start time (GMT+8)", Role::Start),
            ("开播时间（北京时间）", Role::Start),
            ("traffic.views", Role::Count(Count::Entries)),
        ] {
            assert_eq!(Role::of(name), Some(role), "{name}");
        }
    }

    #[test]
    fn a_running_total_is_known_by_its_name() {
        for name in [
            "cumulative impressions",
            "clicks (running total)",
            "orders (to date)",
            "viewers (cum.)",
            "累计曝光次数",
            "impresiones acumuladas",
        ] {
            assert!(is_running(name), "{name}");
        }
        for name in ["impressions", "accounts", "accuracy", "total clicks", "document"] {
            assert!(!is_running(name), "{name}");
        }
    }
}
