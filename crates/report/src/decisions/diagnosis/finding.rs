//! What a cover's steps say together, and what to do about it, in English and Chinese.

use crate::contrast::Contrast;
use crate::decision_context::Words;
use crate::decisions::gate::untold;
use crate::returning::CoverRevisit;
use coverledger_core::model::columns as c;
use coverledger_stats::Interval;

/// What may be found; a closed set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Many click and few stay.
    Overpromises,
    /// Few click and many stay.
    Undersells,
    /// Clicks do not become entries.
    MisTaps,
    /// There are more entries than clicks, where that is not usual.
    EntersWithoutClicking,
    /// Those who came by it come back less often, and no two steps say why.
    CostsRevisits,
    /// Many click, and it is not known that few stay.
    Strong,
    /// Few click, and it is not known that many stay.
    Weak,
    /// None of these is certain.
    NothingCertain,
}

impl Finding {
    /// Its word in the table.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Overpromises => "overpromises",
            Self::Undersells => "undersells",
            Self::MisTaps => "mis_taps",
            Self::EntersWithoutClicking => "enters_without_clicking",
            Self::CostsRevisits => "costs_revisits",
            Self::Strong => "strong",
            Self::Weak => "weak",
            Self::NothingCertain => "nothing_certain",
        }
    }
}

/// The steps of a cover; `None` for one that its platform does not tell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) click: Option<Contrast>,
    pub(super) enter: Option<Contrast>,
    pub(super) stay: Option<Contrast>,
    /// Of which rate the click step is.
    pub(super) click_metric: &'static str,
    /// Whether those who came by it come back; `None` where that is not known.
    pub(super) revisit: Option<CoverRevisit>,
}

impl Known {
    /// The first step that is known: of where a cover was shown it says most.
    pub(super) fn first(&self) -> Option<&Contrast> {
        self.click.as_ref().or(self.enter.as_ref()).or(self.stay.as_ref())
    }
}

/// A finding and what it asks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    pub(super) finding: Finding,
    /// The probability of what was found; `None` where nothing is certain.
    pub(super) certainty: Option<f64>,
    pub(super) action: Words,
}

/// Speaks of what is at least as probable as `certainty`, and only where the interval that is published says so too: a
/// finding is no step whose interval holds 1. The steps are independent given their rates, so a joint probability is a
/// product. Of several findings on two steps the most probable is told, the earlier where two are equal; only where there is
/// none, that a cover costs revisits; and only where that is not so either, `strong` and `weak`, which speak of one step.
pub(super) fn find(known: &Known, certainty: f64) -> Told {
    let above = |step: Option<Contrast>| step.map_or(0.0, |step| step.surely_above());
    let below = |step: Option<Contrast>| step.map_or(0.0, |step| step.surely_below());
    let Known { click, enter, stay, .. } = *known;
    let unless = |is_so: bool, probability: f64| if is_so { 0.0 } else { probability };
    let on_two_steps = [
        (Finding::Overpromises, above(click) * below(stay)),
        (Finding::Undersells, below(click) * above(stay)),
        (Finding::MisTaps, unless(below(click) >= certainty, below(enter))),
        // More of those who click come in than usual is good news, unless more come in than click.
        (Finding::EntersWithoutClicking, unless(enter.is_none_or(|enter| enter.rate <= 1.0), above(enter))),
    ];
    let on_one = [
        (Finding::Strong, unless(below(stay) >= certainty, above(click))),
        (Finding::Weak, unless(above(stay) >= certainty, below(click))),
    ];
    let most = |findings: &[(Finding, f64)]| {
        let spoken = findings.iter().copied().filter(|(_, probability)| *probability >= certainty);
        spoken.reduce(|best, next| if next.1 > best.1 { next } else { best })
    };
    let found = most(&on_two_steps);
    if found.is_none() && known.revisit.is_some_and(|revisit| revisit.costs()) {
        let finding = Finding::CostsRevisits;
        return Told { finding, certainty: None, action: action(finding, known) };
    }
    let found = found.or_else(|| most(&on_one));
    let finding = found.map_or(Finding::NothingCertain, |(finding, _)| finding);
    Told { finding, certainty: found.map(|(_, probability)| probability), action: action(finding, known) }
}

/// A rate and that of the others, for a sentence in each language.
fn pair(step: Option<Contrast>) -> [String; 2] {
    let Some(Contrast { rate, baseline, .. }) = step else { return ["not known".to_owned(), "未知".to_owned()] };
    let rate = rate * 100.0;
    let Some(baseline) = baseline.map(|baseline| baseline * 100.0) else {
        return [format!("{rate:.2} %, with nothing to compare it with"), format!("{rate:.2}%，没有可比的封面")];
    };
    [format!("{rate:.2} % against {baseline:.2} %"), format!("{rate:.2}%，其他封面 {baseline:.2}%")]
}

