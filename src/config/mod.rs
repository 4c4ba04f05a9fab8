//! Configuration: YAML → raw shape → checked definitions, with every problem found at once.

mod definition;

pub use definition::*;
