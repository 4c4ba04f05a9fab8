//! The same on a folder: at moments spread over a night, and at every disk operation where `strace` may trace.