fn action(finding: Finding, known: &Known) -> Words {
    if finding == Finding::NothingCertain {
        return untold(known.first()).unwrap_or_else(|| {
            Words::new(
                "Not randomized, and nothing is certain enough to act on: leave it as it is, or let a rotation experiment \
                 decide.",
                "未随机分配，目前也没有足够把握的结论：请保持现状，或者用轮换测试来判断，不要只凭这些数字做决定。",
            )
        });
    }
    found(finding, known).then(&come_back(finding, known)).then(&Words::new(
        "Not randomized: let an experiment confirm it; where `experiment` decides on this cover, that rules.",
        "未随机分配：请用测试来确认；如果 `experiment` 已对这张封面作出决定，以它为准。",
    ))
}

/// What is to be known beside a finding of steps where those who came by the cover come back less often.
fn come_back(finding: Finding, known: &Known) -> Words {
    match known.revisit.filter(|revisit| revisit.costs() && finding != Finding::CostsRevisits) {
        Some(revisit) => less_often(&revisit),
        None => Words::default(),
    }
}

/// `Those who came in by it come back less often: 4.00 % within 7 days against 8.00 % … (0.50 times, 0.40 to 0.62).`
fn less_often(revisit: &CoverRevisit) -> Words {
    let days = revisit.within_days;
    let [own, others] = revisit.rates.unwrap_or_default().map(|rate| rate * 100.0);
    // Where nobody came back there is no ratio.
    let [ratio_en, ratio_zh] =
        revisit.ratio.zip(revisit.interval).map_or_else(Default::default, |(ratio, ends)| {
            let Interval { low, high } = ends;
            [
                format!(" ({ratio:.2} times as often, {low:.2} to {high:.2})"),
                format!("（{ratio:.2} 倍，{low:.2} 至 {high:.2}）"),
            ]
        });
    Words::new(
        format!(
            "Those who came in by it come back less often: {own:.2} % within {days} days, against {others:.2} % of those who \
             came by other covers in the same broadcasts and slots{ratio_en}."
        ),
        format!(
            "由这张封面进房的观众更少再来：{days} 天内再来的占 {own:.2}%，同场同时段由其他封面进房的为 {others:.2}%{ratio_zh}。"
        ),
    )
}

