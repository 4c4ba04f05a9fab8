//! What a kind of cover has to do with its rate, in words.

use super::raw::{FEWEST_ASIDE, FEWEST_COVERS};
use super::{FALSE_DISCOVERIES, Finding, Scope, TypeRow};
use crate::decision_context::{Words, counted};
use crate::library::kinds::{Kind, Sort};
use coverledger_stats::Interval;

pub(super) fn reason(row: &TypeRow, kind: &Kind, asked: usize) -> Words {
    subject(row, kind)
        .then(&verdict(row, asked))
        .then(&elsewhere(row))
        .then(&borrowed(row))
        .then(&not_randomized())
}

/// `Covers with theme `sale` draw 1.20 times what like covers draw (0.98 to 1.47).`
fn subject(row: &TypeRow, kind: &Kind) -> Words {
    let name = &kind.name;
    let (en, zh) = match &kind.sort {
        Sort::Measure { .. } => {
            (format!("Covers with one standard deviation more `{name}`"), format!("`{name}` 每高一个标准差的封面"))
        }
        Sort::Tag(value) => (format!("Covers with `{name}` `{value}`"), format!("`{name}` 为 `{value}` 的封面")),
    };
    let Some(pooled) = row.pooled else {
        return Words::new(format!("{en}: nothing is known of them yet."), format!("{zh}：目前一无所知。"));
    };
    let Interval { low, high } = pooled.interval();
    let [ratio, low, high] = [pooled.value, low, high].map(f64::exp);
    Words::new(
        format!("{en} draw {ratio:.2} times what other covers draw beside them ({low:.2} to {high:.2})."),
        format!("{zh}的吸引力是同场其他封面的 {ratio:.2} 倍（{low:.2} 至 {high:.2}）。"),
    )
}

fn verdict(row: &TypeRow, asked: usize) -> Words {
    let share = FALSE_DISCOVERIES * 100.0;
    match (row.finding(), &row.raw) {
        (_, None) if row.scope == Scope::All => Words::new(
            "One market alone does not tell what markets have in common.",
            "只有一个市场的数据，无法判断各市场的共同点。",
        ),
        (Finding::TooFewCovers, _) | (_, None) => Words::new(
            format!(
                "Too few covers here to tell: it takes {FEWEST_COVERS}, and {FEWEST_ASIDE} on either side of a tag."
            ),
            format!("这里的封面太少，无法判断：至少需要 {FEWEST_COVERS} 个，标签两侧各 {FEWEST_ASIDE} 个。"),
        ),
        (Finding::Difference, Some(_)) if !row.is_found() => Words::new(
            format!(
                "A difference here, unlike elsewhere: what tells it is not the covers here by themselves but how the same covers do in \
                 the other markets, also as one of {} (of such findings about {share:.0} % at most are false).",
                counted(asked, "question")
            ),
            format!(
                "在这里有差异，与其他市场不同：依据不是这里的封面本身，而是同一批封面在其他市场的表现；在 {asked} 个问题中仍然成立（此类结论\
                 中最多约 {share:.0} % 有误）。"
            ),
        ),
        (Finding::Difference, Some(_)) => Words::new(
            format!(
                "A difference, also as one of {} (of such findings about {share:.0} % at most are false).",
                counted(asked, "question")
            ),
            format!("在 {asked} 个问题中仍然成立的差异（此类结论中最多约 {share:.0} % 有误）。"),
        ),
        (Finding::NoDifferenceTold, Some(raw)) if raw.p <= 0.05 => Words::new(
            format!(
                "By itself it would look like a difference; as one of {} it may be chance.",
                counted(asked, "question")
            ),
            format!("单独看像是差异；但作为 {asked} 个问题之一，可能只是偶然。"),
        ),
        (Finding::NoDifferenceTold, Some(_)) => {
            Words::new("No difference told: it may be chance.", "未见差异：可能只是偶然。")
        }
    }
}

/// Of a market: `Against other covers they draw 1.79 times here what they draw in the other markets (1.49 to 2.15).`
fn elsewhere(row: &TypeRow) -> Words {
    let Some(elsewhere) = &row.elsewhere else { return Words::default() };
    let Interval { low, high } = elsewhere.raw.interval;
    let [ratio, low, high] = [elsewhere.raw.fit.slope, low, high].map(f64::exp);
    let figures = Words::new(
        format!(
            "Against other covers they draw {ratio:.2} times here what they draw in the other markets ({low:.2} to {high:.2})."
        ),
        format!("相对其他封面，它们在这里的吸引力是在其他市场的 {ratio:.2} 倍（{low:.2} 至 {high:.2}）。"),
    );
    // Said already, where nothing else tells it.
    if !elsewhere.is_found() || (row.finding() == Finding::Difference && !row.is_found()) {
        return figures;
    }
    figures.then(&Words::new("This market is unlike the others.", "该市场与其他市场不同。"))
}

fn borrowed(row: &TypeRow) -> Words {
    let Some(pooled) = row.pooled.filter(|_| row.scope != Scope::All) else { return Words::default() };
    let share = (pooled.borrowed * 100.0).round().abs();
    if row.raw.is_none() && !row.is_second {
        return Words::new(
            "A prior: all of it is borrowed from other places.",
            "先验值：全部借自其他平台和市场。",
        );
    }
    Words::new(
        format!("{share:.0} % of the figure is borrowed from elsewhere."),
        format!("该数字有 {share:.0} % 借自别处。"),
    )
}

/// What holds of every row of the library.
pub(in crate::library) fn not_randomized() -> Words {
    Words::new(
        "Not randomized: what else these covers have in common may be the cause; only a test can tell.",
        "未随机分配：原因也可能是这些封面的其他共同点；只有测试才能判断。",
    )
}
