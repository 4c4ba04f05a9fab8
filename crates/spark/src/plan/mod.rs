//! What a server is asked to do: just the relations that are needed, made by hand.
//!
//! A [`Relation`] is a table to be; [`Relation::collect`] and [`Relation::write_parquet`] make a [`Plan`] of it, which a session runs.

mod function;
mod pickle;
mod types;

pub use function::Function;
pub use types::TypeError;

use proto::expression::{ExprType, Literal, UnresolvedAttribute, UnresolvedFunction, literal::LiteralType};
use proto::relation::RelType;
use proto::write_operation::{SaveMode, SaveType};
use spark_connect_proto as proto;

/// Evaluated by `mapInArrow`: an iterator of record batches to an iterator of record batches.
const MAP_IN_ARROW: i32 = 207;
/// Evaluated by `applyInArrow`: a group's table to a table.
const GROUP_IN_ARROW: i32 = 209;

/// A table that a server is to make.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    relation: proto::Relation,
}

/// What is to be done with a [`Relation`].
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub(crate) plan: proto::Plan,
    /// It leaves something behind, so it is never sent twice.
    pub(crate) writes: bool,
}

/// What rows are grouped by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// The value of this column.
    Column(String),
    /// The remainder of this column of non-negative integers, divided by a number from 1 up.
    Remainder(String, u32),
}

impl Relation {
    /// Numbers from 0 to `tasks`, without it, in one column `id` (Int64), each in a partition of its own.
    #[must_use]
    pub fn range(tasks: u32) -> Self {
        let partitions = i32::try_from(tasks).unwrap_or(i32::MAX).max(1);
        let range = proto::Range { start: Some(0), end: tasks.into(), step: 1, num_partitions: Some(partitions) };
        Self::first(RelType::Range(range))
    }

    /// What Parquet files under a full URI hold. The path is that of executors.
    #[must_use]
    pub fn read_parquet(path: &str) -> Self {
        let source = proto::read::DataSource {
            format: Some("parquet".to_owned()),
            paths: vec![path.to_owned()],
            ..Default::default()
        };
        let read_type = Some(proto::read::ReadType::DataSource(source));
        Self::first(RelType::Read(proto::Read { is_streaming: false, read_type }))
    }

    /// Only rows in which a column is null.
    #[must_use]
    pub fn where_null(self, column_name: &str) -> Self {
        self.filter(call("isnull", vec![column(column_name)]))
    }

    /// Only rows in which a column has a value.
    #[must_use]
    pub fn where_not_null(self, column_name: &str) -> Self {
        self.filter(call("isnotnull", vec![column(column_name)]))
    }

    /// What a function of record batches (`Iterator[pa.RecordBatch] -> Iterator[pa.RecordBatch]`) makes of each partition.
    /// `columns` are all columns of this table: Sail hands over those that are named here.
    #[must_use]
    pub fn map_in_arrow(self, function: &Function, columns: &[&str]) -> Self {
        let func = Some(function.expression(MAP_IN_ARROW, columns.iter().map(|name| column(name)).collect()));
        self.then(|input| {
            RelType::MapPartitions(Box::new(proto::MapPartitions {
                input,
                func,
                is_barrier: None,
                profile_id: None,
            }))
        })
    }

    /// What a function of a table (`pa.Table -> pa.Table`) makes of each group. `columns` are all columns of this table.
    #[must_use]
    pub fn group_in_arrow(self, key: &Key, function: &Function, columns: &[&str]) -> Self {
        let func = Some(function.expression(GROUP_IN_ARROW, columns.iter().map(|name| column(name)).collect()));
        let grouping_expressions = vec![key.expression()];
        self.then(|input| {
            RelType::GroupMap(Box::new(proto::GroupMap {
                input,
                grouping_expressions,
                func,
                ..Default::default()
            }))
        })
    }

    /// One row with one column `count` (Int64): how many rows there are. [`crate::Answer::count`] reads it.
    #[must_use]
    pub fn count(self) -> Self {
        let count = proto::expression::Alias {
            expr: Some(Box::new(call("count", vec![literal(LiteralType::Integer(1))]))),
            name: vec!["count".to_owned()],
            metadata: None,
        };
        let aggregate_expressions = vec![expression(ExprType::Alias(Box::new(count)))];
        self.then(|input| {
            RelType::Aggregate(Box::new(proto::Aggregate {
                input,
                group_type: proto::aggregate::GroupType::Groupby.into(),
                aggregate_expressions,
                ..Default::default()
            }))
        })
    }

    /// The plan that answers with all rows.
    #[must_use]
    pub fn collect(self) -> Plan {
        Plan { plan: proto::Plan { op_type: Some(proto::plan::OpType::Root(self.relation)) }, writes: false }
    }

    /// The plan that writes all rows as Parquet files under a full URI; an error if anything is there. The path is that of executors.
    #[must_use]
    pub fn write_parquet(self, path: &str) -> Plan {
        let write = proto::WriteOperation {
            input: Some(self.relation),
            source: Some("parquet".to_owned()),
            save_type: Some(SaveType::Path(path.to_owned())),
            mode: SaveMode::ErrorIfExists.into(),
            ..Default::default()
        };
        let command = proto::Command { command_type: Some(proto::command::CommandType::WriteOperation(write)) };
        Plan { plan: proto::Plan { op_type: Some(proto::plan::OpType::Command(command)) }, writes: true }
    }

    fn filter(self, condition: proto::Expression) -> Self {
        self.then(|input| RelType::Filter(Box::new(proto::Filter { input, condition: Some(condition) })))
    }

    fn first(rel_type: RelType) -> Self {
        Self::numbered(0, rel_type)
    }

    fn then(self, next: impl FnOnce(Option<Box<proto::Relation>>) -> RelType) -> Self {
        let number = self.relation.common.as_ref().and_then(|common| common.plan_id).unwrap_or(0) + 1;
        Self::numbered(number, next(Some(Box::new(self.relation))))
    }

    /// Relations of a plan have numbers that differ.
    fn numbered(number: i64, rel_type: RelType) -> Self {
        let common = proto::RelationCommon { plan_id: Some(number), ..Default::default() };
        Self { relation: proto::Relation { common: Some(common), rel_type: Some(rel_type) } }
    }
}

impl Key {
    fn expression(&self) -> proto::Expression {
        match self {
            Self::Column(name) => column(name),
            Self::Remainder(name, divisor) => {
                call("%", vec![column(name), literal(LiteralType::Long((*divisor).max(1).into()))])
            }
        }
    }
}

fn expression(expr_type: ExprType) -> proto::Expression {
    proto::Expression { common: None, expr_type: Some(expr_type) }
}

fn column(name: &str) -> proto::Expression {
    expression(ExprType::UnresolvedAttribute(UnresolvedAttribute {
        unparsed_identifier: name.to_owned(),
        ..Default::default()
    }))
}

fn literal(value: LiteralType) -> proto::Expression {
    expression(ExprType::Literal(Literal { literal_type: Some(value), ..Default::default() }))
}

fn call(name: &str, arguments: Vec<proto::Expression>) -> proto::Expression {
    expression(ExprType::UnresolvedFunction(UnresolvedFunction {
        function_name: name.to_owned(),
        arguments,
        ..Default::default()
    }))
}
