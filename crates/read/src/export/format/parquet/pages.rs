//! The pages of one column of a row group, each checked before it is decoded.

use std::fs::File;
use std::sync::Arc;

use parquet::column::page::{Page, PageIterator, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::serialized_reader::SerializedPageReader;

use super::limits::{check_dictionary, check_encoding};
use crate::export::Halt;

/// Reads and checks pages, until a halt is asked for.
pub(super) struct CheckedPages {
    pages: SerializedPageReader<File>,
    chunk: ColumnChunkMetaData,
    /// The dictionary page, if the column begins with one and it has not been handed over yet.
    dictionary: Option<Page>,
    halt: Halt,
}

impl CheckedPages {
    pub(super) fn open(file: &Arc<File>, chunk: &ColumnChunkMetaData, rows: usize, halt: Halt) -> Result<Self> {
        let pages = SerializedPageReader::new(Arc::clone(file), chunk, rows, None)?;
        let mut opened = Self { pages, chunk: chunk.clone(), dictionary: None, halt };
        if opened.pages.peek_next_page()?.is_some_and(|page| page.is_dict) {
            opened.dictionary = opened.get_next_page()?;
        }
        Ok(opened)
    }

    pub(super) fn chunk(&self) -> &ColumnChunkMetaData {
        &self.chunk
    }

    /// The number of entries of the dictionary that the column begins with, and its bytes.
    pub(super) fn dictionary(&self) -> Option<(u32, &[u8])> {
        match self.dictionary.as_ref()? {
            Page::DictionaryPage { buf, num_values, .. } => Some((*num_values, buf)),
            _ => None,
        }
    }
}

impl PageReader for CheckedPages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        self.halt.heed()?;
        if let Some(dictionary) = self.dictionary.take() {
            return Ok(Some(dictionary));
        }
        let page = self.pages.get_next_page()?;
        match &page {
            Some(Page::DictionaryPage { buf, num_values, .. }) => {
                check_dictionary(&self.chunk, *num_values, buf.len())?;
            }
            Some(page) => check_encoding(&self.chunk, page.encoding())?,
            None => {}
        }
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        match &self.dictionary {
            Some(_) => Ok(Some(PageMetadata { num_rows: None, num_levels: None, is_dict: true })),
            None => self.pages.peek_next_page(),
        }
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.get_next_page().map(|_| ())
    }
}

impl Iterator for CheckedPages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

/// The one column chunk of a row group, as arrow-rs asks for it.
pub(super) struct OneChunk(pub(super) Option<CheckedPages>);

impl Iterator for OneChunk {
    type Item = Result<Box<dyn PageReader>, ParquetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.take().map(|pages| Ok(Box::new(pages) as Box<dyn PageReader>))
    }
}

impl PageIterator for OneChunk {}
