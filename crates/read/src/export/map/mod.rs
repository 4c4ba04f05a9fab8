//! Maps the values of a record to a signal, a row of counts or a cover on air, or to a reject with its reason and the column
//! to blame.

pub(super) mod count;
pub(super) mod count_layout;
pub(super) mod cover;
mod dictionary_table;
mod dimension_cache;
mod dimension_keys;
pub(super) mod event;
pub(super) mod excerpt;
pub(super) mod hosts;
pub(super) mod layout;
mod made_id;
mod midnight;
mod period;
pub(super) mod prints;
pub(super) mod quality;
pub(super) mod quality_layout;
pub(super) mod reasons;
pub(super) mod record_outcomes;
pub(super) mod rounded;
mod second_header;
pub(super) mod signal;
pub(super) mod source_stats;

use coverledger_core::model::Reason;

/// Why a record is no signal: a reject with the column to blame, or a row the configuration ignores.
pub(super) enum NoSignal {
    Reject(Reason, Option<usize>),
    Ignored,
}

pub(super) type Mapped<T> = Result<T, NoSignal>;
