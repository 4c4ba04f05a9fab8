//! Names: every table sorted, every zone of every market named, and what the configuration says first.

use coverledger_core::time::Zone;

use super::*;

fn both(text: &Text) -> [&str; 2] {
    [&text.en, &text.zh]
}

#[test]
fn tables_are_sorted_and_of_zones_that_exist() {
    for names in [&MARKETS[..], &CITIES, &PLATFORMS, &SLOTS, &AUDIENCES] {
        assert!(names.is_sorted_by_key(|(key, ..)| key), "a name that is out of order is not found: {names:?}");
        assert!(names.windows(2).all(|two| two[0].0 != two[1].0), "twice in {names:?}");
        assert!(names.iter().all(|(.., zh)| !zh.is_empty()));
    }
    for (zone, ..) in CITIES {
        assert!(Zone::named(zone).is_ok(), "{zone}");
    }
}

#[test]
fn what_is_known_has_a_name_in_both_languages() {
    let book = NameBook::default();
    assert_eq!(both(&book.market("ID")), ["Indonesia", "印尼"]);
    assert_eq!(both(&book.market("us_east")), ["United States east", "美国 east"]);
    assert_eq!(both(&book.market("Atlantis")), ["Atlantis", "Atlantis"]);
    assert_eq!(both(&book.platform("tiktok_shop_live")), ["TikTok Shop", "TikTok Shop"]);
    assert_eq!(both(&book.platform("douyin_compass")), ["Douyin", "抖音"]);
    assert_eq!(both(&book.platform("mine")), ["mine", "mine"]);
    assert_eq!(both(&book.slot("prime")), ["prime", "黄金"]);
    assert_eq!(both(&book.city("America/Sao_Paulo")), ["São Paulo", "圣保罗"]);
    assert_eq!(both(&book.city("America/New_York")), ["New York", "纽约"]);
    assert_eq!(both(&book.city("America/Port-au-Prince")), ["Port-au-Prince", "Port-au-Prince"]);
}

#[test]
fn audiences_are_told_part_by_part() {
    let book = NameBook::default();
    assert_eq!(both(&book.audience("f / 25-34")), ["Women 25–34", "女 25–34"]);
    assert_eq!(both(&book.audience("Male / unknown")), ["Men, not known", "男、不详"]);
    assert_eq!(both(&book.audience("unknown / unknown")), ["Not known", "不详"]);
    assert_eq!(both(&book.audience("55+")), ["55+", "55+"]);
    assert_eq!(both(&book.audience("all")), ["All", "全部"]);
    assert_eq!(both(&book.audience("")), ["", ""]);
}

#[test]
fn names_of_the_team_come_first() {
    let title =
        |en: Option<&str>, zh: Option<&str>| Title { en: en.map(str::to_owned), zh: zh.map(str::to_owned) };
    let own = Names {
        markets: [("ID".to_owned(), title(Some("Indo"), None))].into(),
        slots: [("peak".to_owned(), title(None, Some("高峰")))].into(),
        ..Names::default()
    };
    let book = NameBook::new(Some(&own));
    assert_eq!(both(&book.market("ID")), ["Indo", "印尼"], "what is not given is as without");
    assert_eq!(both(&book.slot("peak")), ["高峰", "高峰"], "a name in one language is better than an id");
    assert_eq!(both(&book.slot("prime")), ["prime", "黄金"]);
}
