//! The dimensions of a row (market, broadcast, cover and audience), resolved once per distinct combination of values.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::hosts::Hosts;
use super::layout::Layout;
use super::made_id::{MadeIds, made_of};
use super::rounded::LongIds;
use super::source_stats::OtherMarkets;
use super::{Mapped, NoSignal};
use crate::export::ExportError;
use crate::export::find::PathValues;
use crate::export::format::field::Field;
use crate::export::value::number_text::is_unknown;
use crate::export::value::quantity::is_blank;
use crate::export::value::single::{MAX_NAME_BYTES, id, push_key};
use coverledger_config::{CoverRule, Export, MarketRule, Otherwise, TextRule};
use coverledger_core::model::{Dimensions, MarketId, Reason};
use coverledger_core::time::Zone;

/// At most so many combinations that give no dimensions are remembered: a broken column may never repeat a value.
const MOST_REFUSED: usize = 1 << 16;
/// Longer ones are not remembered: one value may be as long as a record.
const LONGEST_REFUSED_BYTES: usize = 1 << 10;

/// What a combination of raw values of market, broadcast, cover and audience resolves to.
#[derive(Clone, Copy)]
pub(super) enum Resolution {
    Stage(usize),
    Ignored,
    Reject(Reason, usize),
}

/// The combinations seen in an export so far.
pub(super) struct DimensionCache<'a> {
    export: &'a Export,
    layout: &'a Layout,
    path: &'a PathValues,
    markets: &'a BTreeMap<MarketId, Zone>,
    known: HashMap<Box<[u8]>, Resolution>,
    key: Vec<u8>,
    count: usize,
    /// Ids that a spreadsheet may have rounded.
    long_ids: LongIds,
    /// Whose rooms broadcasts are.
    pub(super) hosts: Hosts,
    /// Names of markets that the configuration does not know.
    pub(super) other_markets: OtherMarkets,
    /// Whether ids of broadcasts were given or had to be made.
    pub(super) made_ids: MadeIds,
}

impl<'a> DimensionCache<'a> {
    pub(in crate::export) fn new(
        export: &'a Export,
        layout: &'a Layout,
        path: &'a PathValues,
        markets: &'a BTreeMap<MarketId, Zone>,
    ) -> Self {
        Self {
            export,
            layout,
            path,
            markets,
            known: HashMap::new(),
            key: Vec::new(),
            count: 0,
            long_ids: LongIds::default(),
            hosts: Hosts::default(),
            other_markets: OtherMarkets::default(),
            made_ids: MadeIds::default(),
        }
    }

