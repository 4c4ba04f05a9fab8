//! What a bad visit costs, in words.

use super::super::place::{interval, not_kept, one_of, points};
use super::{Compared, Finding, Method, Metric, OfHosts, Row, Step};
use crate::decision_context::{Words, counted, percent};
use coverledger_core::model::VisitQuality;
use coverledger_stats::{Estimate, FEWEST_CLUSTERS};

pub(super) fn reason(row: &Row, asked: usize) -> Words {
    match &row.method {
        Method::Viewers(None) => not_kept(),
        Method::Viewers(Some(compared)) if !compared.is_told => not_told(compared),
        Method::Viewers(Some(compared)) => of_viewers(row, compared, asked),
        Method::Panel(None) => Words::new(
            "It is not known how visits went: no exports of quality are configured for this platform, or none came.",
            "不知道观看质量如何：该平台没有配置质量导出文件，或尚未收到。",
        ),
        Method::Panel(Some(hosts)) => of_panel(row, hosts, asked),
    }
}

fn not_told(compared: &Compared) -> Words {
    if compared.is_watched {
        Words::new(
            "Too early: it takes 22 local dates in a row that are published, 14 before a visit and 7 after it.",
            "为时过早：需要连续 22 个已发布的日期，即一次观看之前 14 天和之后 7 天。",
        )
    } else {
        Words::new(
            "It is not known how viewers' visits went: no exports of quality by viewer came for these local dates.",
            "不知道观众的观看质量如何：这些日期没有按观众的质量导出文件。",
        )
    }
}

fn visits(step: Step) -> Words {
    match step {
        Step::AllBad | Step::Growth => Words::new("a bad visit", "一次糟糕的观看"),
        Step::One(VisitQuality::Slow) => Words::new("a slow start", "一次起播缓慢的观看"),
        Step::One(VisitQuality::Stalled) => Words::new("a visit that stalled", "一次卡顿的观看"),
        Step::One(VisitQuality::Failed | VisitQuality::Good) => {
            Words::new("a visit that failed", "一次失败的观看")
        }
    }
}

/// A change with its bounds: `-0.41 points (-0.55 to -0.27)`.
fn change(metric: Metric, effect: &Estimate) -> Words {
    let bounds = interval(effect);
    match metric {
        Metric::Ctr => {
            let [low, high] = [bounds.low, bounds.high].map(|share| share * 100.0);
            let told = points(effect.value);
            Words::new(
                format!("{} of CTR ({low:+.2} to {high:+.2})", told.en),
                format!("点击率 {}（{low:+.2} 至 {high:+.2}）", told.zh),
            )
        }
        Metric::Entries => {
            let (value, low, high) = (effect.value, bounds.low, bounds.high);
            Words::new(
                format!("{value:+.3} entries per viewer ({low:+.3} to {high:+.3})"),
                format!("每名观众进房 {value:+.3} 次（{low:+.3} 至 {high:+.3}）"),
            )
        }
    }
}

fn of_viewers(row: &Row, compared: &Compared, asked: usize) -> Words {
    let Some(effect) = &row.effect else {
        let broadcasts = counted(compared.broadcasts, "broadcast");
        return Words::new(
            format!(
                "Too few to tell: bad and good visits are side by side in {broadcasts}, it takes {FEWEST_CLUSTERS} that are alike \
                 in size."
            ),
            format!(
                "数据太少，无法判断：同场既有糟糕又有良好观看的直播有 {} 场，至少需要规模相近的 {FEWEST_CLUSTERS} 场。",
                compared.broadcasts
            ),
        );
    };
    let change = change(row.metric, effect);
    let said = if row.step == Step::Growth {
        Words::new(
            format!("With each step from slow over stalled to failed: {}.", change.en),
            format!("从缓慢到卡顿再到失败，每差一级：{}。", change.zh),
        )
    } else {
        let visit = visits(row.step);
        Words::new(
            format!("In the 7 days after {}: {}.", visit.en, change.en),
            format!("{}之后 7 天内：{}。", visit.zh, change.zh),
        )
    };
    let from = Words::new(
        format!(
            "Told from {} bad and {} good visits in {}; {} more have no week before or after.",
            compared.bad,
            compared.good,
            counted(compared.broadcasts, "broadcast"),
            compared.left_out
        ),
        format!(
            "依据 {} 场直播中 {} 次糟糕和 {} 次良好的观看；另有 {} 次没有之前或之后一周的数据。",
            compared.broadcasts, compared.bad, compared.good, compared.left_out
        ),
    );
    said.then(&verdict(row, asked)).then(&lost(row)).then(&from)
}

