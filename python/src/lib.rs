//! The extension module of the wheel.
