//! The library of covers: pictures are found and measured, months of covers are summed up, and what they taught is
//! published, once a run has published its market-days.

mod catalogue;
mod covers_as_of;
mod month;

pub(super) use catalogue::CataloguedPictures;
pub(super) use covers_as_of::CoversAsOf;
pub(super) use month::CoversOfMonth;
