//! The sections of the page, in their order.

/// A section: its anchor, its name in the contents, its heading, and how it is read.
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) short: [&'static str; 2],
    pub(super) title: [&'static str; 2],
    pub(super) how: [&'static str; 2],
}

/// In the order of the page.
pub(super) const SECTIONS: [Section; 10] = [
    Section {
        id: "tonight",
        short: ["Why, per market", "逐个市场的理由"],
        title: ["Per market", "各市场"],
        how: [
            "Which cover, at which hour, why, how sure, and what not to use. Earliest first, by the clock at home.",
            "用哪张封面、几点开播、为什么、多大把握、不要用什么。按本地团队时间先后排列。",
        ],
    },
    Section {
        id: "tests",
        short: ["Tests", "测试"],
        title: ["Where tests stand", "测试进展"],
        how: [
            "Bars: 95\u{a0}% intervals, valid at whichever night you look. Dashed: the gain from which a change is worth it.",
            "横条为 95% 区间，哪一晚看都成立。虚线为值得换的最小提升。",
        ],
    },
    Section {
        id: "when",
        short: ["When", "时段"],
        title: ["When", "时段"],
        how: [
            "Slots by audiences on the market’s clock. The second line of a head is the clock at home, with +1 for the next day.",
            "时段 × 人群，按当地时间。列头第二行为团队本地时间，+1 为次日。",
        ],
    },
    Section {
        id: "covers",
        short: ["Covers", "封面"],
        title: ["Which covers", "哪些封面"],
        how: [
            "Ranked by what the rate is sure to exceed (upright tick), not by the rate itself. Hollow dots: too few broadcasts for an interval.",
            "按有把握的比率（竖线）排名，而非比率本身。空心点：场次太少，没有区间。",
        ],
    },
    Section {
        id: "changed",
        short: ["What changed", "变化"],
        title: ["What changed", "变化"],
        how: [
            "The largest first. Within: the same slots and audiences did otherwise. Mix: other ones saw the covers.",
            "变化最大的在前。同人群：相同时段与人群自身的变化。构成：看到封面的人变了。",
        ],
    },
    Section {
        id: "paid",
        short: ["Did advice pay", "建议是否见效"],
        title: ["Did advice pay", "建议是否见效"],
        how: [
            "Each advice of the last eight weeks, and what happened since. Nobody drew lots: it is a trace, no proof.",
            "最近八周的每条建议及其结果。未经随机分配：是线索，不是证明。",
        ],
    },
    Section {
        id: "stream",
        short: ["Stream quality", "画面质量"],
        title: ["What a bad stream cost", "不良画面的代价"],
        how: [
            "How much more or less viewers do later after a visit that went badly.",
            "观看不顺之后，观众后来多做或少做多少。",
        ],
    },
    Section {
        id: "review",
        short: ["Broadcast review", "直播复盘"],
        title: ["Broadcast review", "直播复盘"],
        how: [
            "The broadcasts of the last date, the largest first. Dotted: another cover came on air.",
            "最近一天的各场直播，规模最大的在前。点线：换了封面。",
        ],
    },
    Section {
        id: "next",
        short: ["Test next", "下一步测试"],
        title: ["What to test next", "下一步测什么"],
        how: ["Where a test would teach most.", "在哪里测试收获最大。"],
    },
    Section {
        id: "fresh",
        short: ["Every place", "数据明细"],
        title: ["How fresh it is", "数据新鲜度"],
        how: [
            "Days that are over there and not published, and days that late exports may still change.",
            "当地已结束但未发布的天数，以及仍可能变化的天数。",
        ],
    },
];
