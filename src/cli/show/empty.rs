//! Why a table has no rows to show, in both languages.

use std::collections::BTreeSet;

use crate::cli::Failure;
use crate::cli::args::Show;
use crate::cli::in_ticks;
use coverledger_archive::{Archive, TableFamily, TableName, said_by_key};
use coverledger_config::{Assignment, Workspace};
use coverledger_core::model::columns as c;

/// A sentence in English and in Chinese.
type Sentence = (String, String);

/// Why there is nothing: `left_out` rows are there and not as `--where` says.
pub(super) async fn why(
    args: &Show,
    workspace: &Workspace,
    archive: &Archive,
    left_out: usize,
) -> Result<Sentence, Failure> {
    if left_out > 0 {
        return Ok((
            format!("{left_out} rows are there, and none is as `--where` says"),
            format!("有 {left_out} 行，但没有一行符合 `--where` 的条件"),
        ));
    }
    if let Some((en, zh)) = not_configured(args.table, workspace) {
        return Ok((en.to_owned(), zh.to_owned()));
    }
    let keys = archive.keys_of_table(args.table, &[]).await?;
    if !keys.is_empty() {
        return Ok(elsewhere(args, &keys).unwrap_or_else(|| usually(args.table)));
    }
    if archive.keys_of_table(TableName::Funnel, &[]).await?.is_empty() {
        return Ok((
            "nothing is published yet: `coverledger run JOB` does, and `coverledger status` says what is missing"
                .to_owned(),
            "还没有发布任何数据：请运行 `coverledger run JOB`；`coverledger status` 会说明还缺什么".to_owned(),
        ));
    }
    Ok(usually(args.table))
}

/// What the configuration lacks for the table to be made.
fn not_configured(table: TableName, workspace: &Workspace) -> Option<(&'static str, &'static str)> {
    let has_rotation = || workspace.experiments.values().any(|experiment| experiment.rotation().is_some());
    let keeps_viewers =
        || workspace.experiments.values().any(|experiment| experiment.assignment() == Some(Assignment::Viewer));
    let has_quality = || workspace.platforms.values().any(coverledger_config::Platform::is_quality_source);
    match table.family() {
        TableFamily::Decisions if workspace.decisions.is_none() => Some((
            "nothing is decided without a file `config/decisions.yaml` (`version: 1` is enough)",
            "没有 `config/decisions.yaml` 就不做决策（文件里写 `version: 1` 即可）",
        )),
        TableFamily::Experiments if workspace.experiments.is_empty() => {
            Some(("there is no experiment in `config/experiments`", "`config/experiments` 里没有测试"))
        }
        TableFamily::Catalogue | TableFamily::CoverMonths | TableFamily::Library
            if workspace.library.is_none() =>
        {
            Some((
                "there is no library of covers without a file `config/library.yaml`",
                "没有 `config/library.yaml` 就没有封面库",
            ))
        }
        TableFamily::Brief if workspace.brief.is_none() => Some((
            "there is no morning brief without a file `config/brief.yaml` (`version: 1` is enough)",
            "没有 `config/brief.yaml` 就没有晨间简报（文件里写 `version: 1` 即可）",
        )),
        TableFamily::Viewers if workspace.settings.returning.is_none() => Some((
            "viewers are not kept over days: `config/archive.yaml` has no `returning`",
            "没有跨天记录观众：`config/archive.yaml` 里没有 `returning`",
        )),
        _ => match table {
            TableName::BroadcastMinutes | TableName::QualityMinutes if workspace.brief.is_none() => Some((
                "minutes are counted for the morning brief alone, and there is no file `config/brief.yaml`",
                "分钟数据只为晨间简报统计，而 `config/brief.yaml` 不存在",
            )),
            TableName::Turns if !has_rotation() => Some((
                "no experiment in `config/experiments` is a rotation",
                "`config/experiments` 里没有轮换测试（`design: rotation`）",
            )),
            TableName::ViewerGroups if !keeps_viewers() => Some((
                "no experiment in `config/experiments` is a split that assigns viewers",
                "`config/experiments` 里没有按观众分配的分流测试（`assignment: viewer`）",
            )),
            TableName::Quality | TableName::QualityMinutes | TableName::QualityEffect if !has_quality() => Some((
                "no source of quality is configured: no file in `config/platforms` has `of`",
                "没有配置播放质量的数据源：`config/platforms` 里没有带 `of` 的文件",
            )),
            TableName::Localization
                if workspace.decisions.as_ref().is_some_and(|rules| rules.families.is_empty()) =>
            {
                Some((
                    "`config/decisions.yaml` has no `families` of covers",
                    "`config/decisions.yaml` 里没有封面系列（`families`）",
                ))
            }
            _ => None,
        },
    }
}

