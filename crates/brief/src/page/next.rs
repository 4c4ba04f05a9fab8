//! What to test next: where knowing more is worth most.

use maud::{Markup, html};

use super::definitions::define;
use super::figure::{bracket, cell, key};
use super::number::Form;
use super::sheet::Sheet;
use super::words::{named, say, text};

pub(super) fn next(sheet: &Sheet<'_>) -> Markup {
    if sheet.brief.next_tests.is_empty() {
        return html! { p.key { (say("No comparison is worth a test now.", "目前没有值得做的测试。")) } };
    }
    html! {
        ol.next {
            @for test in &sheet.brief.next_tests {
                li data-t=(test.row.table.as_str()) data-k=(key(&test.row, None)) {
                    span.vsx { (sheet.picture(&test.cover_id, "m")) (sheet.picture(&test.against_cover_id, "m")) }
                    div {
                        h3 { (sheet.cover(&test.cover_id)) (say(" against ", " 对 ")) (sheet.cover(&test.against_cover_id)) }
                        p.sm { (Sheet::place(&test.place)) @if let Some((kind, value)) = &test.kind { (say(", on the question ", "，问题：")) (named(&format!("{kind} = {value}"))) } }
                        p { (text(&test.reason)) }
                        p.sm.mut {
                            (say("ratio believed now: ", "目前认为的比值："))
                            b { (cell(sheet, &test.ratio.point, Form::Ratio)) } " " (bracket(sheet, &test.ratio, Form::Ratio))
                            (say("; ", "；"))
                            (define("gain", say("worth knowing", "测试的价值"))) ": "
                            (cell(sheet, &test.expected_gain, Form::About)) (say(" in ", "，")) (cell(sheet, &test.horizon_days, Form::Count)) (say(" days", " 天内"))
                            (say("; takes about ", "；约需 ")) (cell(sheet, &test.broadcasts_needed, Form::Count)) (say(" broadcasts", " 场"))
                        }
                    }
                }
            }
        }
    }
}
