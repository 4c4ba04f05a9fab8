//! How long anything may take. All of it is stated here, and nothing else waits.

use std::time::Duration;

/// A connection over TCP must stand within this, all addresses of the host together; otherwise the server is not there.
pub const PROBE: Duration = Duration::from_secs(5);
/// A TLS handshake must be done within this.
pub const HANDSHAKE: Duration = Duration::from_secs(10);
/// A call that asks for no work (version, settings, interrupt, release) is answered within this. The first call of a session
/// may make Spark set one up, and Sail answers nothing while functions occupy all its threads.
pub const CALL: Duration = Duration::from_mins(1);
/// Ending a query on the server does not hold up its error for longer.
pub const FAREWELL: Duration = Duration::from_secs(5);
/// Asking for the details of an error does not hold it up for longer.
pub const DETAILS: Duration = Duration::from_secs(5);
/// Waits between tries when the connection is lost or the server says that it is not available; after the last one it is an
/// error: 7.5 s in all. Any response starts them anew.
pub const RETRIES: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];
/// A stream that has been silent for so long is asked about: the server is called for its version.
pub const PULSE: Duration = Duration::from_secs(20);
/// Without a sign of life for so long, neither in the stream nor in answer to such calls, the server is silent, and that is an
/// error. A server whose process ends is found out at once; this is for machines and networks that vanish. It is long because
/// Sail may be silent for minutes while it works.
pub const SILENCE: Duration = Duration::from_mins(10);
/// A server that answers such calls but whose query neither moves nor sends anything for so long is stuck, and that is an error.
/// A task must be shorter: between its start and its end there is no news of it.
pub const STANDSTILL: Duration = Duration::from_hours(1);
/// A connection that nothing has arrived on for so long is pinged while a call lasts (HTTP/2)...
pub const PING: Duration = Duration::from_mins(1);
/// ...and given up when that is not answered within this, so that another one is tried well before [`SILENCE`].
pub const PONG: Duration = Duration::from_mins(4);
/// After so many bytes of an answer the server is told that it need not keep them any longer.
pub const RELEASE_BYTES: usize = 8 << 20;
/// The longest message that is taken or sent, in bytes: 128 MiB, as Spark's own clients have it. Longer batches come in chunks.
pub const MESSAGE_BYTES: usize = 128 << 20;

/// What of this a caller may change; tests do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// See [`CALL`].
    pub call: Duration,
    /// See [`PULSE`].
    pub pulse: Duration,
    /// See [`SILENCE`].
    pub silence: Duration,
    /// See [`STANDSTILL`].
    pub standstill: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { call: CALL, pulse: PULSE, silence: SILENCE, standstill: STANDSTILL }
    }
}
