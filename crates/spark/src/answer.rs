//! What a query answered, held against what the server says of it.

use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{Array as _, RecordBatch};
use arrow_ipc::reader::StreamReader;
use spark_connect_proto::execute_plan_response::ArrowBatch;

use crate::SparkError;

/// What a query answered, whole: the server has said that it is complete, and its batches have the rows that it says.
///
/// That it has no rows says nothing by itself: whoever asks should know a total to hold it against.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    batches: Vec<RecordBatch>,
    rows: u64,
}

impl Answer {
    /// Its batches, as they came; some may be empty. A write has none.
    #[must_use]
    pub fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// Its batches.
    #[must_use]
    pub fn into_batches(self) -> Vec<RecordBatch> {
        self.batches
    }

    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The number that [`crate::plan::Relation::count`] answers with.
    ///
    /// # Errors
    /// [`SparkError::Answer`] when this is anything else than one row with one number from 0 up.
    pub fn count(&self) -> Result<u64, SparkError> {
        let wrong = || SparkError::Answer { problem: format!("a count is one row, and these are {}", self.rows) };
        let batch = self.batches.iter().find(|batch| batch.num_rows() > 0).ok_or_else(wrong)?;
        if self.rows != 1 {
            return Err(wrong());
        }
        let column = batch.columns().first().and_then(|column| column.as_primitive_opt::<Int64Type>());
        column
            .filter(|column| column.is_valid(0))
            .and_then(|column| u64::try_from(column.value(0)).ok())
            .ok_or_else(|| SparkError::Answer { problem: "a count is no number".to_owned() })
    }
}

/// Puts an answer together from the batches of a stream, and finds out when one is missing, is cut or has other rows than it says.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    answer: Answer,
    /// What has come of a batch in chunks.
    chunks: Vec<u8>,
    chunks_seen: i64,
    chunks_in_all: i64,
    rows_of_chunked: i64,
}

impl Assembly {
    pub(crate) fn rows(&self) -> u64 {
        self.answer.rows
    }

    /// Takes the next batch, or the next chunk of one.
    pub(crate) fn take(&mut self, batch: &ArrowBatch) -> Result<(), SparkError> {
        let in_all = batch.num_chunks_in_batch.unwrap_or(0);
        let index = batch.chunk_index.unwrap_or(0);
        if self.chunks_seen == 0 {
            self.starts_here(batch)?;
            if index != 0 {
                return Err(wrong(format!("a batch starts with its chunk {index}, not with chunk 0")));
            }
            if in_all <= 1 {
                return self.decode(&batch.data, batch.row_count);
            }
            self.chunks_in_all = in_all;
            self.rows_of_chunked = batch.row_count;
        } else if index != self.chunks_seen || in_all != self.chunks_in_all {
            return Err(wrong(format!(
                "chunk {index} of {in_all} came where chunk {} of {} was due",
                self.chunks_seen, self.chunks_in_all
            )));
        } else if batch.row_count != self.rows_of_chunked {
            let (first, other) = (self.rows_of_chunked, batch.row_count);
            return Err(wrong(format!("chunks of one batch say {first} and {other} rows")));
        }
        self.chunks.extend_from_slice(&batch.data);
        self.chunks_seen += 1;
        if self.chunks_seen == self.chunks_in_all {
            let whole = std::mem::take(&mut self.chunks);
            self.chunks_seen = 0;
            return self.decode(&whole, self.rows_of_chunked);
        }
        Ok(())
    }

    /// Ends it, when the server says that all is there. `queried` is false of a write, which has no batches.
    pub(crate) fn finish(self, queried: bool) -> Result<Answer, SparkError> {
        if self.chunks_seen > 0 {
            return Err(wrong(format!(
                "it ended after {} of {} chunks of a batch",
                self.chunks_seen, self.chunks_in_all
            )));
        }
        // Servers send a batch without rows when there are none; Spark's protocol guarantees it.
        if queried && self.answer.batches.is_empty() {
            return Err(wrong("it is called complete and has not a single batch".to_owned()));
        }
        Ok(self.answer)
    }

    fn starts_here(&self, batch: &ArrowBatch) -> Result<(), SparkError> {
        match batch.start_offset {
            Some(offset) if u64::try_from(offset) != Ok(self.answer.rows) => {
                Err(wrong(format!("a batch starts at row {offset}, and {} rows came before it", self.answer.rows)))
            }
            _ => Ok(()),
        }
    }

    fn decode(&mut self, data: &[u8], rows_said: i64) -> Result<(), SparkError> {
        let undecodable = |error: arrow_schema::ArrowError| wrong(format!("a batch cannot be decoded: {error}"));
        let mut rows = 0;
        for batch in StreamReader::try_new(data, None).map_err(undecodable)? {
            let batch = batch.map_err(undecodable)?;
            rows += batch.num_rows() as u64;
            self.answer.batches.push(batch);
        }
        if u64::try_from(rows_said) != Ok(rows) {
            return Err(wrong(format!("a batch is said to have {rows_said} rows and has {rows}")));
        }
        self.answer.rows += rows;
        Ok(())
    }
}