fn of_panel(row: &Row, hosts: &OfHosts, asked: usize) -> Words {
    let (Some(effect), Some(placebo)) = (&row.effect, &hosts.placebo) else {
        let count = counted(hosts.hosts, "host");
        let hint = if hosts.has_hosts {
            Words::default()
        } else {
            Words::new("No hosts are told apart: map `host_id`.", "没有区分主播或直播间：请映射 `host_id`。")
        };
        return Words::new(
            format!(
                "Too few to tell: there are {count} with {} of which the 7 before and the 3 after are known; it takes \
                 {FEWEST_CLUSTERS} hosts whose visits go now better, now worse.",
                counted(hosts.dates, "local date")
            ),
            format!(
                "数据太少，无法判断：有 {} 个主播，{} 个前 7 天和后 3 天均已知的日期；至少需要 {FEWEST_CLUSTERS} 个观看质量有起伏的主播。",
                hosts.hosts, hosts.dates
            ),
        )
        .then(&hint);
    };
    let change = change(row.metric, effect);
    let after = self::change(row.metric, placebo);
    if row.finding() == Finding::PlaceboFired {
        return Words::new(
            format!(
                "No effect is claimed: visits of the 3 days *after* seem to matter as well ({}), and they cannot. Something \
                 behind both, such as a bad network that lasts, moves visits and CTR together.",
                after.en
            ),
            format!(
                "不作结论：之后 3 天的观看似乎同样有影响（{}），而这不可能。两者背后另有原因，例如持续的网络不佳同时影响观看和点击率。",
                after.zh
            ),
        );
    }
    Words::new(
        format!("If all visits of the 7 days before had been bad: {}.", change.en),
        format!("如果之前 7 天的观看全部糟糕：{}。", change.zh),
    )
    .then(&verdict(row, asked))
    .then(&lost(row))
    .then(&Words::new(
        format!(
            "Told from {} on {}; the 3 days after do nothing that can be told ({}).",
            counted(hosts.hosts, "host"),
            counted(hosts.dates, "local date"),
            after.en
        ),
        format!("依据 {} 个主播、{} 个日期；之后 3 天没有可辨的影响（{}）。", hosts.hosts, hosts.dates, after.zh),
    ))
}

fn verdict(row: &Row, asked: usize) -> Words {
    let one_of = one_of(asked);
    match row.finding() {
        Finding::Loss => Words::new(format!("A loss, {}.", one_of.en), format!("有损失，{}。", one_of.zh)),
        Finding::Gain => Words::new(
            format!("More afterwards, {}: look for what else these visits have in common.", one_of.en),
            format!("之后反而更多，{}：请查找这些观看的其他共同点。", one_of.zh),
        ),
        Finding::None | Finding::PlaceboFired | Finding::TooFew | Finding::NoData => {
            Words::new("No effect told: it may be chance.", "未见影响：可能只是偶然。")
        }
    }
}

/// `In the last 28 days that cost 812 clicks (…) and 9.1 orders (…).`
fn lost(row: &Row) -> Words {
    let Some(loss) = row.told_loss().filter(|_| row.finding() == Finding::Loss) else { return Words::default() };
    let [clicks, low, high] = loss.clicks;
    let share = |orders_per_click: f64| {
        let [orders, low, high] = loss.clicks.map(|clicks| clicks * orders_per_click);
        let chain = percent(orders_per_click);
        Words::new(
            format!(
                " and {orders:.1} orders ({low:.1} to {high:.1}), at the {chain} of clicks that ended in an order"
            ),
            format!("和 {orders:.1} 个订单（{low:.1} 至 {high:.1}），按点击成交率 {chain} 计"),
        )
    };
    let orders = loss.orders_per_click.map_or_else(Words::default, share);
    Words::new(
        format!(
            "On the {} of the last 28 of which it is known, that cost {clicks:.0} clicks ({low:.0} to {high:.0}){}.",
            counted(usize::try_from(loss.dates).unwrap_or(0), "local date"),
            orders.en
        ),
        format!(
            "在最近 28 天中已知的 {} 天里，损失 {clicks:.0} 次点击（{low:.0} 至 {high:.0}）{}。",
            loss.dates, orders.zh
        ),
    )
}

/// What has to hold for it to be an effect.
pub(super) fn assumptions(row: &Row) -> Words {
    match row.method {
        Method::Viewers(_) => Words::new(
            "Not randomized. Each viewer is held against its own week before, so that what it always has, such as a bad network, is \
             no effect. It is one if viewers of bad and of good visits of the same broadcast and slot would otherwise have changed \
             alike, if nothing that began at that time spoils both visits and clicks, and if a bad visit matters for 7 days. Visits \
             that no export tells of are not seen. Viewers who are shown no cover afterwards have no CTR: if bad visits drive them \
             away for good, that is not in it.",
            "未随机分配。每名观众与自己之前一周相比，因此长期存在的情况（例如网络不佳）不算影响。只有满足以下条件才是影响：同场同时段糟糕与良好\
             观看的观众原本会有相同的变化；没有恰在此时开始、同时损害观看和点击的原因；一次糟糕的观看影响 7 天。导出文件中没有的观看无法看到。\
             之后没有看到任何封面的观众没有点击率：如果糟糕的观看让他们彻底离开，这里不包括。",
        ),
        Method::Panel(_) => Words::new(
            "Not randomized. Hosts are held against their own other dates and against the other hosts of the same date; errors are by \
             hosts, each left out once (CR3). It is an effect if what makes a host's visits bad on a date has nothing else to do with \
             its CTR on the 7 dates after. What lasts longer than a date would also show on the 3 dates before the bad visits: an \
             effect is told only where nothing shows there, and where it is clearly more than what does. A date off air counts as the \
             host's usual one.",
            "未随机分配。每个主播与自己的其他日期以及同日的其他主播相比；误差按主播逐一剔除估计（CR3）。只有当某日观看变差的原因与其后 7 天的\
             点击率没有其他关系时，才是影响。持续超过一天的原因也会在糟糕观看之前的 3 天显现：只有在那里没有显现、且影响明显大于那里所见时，才\
             作出结论。未开播的日期按该主播的平常水平计。",
        ),
    }
}
