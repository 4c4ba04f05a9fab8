//! The neural detector of text.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use image::RgbImage;
use rten::{Model, ModelOptions, RunOptions, ThreadPool};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use super::map::ProbabilityMap;
use super::onnx::is_whole;
use super::scaled::Scaled;
use crate::eye::EyeError;

/// A model that finds text. Clones share its weights, and each calculates on one thread of its own, so that an eye with a clone
/// of its own never waits for another.
pub struct TextModel {
    model: Arc<Model>,
    /// One thread, started when the first picture is looked at: pictures are looked at in parallel anyway.
    thread: OnceLock<Arc<ThreadPool>>,
}

impl Clone for TextModel {
    fn clone(&self) -> Self {
        Self { model: Arc::clone(&self.model), thread: OnceLock::new() }
    }
}

impl TextModel {
    /// Of the bytes of an ONNX file: the detection model of PP-OCRv4. It is tried on an empty picture.
    ///
    /// # Errors
    /// They are no model that can be run, or not one that answers with a likelihood for each pixel.
    pub fn load(onnx: Vec<u8>) -> Result<Self, EyeError> {
        if !is_whole(&onnx) {
            return Err(EyeError::Model("it is no ONNX file, or not all of one".to_owned()));
        }
        // Nothing is known of what is within.
        let loaded = catch_unwind(|| ModelOptions::with_all_ops().prepack_weights(true).load(onnx));
        let model = match loaded {
            Ok(Ok(model)) => model,
            Ok(Err(error)) => return Err(EyeError::Model(error.to_string())),
            Err(_) => return Err(EyeError::Model("it is damaged".to_owned())),
        };
        let model = Self { model: Arc::new(model), thread: OnceLock::new() };
        let tried = model.answer(&RgbImage::new(64, 32), 64).map_err(EyeError::Model)?;
        match (tried.width(), tried.height()) {
            (64, 32) => Ok(model),
            (width, height) => Err(EyeError::Model(format!(
                "asked about 64 × 32 pixels, it answered about {width} × {height}: no detector of text"
            ))),
        }
    }

    /// What it sees on a picture whose longer side is made `side` pixels; `None` of an empty picture.
    pub(super) fn look(&self, picture: &RgbImage, side: u32) -> Option<ProbabilityMap> {
        self.answer(picture, side).ok()
    }

    fn answer(&self, picture: &RgbImage, side: u32) -> Result<ProbabilityMap, String> {
        let scaled = Scaled::of(picture, side).ok_or("the picture is empty")?;
        let shape = [1, 3, scaled.height as usize, scaled.width as usize];
        let input = NdTensor::from_data(shape, scaled.planes);
        let thread = self.thread.get_or_init(|| Arc::new(ThreadPool::with_num_threads(1)));
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(thread)));
        let answer = catch_unwind(AssertUnwindSafe(|| self.model.run_one(input.view().into(), Some(options))));
        let answer = answer.map_err(|_| "it is damaged")?.map_err(|error| error.to_string())?;
        let answer: NdTensor<f32, 4> =
            answer.try_into().map_err(|_| "its answer is no map: no detector of text")?;
        let [_, _, height, width] = answer.shape();
        let side = |side: usize| u32::try_from(side).map_err(|_| "its answer is too large");
        ProbabilityMap::new(answer.to_vec(), side(width)?, side(height)?)
            .ok_or_else(|| "its answer is no map: no detector of text".to_owned())
    }
}
