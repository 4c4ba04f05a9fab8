//! Reading what platforms deliver: [`export`] turns exports that are described into signals, [`inspect`] takes the first look
//! at those that are not configured yet.

pub mod export;

pub mod inspect;
