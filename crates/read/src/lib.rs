//! Reading what platforms deliver: [`export`] turns exports that are described into signals, [`inspect`] takes the first look
//! at those that nobody has described yet.

pub mod export;

pub mod inspect;
