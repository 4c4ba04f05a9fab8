//! Derived tables of market-days, rendered from what is published: no export is read, so that a change of a formula comes
//! to a day whose exports have expired, too.

use futures::{StreamExt, stream};

use crate::plan::{Because, PlannedDay, PlatformPlan, Standing, Window, rendering};
use crate::run::publishing::{failed, table};
use crate::run::{Disposition, Observer, RunReport, Step, Stop, error_text};
use coverledger_archive::{Anew, Archive, Attempt, AttemptEnd, BoxError, Receipt, Stamp, State};
use coverledger_config::{Platform, Workspace};
use coverledger_core::VERSION;
use coverledger_core::model::CountSet;
use coverledger_report::{PublishedDay, Sheet};

/// Market-days that are rendered side by side; most of it is waiting for the store.
const AT_A_TIME: usize = 8;

/// Renders what a plan says can be rendered, newest first, and tells what is published. Whatever cannot be, or is the same
/// as before, stands where it stands by its exports.
pub(in crate::run) async fn rerender(
    workspace: &Workspace,
    archive: &Archive,
    stamp: &Stamp,
    stop: &Stop,
    observer: Observer<'_>,
    plans: &mut [PlatformPlan],
    report: &mut RunReport,
) {
    for plan in plans {
        let Some(platform) = workspace.platforms.get(&plan.platform) else { continue };
        let renderer = Renderer { workspace, archive, stamp, platform };
        let is_asked = |day: &&PlannedDay| matches!(day.standing, Standing::ToRender { .. });
        let mut days: Vec<PlannedDay> = plan.days.iter().filter(is_asked).cloned().collect();
        days.sort_by_key(|day| std::cmp::Reverse(day.market_day.local_date));
        let work = days.iter().map(|day| {
            let receipt = plan.receipts.get(&key_of(day));
            async { if stop.is_asked() { None } else { Some(renderer.day(day, receipt?).await) } }
        });
        let ends: Vec<Option<End>> = stream::iter(work).buffered(AT_A_TIME).collect().await;
        for (day, end) in days.into_iter().zip(ends) {
            // Asked to stop, it is left to be told with the rest.
            let Some(end) = end else { continue };
            let disposition = match end {
                End::Published(receipt) => {
                    let (revision, state) = (receipt.content.revision, receipt.content.state);
                    plan.receipts.insert(key_of(&day), *receipt);
                    Disposition::Published { revision, state, notes: notes(&day) }
                }
                End::Ended(disposition) => disposition,
                End::AsItStood => {
                    leave(plan, &day);
                    continue;
                }
            };
            observer(&Step::Done { market_day: &day.market_day, disposition: &disposition });
            report.days.push((day.market_day, disposition));
        }
    }
}

fn key_of(day: &PlannedDay) -> (coverledger_core::model::MarketId, jiff::civil::Date) {
    (day.market_day.market.clone(), day.market_day.local_date)
}

/// What there is to say about a day that was rendered, and what keeps it from being made from its exports.
fn notes(day: &PlannedDay) -> Vec<String> {
    let held = match day.standing.by_its_exports() {
        Standing::Held { reason } => Some(reason.clone()),
        _ => None,
    };
    day.notes.iter().cloned().chain(held).collect()
}

/// Lets a day stand by its exports. Nothing is due of it that only its derived tables were asked for.
fn leave(plan: &mut PlatformPlan, rendered: &PlannedDay) {
    let receipt = plan.receipts.get(&key_of(rendered));
    let current = receipt.map(|receipt| Standing::Current {
        revision: receipt.content.revision,
        state: receipt.content.state,
    });
    let day = plan.days.iter_mut().find(|day| day.market_day == rendered.market_day);
    let Some(day) = day else { return };
    let Standing::ToRender { because, or_else } = &day.standing else { return };
    let _ = because;
    day.standing = match (&**or_else, current) {
        (standing, _) => standing.clone(),
    };
}
