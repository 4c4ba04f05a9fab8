//! Telling people: a message, posted to the channels that want it. Failing to tell is never a reason to fail.
