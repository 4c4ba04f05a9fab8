//! What figures mean, one tap away from each: a button opens a popover, by mouse, touch or key.

use maud::{Markup, Render, html};

use super::sheet::Sheet;
use super::words::{say, text};

/// A word that is explained: its id, its name, what it is, and where it comes from or how it is drawn.
struct Definition {
    id: &'static str,
    name: [&'static str; 2],
    what: [&'static str; 2],
    more: [&'static str; 2],
}

const DEFINITIONS: [Definition; 18] = [
    Definition {
        id: "enter",
        name: ["Effective CTR", "有效点击率"],
        what: [
            "Entrants ÷ impressions. How many of 100 impressions brought a viewer into the room. A viewer counts once per broadcast, cover and day.",
            "进房人数 ÷ 曝光次数。每 100 次曝光带来多少人进房。同一观众在同一场直播、同一封面、同一天只算一次。",
        ],
        more: [
            "Compared in the same broadcasts, slots and audiences. Bar: 95 % interval, by broadcasts. A hollow dot has too few broadcasts for one. Tables: cover, cover_pair.",
            "在相同场次、时段与人群中比较。横条为按场次计算的 95% 区间，空心点表示场次太少、没有区间。数据表：cover，cover_pair。",
        ],
    },
    Definition {
        id: "click",
        name: ["CTR", "点击率"],
        what: ["Clicks on the cover ÷ impressions.", "封面点击次数 ÷ 曝光次数。"],
        more: [
            "On some platforms a click is a tap on the cover, on others it is a room entry: the two are never ranked together.",
            "有的平台点击是点封面，有的平台点击是进房：两者不会放在一起排名。",
        ],
    },
    Definition {
        id: "stay",
        name: ["Stay rate", "停留率"],
        what: [
            "Stays ÷ entries. A stay is an entry that lasted at least the seconds that are set for the market.",
            "停留次数 ÷ 进房次数。停留达到该市场设定秒数的进房算一次停留。",
        ],
        more: [
            "Usual: what other covers would have held in the same broadcasts, slots and audiences. Table: diagnosis, stay_rate and stay_baseline.",
            "基准：其他封面在相同场次、时段与人群中的停留率。数据表：diagnosis，stay_rate 与 stay_baseline。",
        ],
    },
    Definition {
        id: "value",
        name: ["Value", "价值"],
        what: [
            "What impressions or hours on air bring, by the weights of the experiment's file. Shown as the change against the control cover.",
            "曝光或开播时间带来的价值，按测试文件中的权重计算。此处显示相对对照封面的变化。",
        ],
        more: [
            "Intervals hold at whichever night you look. Dashed line: the smallest gain worth having. Table: experiment, effect.",
            "无论哪一晚查看，区间都成立。虚线：值得换的最小提升。数据表：experiment，effect。",
        ],
    },
    Definition {
        id: "change",
        name: ["Change", "变化"],
        what: [
            "The rate with the advised cover ÷ the rate with the cover it is held against, − 1. In brackets: the 95 % interval.",
            "建议封面的比率 ÷ 对比封面的比率 − 1。括号内为 95% 区间。",
        ],
        more: [
            "Taken from the test where there was one, otherwise from broadcasts that showed both. Tables: advice, cover_pair.",
            "有测试时取自测试，否则取自同时出现两张封面的场次。数据表：advice，cover_pair。",
        ],
    },
    Definition {
        id: "sure",
        name: ["How sure", "把握"],
        what: [
            "The probability that the first cover is better than the second, given what was seen.",
            "根据已有数据，前一张封面强于后一张的概率。",
        ],
        more: [
            "Proven: drawn by lot, and the interval excludes zero. Likely: at least 90 %, and nobody drew lots. Open: below that, or drawn by lot and undecided. Table: advice, probability and sureness.",
            "已证实：经随机分配，且区间不含零。很可能：至少 90%，且未经随机分配。尚无定论：低于此，或经随机分配但尚未判定。数据表：advice，probability 与 sureness。",
        ],
    },
    Definition {
        id: "proven",
        name: ["At least", "至少"],
        what: [
            "What the rate exceeds with 95 % certainty. Covers are ranked by it, so that a lucky small sample does not lead.",
            "有 95% 把握超过的比率。封面按它排名，小样本的运气不会排到前面。",
        ],
        more: [
            "The upright tick in the chart. Table: cover, proven_rate.",
            "图中的竖线。数据表：cover，proven_rate。",
        ],
    },
    Definition {
        id: "shown",
        name: ["Shown, broadcasts", "曝光与场次"],
        what: [
            "Impressions of the cover: displays, or viewers where the platform counts those. Broadcasts: in so many it was seen.",
            "封面的曝光：展示次数，或平台按观众计的人数。场次：出现过该封面的直播场数。",
        ],
        more: [
            "Only rows in which the cover is the one that the log says. Tables: cover, experiment.",
            "只计与封面日志一致的行。数据表：cover，experiment。",
        ],
    },
    Definition {
        id: "slot",
        name: ["Entrants of an hour", "每小时进房"],
        what: [
            "Entrants, or clicks, of an hour on air in that slot, all covers together. It decides the hour: a good rate in an empty slot brings nobody.",
            "该时段每小时开播的进房人数（或点击），全部封面合计。开播时间由它决定：没有人的时段，比率再高也没有用。",
        ],
        more: ["Table: slot_plan.", "数据表：slot_plan。"],
    },
    Definition {
        id: "guard",
        name: ["Guardrails", "护栏"],
        what: [
            "What a cover may not cost, whatever else it does: stays, orders, conversion, viewers who come back.",
            "无论其他表现如何，封面不得损害的指标：停留、下单、转化、回访。",
        ],
        more: [
            "Held: a larger loss than tolerated is ruled out. Failed: the loss is beyond it, and certain. Open: not yet known.",
            "守住：已排除超出限度的损失。未通过：损失超过限度且已确定。未定：还不知道。",
        ],
    },
    Definition {
        id: "within",
        name: ["Within", "同人群变化"],
        what: [
            "What the rates of the same slots and audiences changed by. This is the covers’ and the room’s own doing.",
            "相同时段与人群的比率变化。这是封面与直播间自身的变化。",
        ],
        more: ["Dotted line: 95 % interval. Table: mix, within.", "虚线：95% 区间。数据表：mix，within。"],
    },
    Definition {
        id: "mix",
        name: ["Mix", "构成变化"],
        what: [
            "What changed only because other slots and audiences saw the covers.",
            "仅因为看到封面的时段与人群不同而产生的变化。",
        ],
        more: [
            "within + mix = the change. Table: mix, mix.",
            "同人群变化 + 构成变化 = 总变化。数据表：mix，mix。",
        ],
    },
    Definition {
        id: "fatigue",
        name: ["Tiring, rested", "疲劳与休息"],
        what: [
            "Tiring: the rate of the cover falls with the days on which it was on air. Half after so many days: then half of it is left.",
            "疲劳：封面的比率随上线天数下降。半衰期：到那时只剩一半。",
        ],
        more: [
            "Rested: days since it was last on air. Table: cover_history, fatigue and half_life_days.",
            "已休息：距上次上线的天数。数据表：cover_history，fatigue 与 half_life_days。",
        ],
    },
    Definition {
        id: "paid",
        name: ["Did it pay", "是否见效"],
        what: [
            "The rate of the broadcasts since, ÷ that of those before, − 1. Paid: the 95 % interval lies above zero. Too early: it holds zero.",
            "之后各场的比率 ÷ 之前各场的比率 − 1。见效：95% 区间在零以上。为时尚早：区间含零。",
        ],
        more: [
            "Before and after are not drawn by lot: other things changed, too. Table: advice_log.",
            "前后对比未经随机分配，其他因素也在变。数据表：advice_log。",
        ],
    },
    Definition {
        id: "bad",
        name: ["A bad visit", "一次不良观看"],
        what: [
            "A visit whose picture was slow to start, stalled, or failed.",
            "画面启动慢、卡顿或失败的一次观看。",
        ],
        more: [
            "Effect: how much more a viewer does later than after a good visit, − means less. Table: quality_effect.",
            "影响：与正常观看之后相比，观众后来多做多少，− 为更少。数据表：quality_effect。",
        ],
    },
    Definition {
        id: "gain",
        name: ["Worth knowing", "测试的价值"],
        what: [
            "What knowing the better of the two brings in the days to come: entrants, or clicks, that would else be missed.",
            "知道哪张更好之后，未来若干天能多带来的进房（或点击）。",
        ],
        more: ["Table: next_tests, expected_gain.", "数据表：next_tests，expected_gain。"],
    },
    Definition {
        id: "provisional",
        name: ["Provisional", "暂定"],
        what: [
            "Late exports may still change the day. It becomes final some hours after it has ended there.",
            "迟到的导出仍可能改变这一天。当地当天结束若干小时后转为最终。",
        ],
        more: ["Table: advice, provisional_days and final_by.", "数据表：advice，provisional_days 与 final_by。"],
    },
    Definition {
        id: "minutes",
        name: ["Bars of minutes", "分钟柱"],
        what: [
            "What was counted in so many minutes, all covers together. Counts have no interval. The band around CTR is its 95 % interval over 15 minutes (Wilson).",
            "若干分钟内的计数，全部封面合计。计数没有区间。点击率的色带为 15 分钟的 95% 区间（Wilson）。",
        ],
        more: [
            "Rows of exports that cover longer times are in no bar. Tables: broadcast_minutes, quality_minutes.",
            "时间跨度更长的导出行不在柱中。数据表：broadcast_minutes，quality_minutes。",
        ],
    },
];

/// A word that leads to its definition.
pub(super) fn define(id: &'static str, word: impl Render) -> Markup {
    debug_assert!(DEFINITIONS.iter().any(|definition| definition.id == id), "no definition `{id}`");
    html! { button.def type="button" popovertarget={ "d-" (id) } { (word) } }
}

/// All definitions, and the reasons of what is not known.
pub(super) fn definitions(sheet: &Sheet<'_>) -> Markup {
    html! {
        div.gloss {
            @for definition in &DEFINITIONS {
                div popover id={ "d-" (definition.id) } {
                    h3 { (say(definition.name[0], definition.name[1])) }
                    p { (say(definition.what[0], definition.what[1])) }
                    p { (say(definition.more[0], definition.more[1])) }
                }
            }
        }
        @for (at, reason) in sheet.reasons().iter().enumerate() {
            div.why popover id={ "n" (at) } { p { "– " (text(reason)) } }
        }
    }
}
