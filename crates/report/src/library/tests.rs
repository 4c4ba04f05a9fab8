//! Worlds whose truth is known: what is planted is found with the right sign and inside its interval, and what is not
//! planted is not told.

mod coverage;
mod kinds;
mod planted;
mod rendering;
mod world;
