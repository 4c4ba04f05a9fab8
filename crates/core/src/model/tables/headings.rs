//! What columns are called for people who read Chinese.
//!
//! Programs always get the names of the columns. A column that is not among these keeps its name in Chinese as well; every
//! column that is shown to people without being asked for is among them.

use std::borrow::Cow;

/// What a column is called in Chinese; of a bound, what its number is called with which bound it is.
#[must_use]
pub fn heading_zh(column: &str) -> Option<Cow<'static, str>> {
    let found = HEADINGS.iter().find(|(name, _)| *name == column);
    if let Some((_, heading)) = found {
        return Some((*heading).into());
    }
    let (name, bound) = match column.strip_suffix("_low") {
        Some(name) => (name, "下限"),
        None => (column.strip_suffix("_high")?, "上限"),
    };
    Some(format!("{}{bound}", heading_zh(name)?).into())
}

/// Names of columns with what they are called, by subject.
const HEADINGS: &[(&str, &str)] = &[
    // Where and when.
    ("platform", "平台"),
    ("market", "市场"),
    ("local_date", "当地日期"),
    ("export_date", "导出日期"),
    ("as_of", "截至日期"),
    ("month", "月份"),
    ("since", "自"),
    ("until", "至"),
    ("slot", "时段"),
    ("audience", "人群"),
    ("broadcast_id", "场次"),
    ("cover_id", "封面"),
    ("slot_start_local", "时段开始（当地）"),
    ("slot_end_local", "时段结束（当地）"),
    ("slot_start_home", "时段开始（本部）"),
    ("slot_end_home", "时段结束（本部）"),
    ("slot_start_utc", "时段开始（UTC）"),
    ("slot_end_utc", "时段结束（UTC）"),
    ("home_timezone", "本部时区"),
    ("turn_start_utc", "轮次开始（UTC）"),
    ("burn_in", "过渡期"),
    ("minute_start_utc", "分钟开始（UTC）"),
    ("minutes", "分钟数"),
    ("viewer_group", "观众组"),
    ("host_id", "主播"),
    ("of_platform", "所属平台"),
    ("first_local_date", "首个当地日期"),
    ("last_local_date", "最后当地日期"),
    ("days", "天数"),
    ("broadcasts", "场数"),
    ("provisional", "暂定"),
    ("revision", "修订"),
    ("contaminated", "含其他封面"),
    ("convention_since", "口径自"),
    ("impression_basis", "曝光口径"),
    ("click_event", "点击口径"),
    ("unique_basis", "去重口径"),
    // Counts.
    ("impressions", "曝光"),
    ("clicks", "点击"),
    ("entries", "进房次数"),
    ("entrants", "进房人数"),
    ("unique_impressions", "曝光人数"),
    ("clickers", "点击人数"),
    ("stays", "停留人数"),
    ("orders", "订单"),
    ("viewers", "观众数"),
    ("viewers_hit", "受影响观众"),
    ("views", "观看次数"),
    ("starts", "起播次数"),
    ("good_starts", "快速起播"),
    ("bad_views", "不良观看"),
    ("stalls", "卡顿次数"),
    ("failures", "失败次数"),
    ("count", "指标"),
    ("offered", "平台提供"),
    ("reason", "原因"),
    ("definition", "定义"),
    ("signal", "信号"),
    ("times", "次数"),
    ("persons", "人数"),
    ("factor", "人次比"),
    // Rates.
    ("ctr", "点击率"),
    ("effective_ctr", "进房率"),
    ("click_conversion", "点击后进房率"),
    ("viewer_ctr", "人均点击率"),
    ("stay_rate", "停留率"),
    ("mean_dwell_seconds", "平均停留秒数"),
    ("rate", "比率"),
    ("against_rate", "对照比率"),
    ("ratio", "倍数"),
    ("proven_rate", "有把握的比率"),
    ("adjusted_rate", "校正比率"),
    ("good_start_share", "快速起播占比"),
    ("p50_first_frame_ms", "首帧中位毫秒"),
    ("p95_first_frame_ms", "首帧 P95 毫秒"),
    ("stall_ratio", "卡顿占比"),
    ("failure_share", "失败占比"),
    ("mean_audio_video_offset_ms", "音画偏差毫秒"),
    ("mean_bitrate_kbps", "平均码率 kbps"),
    ("per_hour", "每小时所得"),
    ("adjusted_per_hour", "校正每小时所得"),
    ("hours_on_air", "开播小时"),
    ("expected_rate", "预期比率"),
    ("entrants_per_day", "每日进房人数"),
    // Decisions.
    ("rank", "名次"),
    ("finding", "结论"),
    ("certainty", "把握"),
    ("note", "说明"),
    ("note_zh", "说明"),
    ("action", "建议"),
    ("action_en", "建议"),
    ("action_zh", "建议"),
    ("reason_en", "原因"),
    ("reason_zh", "原因"),
    ("scope", "范围"),
    ("metric", "指标"),
    ("basis", "比较依据"),
    ("before", "之前"),
    ("after", "之后"),
    ("change", "变化"),
    ("within", "同时段同人群"),
    ("mix", "构成变化"),
    ("reversal", "方向相反"),
    ("click_rate", "点击率"),
    ("click_baseline", "点击基准"),
    ("enter_rate", "进房率"),
    ("enter_baseline", "进房基准"),
    ("stay_baseline", "停留基准"),
    ("family", "系列"),
    ("localized_cover_id", "本地化封面"),
    ("shared_cover_id", "通用封面"),
    ("against_cover_id", "对照封面"),
    ("probability", "把握"),
    ("compared_broadcasts", "可比场数"),
    ("compared_share", "可比占比"),
    ("randomized", "随机分配"),
    ("design", "测试设计"),
    ("tests", "试验数"),
    ("level", "水平"),
    ("false_winners_share", "假胜率"),
    ("unguarded_share", "无校正假胜率"),
    // Experiments.
    ("experiment", "测试"),
    ("decision", "决定"),
    ("effect", "效果"),
    ("state", "状态"),
    ("on_air", "在播"),
    ("probability_best", "最佳概率"),
    ("value_per_mille", "千次曝光价值"),
    ("places", "地点数"),
    ("places_won", "胜出地点"),
    ("places_worse", "更差地点"),
    ("pooled_effect", "合并效果"),
    ("predicted_effect", "预测效果"),
    ("exposures", "实际曝光"),
    ("expected_exposures", "计划曝光"),
    ("exposure_basis", "曝光依据"),
    ("p_value", "p 值"),
    ("p_adjusted", "校正 p 值"),
    ("is_imbalanced", "分配失衡"),
    // The library.
    ("picture", "图片"),
    ("format", "格式"),
    ("width_px", "宽（像素）"),
    ("height_px", "高（像素）"),
    ("colourfulness", "色彩度"),
    ("text_share", "文字占比"),
    ("faces", "人脸"),
    ("colours", "主色"),
    ("reason_text", "原因"),
    ("name", "名称"),
    ("name_zh", "名称"),
    ("theme", "主题"),
    ("language", "语言"),
    ("family_source", "系列来源"),
    ("proposed", "可能同系列"),
    ("contradiction_en", "矛盾"),
    ("contradiction_zh", "矛盾"),
    ("first_aired", "首播日期"),
    ("last_aired", "最近播出"),
    ("fatigue", "疲劳"),
    ("half_life_days", "半衰期（天）"),
    ("rested_days", "休息天数"),
    ("kind", "类别"),
    ("value", "取值"),
    ("covers", "封面数"),
    ("elsewhere_ratio", "与别处之比"),
    ("borrowed", "借自别处"),
    ("expected_gain", "预期收益"),
    ("broadcasts_needed", "所需场数"),
    ("rule", "规则"),
    ("nearest", "最相近"),
    // Viewers and quality.
    ("within_days", "天内"),
    ("due", "到期人数"),
    ("back", "回访人数"),
    ("revisit_rate", "回访率"),
    ("others_rate", "其他封面"),
    ("method", "方法"),
    ("step", "档位"),
    ("orders_lost", "损失订单"),
    // Exports.
    ("object", "文件"),
    ("record", "记录"),
    ("byte_offset", "字节位置"),
    ("column", "列"),
    ("text", "原文"),
    ("rows", "行数"),
    ("rows_off", "不符行数"),
    ("reported", "平台所报"),
    ("recomputed", "重算"),
    ("difference", "差值"),
    ("verdict", "判定"),
    // The brief.
    ("data_until", "数据截至"),
    ("over_until", "当地日已结束至"),
    ("missing_days", "缺失天数"),
    ("provisional_days", "暂定天数"),
    ("final_by", "转为最终"),
    ("lack_en", "缺什么"),
    ("lack_zh", "缺什么"),
    ("instead_of", "替换"),
    ("test_against", "对测封面"),
    ("clock_note_en", "时钟变动"),
    ("clock_note_zh", "时钟变动"),
    ("sureness", "可靠程度"),
    ("avoid", "不要用"),
    ("advised_on", "建议日期"),
    ("advised_until", "建议至"),
    ("expected", "预期变化"),
    ("outcome", "结果"),
    ("broadcasts_before", "此前场数"),
    ("broadcasts_since", "此后场数"),
    ("rate_before", "此前比率"),
    ("rate_since", "此后比率"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_bound_is_called_after_its_number_and_an_unknown_column_is_not_called_anything() {
        assert_eq!(heading_zh("ctr").as_deref(), Some("点击率"));
        assert_eq!(heading_zh("ctr_low").as_deref(), Some("点击率下限"));
        assert_eq!(heading_zh("ctr_high").as_deref(), Some("点击率上限"));
        assert_eq!(heading_zh("etag"), None);
        assert_eq!(heading_zh("etag_low"), None);
    }

    #[test]
    fn no_column_is_called_twice() {
        let names: BTreeSet<&str> = HEADINGS.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), HEADINGS.len());
    }
}