fn wrong(problem: String) -> SparkError {
    SparkError::Answer { problem }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::Int64Array;
    use arrow_ipc::writer::StreamWriter;

    use super::*;

    fn bytes(values: &[i64]) -> Vec<u8> {
        let array: arrow_array::ArrayRef = Arc::new(Int64Array::from(values.to_vec()));
        let batch = RecordBatch::try_from_iter([("count", array)]).unwrap();
        let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap()
    }

    fn whole(values: &[i64], start: Option<i64>) -> ArrowBatch {
        ArrowBatch {
            row_count: i64::try_from(values.len()).unwrap(),
            data: bytes(values).into(),
            start_offset: start,
            ..Default::default()
        }
    }

    fn chunk(data: &[u8], rows: i64, index: i64, of: i64) -> ArrowBatch {
        ArrowBatch {
            row_count: rows,
            data: data.to_vec().into(),
            start_offset: Some(0),
            chunk_index: Some(index),
            num_chunks_in_batch: Some(of),
        }
    }

    fn error<T>(result: Result<T, SparkError>) -> String {
        result.err().expect("an error").to_string()
    }

    #[test]
    fn batches_in_a_row_are_an_answer() {
        let mut assembly = Assembly::default();
        assembly.take(&whole(&[1, 2], Some(0))).unwrap();
        assembly.take(&whole(&[], None)).unwrap();
        assembly.take(&whole(&[3], Some(2))).unwrap();
        let answer = assembly.finish(true).unwrap();
        assert_eq!((answer.rows(), answer.batches().len()), (3, 3));
    }

    #[test]
    fn a_skipped_batch_is_noticed() {
        let mut assembly = Assembly::default();
        assembly.take(&whole(&[1, 2], Some(0))).unwrap();
        assert!(error(assembly.take(&whole(&[9], Some(3)))).contains("starts at row 3, and 2 rows came before"));
    }

    #[test]
    fn rows_are_held_against_what_is_said_of_them() {
        let mut lie = whole(&[1, 2], None);
        lie.row_count = 3;
        assert!(error(Assembly::default().take(&lie)).contains("said to have 3 rows and has 2"));
    }

    #[test]
    fn bytes_that_are_no_batch_are_an_error() {
        let cut = ArrowBatch { row_count: 2, data: bytes(&[1, 2])[..200].to_vec().into(), ..Default::default() };
        assert!(error(Assembly::default().take(&cut)).contains("the answer cannot be right"));
    }

    #[test]
    fn chunks_are_put_together() {
        let data = bytes(&[4, 5]);
        let mut assembly = Assembly::default();
        assembly.take(&chunk(&data[..100], 2, 0, 2)).unwrap();
        assembly.take(&chunk(&data[100..], 2, 1, 2)).unwrap();
        assert_eq!(assembly.finish(true).unwrap().rows(), 2);
    }

    #[test]
    fn a_missing_chunk_is_noticed() {
        let data = bytes(&[4, 5]);
        let mut assembly = Assembly::default();
        assembly.take(&chunk(&data[..50], 2, 0, 3)).unwrap();
        assert!(error(assembly.take(&chunk(&data[100..], 2, 2, 3))).contains("chunk 2 of 3 came where chunk 1"));
        assert!(error(Assembly::default().take(&chunk(&data, 2, 1, 2))).contains("not with chunk 0"));

        let mut assembly = Assembly::default();
        assembly.take(&chunk(&data[..50], 2, 0, 2)).unwrap();
        assert!(error(assembly.finish(true)).contains("after 1 of 2 chunks"));

        let mut assembly = Assembly::default();
        assembly.take(&chunk(&data[..50], 2, 0, 2)).unwrap();
        assert!(error(assembly.take(&chunk(&data[50..], 3, 1, 2))).contains("say 2 and 3 rows"));
    }

    #[test]
    fn complete_without_a_batch_is_no_answer_to_a_query() {
        assert!(error(Assembly::default().finish(true)).contains("not a single batch"));
        assert_eq!(Assembly::default().finish(false).unwrap().rows(), 0);
    }

    #[test]
    fn a_count_is_one_number() {
        let count = |values: &[&[i64]]| {
            let mut assembly = Assembly::default();
            for values in values {
                assembly.take(&whole(values, None)).unwrap();
            }
            assembly.finish(true).unwrap().count()
        };
        assert_eq!(count(&[&[], &[7]]).unwrap(), 7);
        assert!(error(count(&[&[]])).contains("these are 0"));
        assert!(error(count(&[&[1], &[2]])).contains("these are 2"));
        assert!(error(count(&[&[-1]])).contains("no number"));
    }
}
