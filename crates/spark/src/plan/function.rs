//! A Python function that executors call.

use arrow_schema::Schema;
use spark_connect_proto as proto;

use super::{TypeError, pickle, types};

/// A Python function that executors call, by name: `module.name(config)`, called there, returns the tuple of the function and of the
/// table that it returns (a `pyspark.sql.types.StructType`).
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// As messages of the server name it.
    name: String,
    command: Vec<u8>,
    output: proto::DataType,
    python: String,
}

impl Function {
    /// The function that `module.name(config)` returns. `output` is the table that it returns, `python` the version of the
    /// executors' Python, `3.11`: Spark refuses another one.
    ///
    /// # Errors
    /// When a column of `output` is of a type that is not known here, or a text or `config` is longer than 4 GiB.
    pub fn new(module: &str, name: &str, config: &[u8], output: &Schema, python: &str) -> Result<Self, TypeError> {
        Ok(Self {
            name: name.to_owned(),
            command: pickle::call(module, name, config)?,
            output: types::table(output)?,
            python: python.to_owned(),
        })
    }

    /// The pickle that executors load: loading it calls `module.name(config)`.
    #[must_use]
    pub fn command(&self) -> &[u8] {
        &self.command
    }

    pub(super) fn expression(
        &self,
        eval_type: i32,
        arguments: Vec<proto::Expression>,
    ) -> proto::CommonInlineUserDefinedFunction {
        let python = proto::PythonUdf {
            output_type: Some(self.output.clone()),
            eval_type,
            command: self.command.clone().into(),
            python_ver: self.python.clone(),
            additional_includes: Vec::new(),
        };
        proto::CommonInlineUserDefinedFunction {
            function_name: self.name.clone(),
            // A task that is tried again reads the same objects.
            deterministic: true,
            arguments,
            function: Some(proto::common_inline_user_defined_function::Function::PythonUdf(python)),
            is_distinct: false,
        }
    }
}