/// Where the table is, if it is not where it was asked for.
fn elsewhere(args: &Show, keys: &[String]) -> Option<Sentence> {
    let said: Vec<_> = keys.iter().map(|key| said_by_key(key)).collect();
    let values = |column: &str| -> BTreeSet<&str> {
        let of = said.iter().flatten().filter(|(name, _)| *name == column);
        of.map(|(_, value)| value.as_str()).collect()
    };
    let date = args.date.map(|date| date.to_string());
    let date_column = args.table.date_column().unwrap_or_default();
    let mut en = Vec::new();
    let mut zh = Vec::new();
    let asked = [
        (c::PLATFORM, "平台", args.platform.as_deref()),
        (c::MARKET, "市场", args.market.as_deref()),
        (date_column, "日期", date.as_deref()),
    ];
    for (column, called, value) in asked {
        let Some(value) = value else { continue };
        let there = values(column);
        if there.is_empty() || there.contains(value) {
            continue;
        }
        let of_dates = column == date_column;
        let list = match (there.first(), there.last()) {
            (Some(first), Some(last)) if of_dates && first != last => {
                [format!("{first} to {last}"), format!("{first} 至 {last}")]
            }
            _ => [in_ticks(&there), in_ticks(&there)],
        };
        en.push(format!("no {column} `{value}` (there is: {})", list[0]));
        zh.push(format!("没有{called} `{value}`（现有：{}）", list[1]));
    }
    let is_asked = args.platform.is_some() || args.market.is_some() || args.date.is_some();
    if en.is_empty() {
        let table = args.table;
        return is_asked.then(|| {
            (
                format!("`{table}` is published, but has no row of this platform, market and date together"),
                format!("`{table}` 已发布，但没有同时符合所选平台、市场和日期的行"),
            )
        });
    }
    Some((format!("`{}` has {}", args.table, en.join(" and ")), format!("`{}` {}", args.table, zh.join("，"))))
}

/// Why a table is usually without rows, where everything that it needs is configured.
fn usually(table: TableName) -> Sentence {
    let (en, zh) = match table {
        TableName::Rejects => ("every record was read: none was rejected", "所有记录都已读取，没有被拒绝的"),
        TableName::Reconciliation => (
            "no export reports a rate or a total that its rows could be held against",
            "没有导出文件给出可与明细核对的比率或合计",
        ),
        TableName::Bridge => ("no platform counts persons beside times", "没有平台同时统计人数和次数"),
        TableName::Turns => (
            "no market-day that is published lies in the window of a rotation",
            "已发布的日期都不在轮换测试的时间窗内",
        ),
        TableName::ViewerGroups => (
            "no market-day that is published lies in the window of such a split",
            "已发布的日期都不在该分流测试的时间窗内",
        ),
        TableName::Localization => {
            ("no market has had a localized cover of a family on air", "没有市场播出过系列中的本地化封面")
        }
        TableName::FalseWinners => {
            ("too few broadcasts are published to try tests of nothing on", "已发布的场次太少，无法做空白试验")
        }
        TableName::Revisit | TableName::RevisitGroups => (
            "viewers are not known for long enough to say who came back",
            "记录观众的时间还不够长，无法判断谁回访",
        ),
        TableName::QualityEffect => {
            ("too few viewers had both good and bad visits to compare", "有好有坏两类观看的观众太少，无法比较")
        }
        TableName::AdviceLog => (
            "no earlier brief advised to change, try, test or take off a cover, or all of it is older than 56 dates",
            "此前的简报没有建议过更换、试换、对测或撤下封面，或者都已超过 56 天",
        ),
        TableName::ExperimentPooled => ("no experiment runs in more than one place", "没有测试在多个地点进行"),
        table if table.is_optional() => ("it is published only where it has rows", "只有在有数据时才会发布这张表"),
        _ => (
            "it is not published yet: the next `coverledger run JOB` makes it, and `coverledger status` says what is missing",
            "这张表还没有发布：下一次 `coverledger run JOB` 会生成；`coverledger status` 会说明还缺什么",
        ),
    };
    (en.to_owned(), zh.to_owned())
}