fn found(finding: Finding, known: &Known) -> Words {
    let [click_en, click_zh] = pair(known.click);
    let [enter_en, enter_zh] = pair(known.enter);
    let [stay_en, stay_zh] = pair(known.stay);
    let [ctr_en, ctr_zh] =
        if known.click_metric == c::CTR { ["CTR", "点击率"] } else { ["effective CTR", "有效点击率"] };
    match finding {
        Finding::Overpromises => Words::new(
            format!(
                "More viewers come than to the other covers in the same broadcasts ({ctr_en} {click_en}), but fewer of \
                 them stay ({stay_en}): the cover promises what the room does not hold. Open the room with what the \
                 cover shows, or put on the cover what the room really shows."
            ),
            format!(
                "与同场的其他封面相比，进来的人更多（{ctr_zh} {click_zh}），但进房后留下来的人偏少（停留率 {stay_zh}）：\
                 封面承诺的内容，直播间没有兑现。请一开场就展示封面上的商品或看点，或者把封面换成直播间真实的内容。"
            ),
        ),
        Finding::Undersells => Words::new(
            format!(
                "Fewer viewers come than to the other covers in the same broadcasts ({ctr_en} {click_en}), but those who \
                 come stay ({stay_en}): the room is better than its cover. Put on the cover what keeps them, and test \
                 it against this one."
            ),
            format!(
                "与同场的其他封面相比，进来的人更少（{ctr_zh} {click_zh}），但进房的人更愿意留下（停留率 {stay_zh}）：\
                 直播间比封面更好看。请把真正留住观众的看点放到封面上，并与现有封面做对照测试。"
            ),
        ),
        Finding::MisTaps => Words::new(
            format!(
                "There are clicks enough, but fewer of them become entries than with the other covers in the same \
                 broadcasts ({enter_en}): viewers tap it by mistake or leave before the room opens. Keep text and faces \
                 away from buttons and from the edge where thumbs scroll, and check how fast the room loads."
            ),
            format!(
                "点击并不少，但与同场的其他封面相比，点击后真正进房的比例偏低（{enter_zh}）：多半是误触，或者房间打开前就\
                 离开了。请让文字和人脸避开按钮以及拇指滑动经过的边缘，并检查直播间的加载速度。"
            ),
        ),
        Finding::EntersWithoutClicking => Words::new(
            format!(
                "More viewers enter per click than with the other covers in the same broadcasts ({enter_en}): many come \
                 by another way than a tap on this cover, such as autoplay or a shared link, or taps are lost. Do not \
                 credit the cover with them: check how clicks are counted, and let a rotation experiment compare it."
            ),
            format!(
                "与同场的其他封面相比，每次点击对应的进房数更高（{enter_zh}）：很多人不是点这张封面进来的（例如自动播放、\
                 分享链接），也可能是点击漏记。先别把这些进房算作封面的功劳：请核对点击的统计口径，并用轮换测试来比较。"
            ),
        ),
        Finding::CostsRevisits => known.revisit.map(|revisit| less_often(&revisit)).unwrap_or_default().then(&Words::new(
            "It may promise what the room does not hold: open the room with what the cover shows, or put on the cover what the \
             room really shows.",
            "封面可能承诺了直播间没有的内容：请一开场就展示封面上的商品或看点，或者把封面换成直播间真实的内容。",
        )),
        Finding::Strong | Finding::NothingCertain => Words::new(
            format!(
                "More viewers come than to the other covers in the same broadcasts ({ctr_en} {click_en}), and nothing \
                 says that they leave early (stay rate {stay_en}). Keep it on air, and make it the control of the next \
                 test."
            ),
            format!(
                "与同场的其他封面相比，进来的人更多（{ctr_zh} {click_zh}），也没有迹象表明观众进房后提前离开（停留率 {stay_zh}）。\
                 请继续使用，并把它作为下一轮测试的对照封面。"
            ),
        ),
        Finding::Weak => Words::new(
            format!(
                "Fewer viewers come than to the other covers in the same broadcasts ({ctr_en} {click_en}), and nothing \
                 says that those who come stay longer (stay rate {stay_en}). Look for a replacement first, and test it \
                 against this one."
            ),
            format!(
                "与同场的其他封面相比，进来的人更少（{ctr_zh} {click_zh}），也没有迹象表明进房的人停留更久（停留率 {stay_zh}）。\
                 请优先为这张封面准备替换方案，并与它做对照测试。"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A step that is known; its interval holds 1 or does not, as its probability says.
    #[expect(clippy::unnecessary_wraps, reason = "a step that is known")]
    fn step(rate: f64, above: f64) -> Option<Contrast> {
        let interval = match above {
            above if above > 0.9 => Interval { low: 1.01, high: 1.5 },
            above if above < 0.1 => Interval { low: 0.5, high: 0.99 },
            _ => Interval { low: 0.5, high: 1.5 },
        };
        Some(Contrast {
            rate,
            baseline: Some(0.5),
            ratio: Some(rate / 0.5),
            interval: Some(interval),
            above: Some(above),
            broadcasts: 9,
            ..Contrast::default()
        })
    }

    fn found(
        click: Option<Contrast>,
        enter: Option<Contrast>,
        stay: Option<Contrast>,
    ) -> (&'static str, Option<f64>) {
        let told = find(&Known { click, enter, stay, click_metric: c::CTR, revisit: None }, 0.9);
        (told.finding.word(), told.certainty)
    }

    #[test]
    fn a_finding_on_two_steps_needs_both_to_be_certain_together() {
        assert_eq!(found(step(0.6, 0.98), None, step(0.4, 0.03)).0, "overpromises");
        // 0.94 × 0.94 < 0.9: neither certain together nor, since staying is known to be low, strong.
        assert_eq!(found(step(0.6, 0.94), None, step(0.4, 0.06)), ("nothing_certain", None));
        assert_eq!(found(step(0.4, 0.02), None, step(0.6, 0.99)).0, "undersells");
    }

    #[test]
    fn both_ends_of_click_to_enter_are_told() {
        assert_eq!(found(step(0.5, 0.5), step(0.3, 0.04), step(0.5, 0.5)), ("mis_taps", Some(0.96)));
        assert_eq!(found(step(0.5, 0.5), step(1.4, 0.97), None), ("enters_without_clicking", Some(0.97)));
        assert_eq!(found(step(0.5, 0.5), step(0.99, 0.97), None), ("nothing_certain", None));
        // Few clicks of which few enter are no mis-taps.
        assert_eq!(found(step(0.4, 0.01), step(0.3, 0.04), step(0.5, 0.5)), ("weak", Some(0.99)));
    }

    #[test]
    fn one_step_is_spoken_of_where_the_other_is_not_against_it() {
        assert_eq!(found(step(0.6, 0.95), None, None), ("strong", Some(0.95)));
        assert_eq!(found(step(0.4, 0.05), None, step(0.5, 0.5)), ("weak", Some(0.95)));
        assert_eq!(found(step(0.5, 0.89), None, None), ("nothing_certain", None));
        assert_eq!(found(None, None, None), ("nothing_certain", None));
    }

    #[test]
    fn what_the_published_interval_leaves_open_is_no_finding() {
        let open = |above| {
            step(0.6, above).map(|step| Contrast { interval: Some(Interval { low: 0.99, high: 1.5 }), ..step })
        };
        assert_eq!(found(open(0.999), None, None), ("nothing_certain", None));
    }

    #[test]
    fn actions_name_the_figures_they_stand_on_in_both_languages() {
        let known = Known {
            click: step(0.041, 0.99),
            enter: None,
            stay: step(0.3, 0.01),
            click_metric: c::CTR,
            revisit: None,
        };
        let Words { en, zh } = find(&known, 0.9).action;
        assert!(en.contains("CTR 4.10 % against 50.00 %") && en.contains("Not randomized"), "{en}");
        assert!(zh.contains("停留率 30.00%，其他封面 50.00%") && zh.contains("未随机分配"), "{zh}");
        assert!(!zh.contains("  "), "a line is broken within a sentence: {zh}");
    }
}
