//! The one integration binary: everything that is tested from outside.

mod obd;
mod rows;
mod scenario;
mod scenarios;
mod table;
mod twin;
