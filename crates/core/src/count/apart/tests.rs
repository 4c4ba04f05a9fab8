//! Parts