    /// The stage of a row, through a table of the combinations seen so far.
    pub(in crate::export) fn of(
        &mut self,
        fields: &[Field<'_>],
        announce: impl FnMut(&Dimensions),
    ) -> Mapped<usize> {
        let known = self.look(fields, announce);
        self.settle(known)
    }

    /// The resolution of a row's combination.
    pub(super) fn look(&mut self, fields: &[Field<'_>], announce: impl FnMut(&Dimensions)) -> Resolution {
        let layout = self.layout;
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        for column in layout.stage_columns() {
            push_key(&mut key, fields[*column]);
        }
        let known = self.known.get(key.as_slice()).copied().unwrap_or_else(|| {
            let known = self.resolve(fields, announce);
            let is_small = key.len() <= LONGEST_REFUSED_BYTES && self.known.len() < MOST_REFUSED;
            if matches!(known, Resolution::Stage(_)) || is_small {
                self.known.insert(key.as_slice().into(), known);
            }
            known
        });
        self.key = key;
        known
    }

    /// The dimensions of a resolution, or why the row has none; counts rows of other markets.
    pub(super) fn settle(&mut self, known: Resolution) -> Mapped<usize> {
        match known {
            Resolution::Stage(stage) => Ok(stage),
            Resolution::Ignored => {
                self.other_markets.records += 1;
                Err(NoSignal::Ignored)
            }
            Resolution::Reject(Reason::UnknownMarket, column) => {
                self.other_markets.records += 1;
                Err(NoSignal::Reject(Reason::UnknownMarket, Some(column)))
            }
            Resolution::Reject(reason, column) => Err(NoSignal::Reject(reason, Some(column))),
        }
    }

    /// Forgets the dimensions that were announced last, because their row is not counted after all: callers keep no more
    /// dimensions than rows.
    pub(super) fn take_back(&mut self) {
        self.known.remove(self.key.as_slice());
        self.count -= 1;
    }

    fn resolve(&mut self, fields: &[Field<'_>], mut announce: impl FnMut(&Dimensions)) -> Resolution {
        match self.new_stage(fields) {
            Ok(Some(stage)) => {
                self.look_at_ids(&stage);
                self.look_at_host(fields, &stage);
                announce(&stage);
                self.count += 1;
                Resolution::Stage(self.count - 1)
            }
            Ok(None) => Resolution::Ignored,
            Err((reason, column)) => Resolution::Reject(reason, column),
        }
    }

    /// The refusal of an export whose ids a spreadsheet rounded.
    pub(super) fn rounded(&self) -> Option<ExportError> {
        self.long_ids.are_rounded().then(|| ExportError::RoundedIds(self.long_ids.example().to_owned()))
    }

    fn look_at_ids(&mut self, stage: &Dimensions) {
        if self.layout.broadcast_id.is_some() {
            self.long_ids.add(&stage.broadcast_id);
        }
        if let Some(cover) = stage.cover_id.as_ref().filter(|_| self.layout.cover_id.is_some()) {
            self.long_ids.add(cover);
        }
    }

    /// A host that cannot be read is none: it has no say in what is counted.
    fn look_at_host(&mut self, fields: &[Field<'_>], stage: &Dimensions) {
        let Some(column) = self.layout.host_id else { return };
        let mut number = itoa::Buffer::new();
        if let Ok(host_id) = id(fields[column], &mut number)
            && !is_unknown(host_id)
        {
            self.hosts.add(&stage.broadcast_id, host_id);
        }
    }

    fn new_stage(&mut self, fields: &[Field<'_>]) -> Result<Option<Dimensions>, (Reason, usize)> {
        let export = self.export;
        let columns = &export.columns;
        let Some(market) = self.market(fields)? else { return Ok(None) };
        let made = match &columns.broadcast_id {
            TextRule::Made(_) => Some(self.made(fields)?),
            _ => None,
        };
        let text = |rule: &TextRule, column: Option<usize>, is_broadcast: bool| match (rule, column) {
            (TextRule::Made(_), _) => Ok(made.clone().unwrap_or_default()),
            (TextRule::Value(value), _) => Ok(value.clone()),
            (TextRule::Path, _) => Ok(self.path.broadcast.clone().unwrap_or_default()),
            (TextRule::Column(_), column) => {
                let column = column.unwrap_or_default();
                let mut number = itoa::Buffer::new();
                match id(fields[column], &mut number) {
                    // Rows of no broadcast would all be one.
                    Ok(id) if is_broadcast && is_unknown(id) => Err((Reason::MissingValue, column)),
                    Ok(id) => Ok(id.to_owned()),
                    Err(reason) => Err((reason, column)),
                }
            }
        };
        Ok(Some(Dimensions {
            market,
            audience: self.audience(fields)?,
            broadcast_id: text(&columns.broadcast_id, self.layout.broadcast_id, true)?,
            cover_id: match &columns.cover_id {
                CoverRule::Row(rule) => Some(text(rule, self.layout.cover_id, false)?),
                CoverRule::Log | CoverRule::Unsaid => None,
            },
        }))
    }

    /// The id of a broadcast, as it is given or else made.
    fn made(&mut self, fields: &[Field<'_>]) -> Result<String, (Reason, usize)> {
        let given = self.layout.broadcast_id.filter(|given| !is_blank(fields[*given]));
        if let Some(given) = given {
            let mut number = itoa::Buffer::new();
            let given = id(fields[given], &mut number).map_err(|reason| (reason, given))?;
            if !is_unknown(given) {
                self.made_ids.are_given = true;
                return Ok(given.to_owned());
            }
        }
        let made = made_of(&self.layout.made_of, fields)?;
        self.made_ids.are_made = true;
        Ok(made)
    }

    fn market(&mut self, fields: &[Field<'_>]) -> Result<Option<MarketId>, (Reason, usize)> {
        let export = self.export;
        let (values, otherwise) = match &export.columns.market {
            MarketRule::Value(market) => return Ok(Some(market.clone())),
            MarketRule::Path { .. } => return Ok(self.path.market.clone()),
            MarketRule::Column { values, otherwise, .. } => (values, otherwise),
        };
        let column = self.layout.market.unwrap_or_default();
        let named = match fields[column].as_text() {
            Field::Text(name) if name.len() > MAX_NAME_BYTES => return Err((Reason::TooLong, column)),
            Field::Text(name) => values
                .get(name)
                .cloned()
                .or_else(|| Some(MarketId::new(name)).filter(|market| self.markets.contains_key(market))),
            Field::Int(code) => values.get(code.to_string().as_str()).cloned(),
            _ => None,
        };
        if named.is_none() && !matches!(otherwise, Otherwise::Market(_)) {
            match fields[column].as_text() {
                Field::Text(word) => self.other_markets.add(word),
                Field::Int(code) => self.other_markets.add(&code.to_string()),
                _ => {}
            }
        }
        match (named, otherwise) {
            (Some(market), _) => Ok(Some(market)),
            (None, Otherwise::Market(market)) => Ok(Some(market.clone())),
            (None, Otherwise::Ignore) => Ok(None),
            (None, Otherwise::Reject) if fields[column] == Field::Null => Err((Reason::MissingValue, column)),
            (None, Otherwise::Reject) => Err((Reason::UnknownMarket, column)),
        }
    }

    /// The audience columns joined by ` / `, a missing one as `unknown`; without any, everybody is `all`.
    fn audience(&self, fields: &[Field<'_>]) -> Result<String, (Reason, usize)> {
        if self.layout.audience.is_empty() {
            return Ok("all".to_owned());
        }
        let mut joined = String::new();
        for (index, column) in self.layout.audience.iter().enumerate() {
            if index > 0 {
                joined.push_str(" / ");
            }
            match fields[*column].as_text() {
                Field::Null => joined.push_str("unknown"),
                Field::Text(text) if text.len() > MAX_NAME_BYTES => return Err((Reason::TooLong, *column)),
                Field::Text(text) if text.trim().is_empty() => joined.push_str("unknown"),
                Field::Text(text) => joined.push_str(text.trim()),
                Field::Int(number) => joined.push_str(&number.to_string()),
                Field::Bool(flag) => joined.push_str(if flag { "true" } else { "false" }),
                _ => return Err((Reason::BadValue, *column)),
            }
            if joined.len() > MAX_NAME_BYTES {
                return Err((Reason::TooLong, *column));
            }
        }
        Ok(joined)
    }
}
