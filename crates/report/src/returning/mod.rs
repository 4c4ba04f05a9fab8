//! Viewers over days: who came back, and what bad visits cost later.

mod cells;
pub(crate) mod cover_revisits;
mod dates;
mod follow;
mod panel;
mod place;
mod published;
mod quality_effect;
mod revisit;
mod revisit_groups;

pub use cells::{
    EFFECT_DAYS, KnownDates, LOSS_DAYS, LastMonth, RETURN_DAYS, RevisitCell, RevisitKey, STEPS, ViewerDays,
    ViewerVisit, VisitCell, VisitKey, step,
};
pub use cover_revisits::{CoverRevisit, CoverRevisits};
pub use follow::follow;
pub use panel::{Chain, PanelDays, PanelRow};
pub use place::ViewersOf;
pub use quality_effect::quality_effect;
pub use revisit::revisit;
pub use revisit_groups::{GroupRevisits, Guarded, revisit_groups};
