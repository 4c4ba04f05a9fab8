//! Every job on its schedule until told to stop; health and metrics over HTTP.
//!
//! The only place that knows tokio-cron-scheduler.
