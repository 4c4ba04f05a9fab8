//! What can go wrong with one request.

use std::time::Duration;

/// On which side of the request being carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Before,
    After,
}

/// What becomes of a request. `Before` also means that it is never carried out, but for [`Fault::Delay`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Nothing goes wrong.
    Pass,
    /// This status with the error body that S3 sends with it.
    Status(u16, When),
    /// The connection is closed without an answer.
    Drop(When),
    /// The connection is reset without an answer.
    Reset(When),
    /// The answer takes its time, and so does (`Before`) being carried out.
    Delay(Duration, When),
    /// The body of the answer trickles.
    Slow { bytes_per_second: usize },
    /// The connection is closed after this much of the answer's body.
    Truncate { keep: usize },
    /// `Content-Length` is off by this much.
    Length(i64),
    /// Status 200 with an error as its body. The request is not carried out.
    ErrorBody,
    /// The process that [`super::Stub::aim`] named is killed.
    Kill(When),
    /// That process is stopped, and the request is carried out.
    Stop,
    /// A listing of the bucket as it was so many changes ago.
    StaleList { changes: usize },
    /// The answer has another `ETag` than the object.
    OtherEtag,
    /// One bit of the body is flipped on the way: of the request's if it has one, else of the answer's.
    FlipBit { bit: usize },
    /// This status with this code in the error body.
    Code(u16, &'static str),
    /// The answer has this header as well.
    Header(&'static str, &'static str),
    /// A listing of nothing.
    EmptyList,
    /// A listing of the whole bucket, whatever the prefix.
    WholeList,
    /// A bug to plant: a put is stored in two steps, half of it first.
    Half,
    /// A bug to plant: half of a put is stored, and the process dies of it.
    Torn,
    /// A bug to plant: a put is answered first and stored so much later.
    Lazy(Duration),
    /// A bug to plant: conditions are not looked at.
    Unconditional,
}
