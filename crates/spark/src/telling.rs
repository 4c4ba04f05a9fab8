//! What a status or an error's text tells: whether the call may be repeated, and which error it is.
//!
//! Spark and Sail say most of it only in words. The words are those of Spark 4.3 and Sail 0.7; what is not recognized is passed on
//! as it is, shortened.

use tonic::Code;

use crate::channel::{innermost, on_the_way};
use crate::details::Details;
use crate::{SparkError, python};

/// So many characters of a server's text are passed on.
const LONGEST: usize = 500;

/// What a failed call means for what is done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The connection broke, or the server is not available now. It may have got the call.
    Connection,
    /// The token is not taken.
    Refused,
    /// The server does not know this call.
    NotKnown,
    /// The session is not there any more.
    SessionGone,
    /// The server knows nothing of the operation: it never arrived, or its end has been delivered.
    OperationGone,
    /// The operation arrived before.
    AlreadyThere,
    /// The operation was interrupted, or what is left of its answer is not kept any more.
    Ended,
    /// The query itself failed.
    Query,
}

/// The last is Sail's.
const SESSION_GONE: [&str; 4] = [
    "INVALID_HANDLE.SESSION_CHANGED",
    "INVALID_HANDLE.SESSION_CLOSED",
    "INVALID_HANDLE.SESSION_NOT_FOUND",
    "session not found:",
];
/// The last two are Sail's.
const OPERATION_GONE: [&str; 3] =
    ["INVALID_HANDLE.OPERATION_NOT_FOUND", "operation not found:", "task context not found for operation"];
const ALREADY_THERE: &str = "INVALID_HANDLE.OPERATION_ALREADY_EXISTS";
/// Another stream of the same operation took over, so that this one ended; Sail's are races of the same.
const TAKEN_OVER: [&str; 3] = ["INVALID_CURSOR.DISCONNECTED", "task is being paused", "task is already running"];
const ENDED: [&str; 3] = ["INVALID_CURSOR.", "INVALID_HANDLE.OPERATION_ABANDONED", "OPERATION_CANCELED"];
/// Said by our side of the connection when a stream is cut off between messages.
const CUT: &str = "missing grpc-status trailer";

/// What a failed call means.
pub(crate) fn cause(status: &tonic::Status) -> Cause {
    let kind = Details::of(status).kind;
    let says = |word: &str| kind.contains(word) || status.message().contains(word);
    let says_any = |words: &[&str]| words.iter().any(|word| says(word));
    if on_the_way(status) || (status.code() == Code::Unknown && status.message().contains(CUT)) {
        return Cause::Connection;
    }
    if says_any(&SESSION_GONE) {
        return Cause::SessionGone;
    }
    if says_any(&OPERATION_GONE) {
        return Cause::OperationGone;
    }
    if says(ALREADY_THERE) {
        return Cause::AlreadyThere;
    }
    if says_any(&TAKEN_OVER) {
        return Cause::Connection;
    }
    if says_any(&ENDED) {
        return Cause::Ended;
    }
    match status.code() {
        Code::Unauthenticated | Code::PermissionDenied => Cause::Refused,
        Code::Unimplemented => Cause::NotKnown,
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => Cause::Connection,
        _ => Cause::Query,
    }
}

/// A status in words.
pub(crate) fn text(status: &tonic::Status) -> String {
    if on_the_way(status) { innermost(status) } else { first_line(status.message()) }
}

/// An error, and the words that mean it.
type Meaning = (fn(String) -> SparkError, &'static [&'static str]);

/// What the words of an error mean, in this order: one that names a cause is believed before one that names a symptom.
const MEANINGS: [Meaning; 5] = [
    (|problem| SparkError::PythonVersion { problem }, &["Python version used to compile the UDF"]),
    (
        |problem| SparkError::OutOfMemory { problem },
        &[
            "java.lang.OutOfMemoryError",
            "SparkOutOfMemoryError",
            "UNABLE_TO_ACQUIRE_MEMORY",
            "OOMKilled",
            "exceeding memory limits",
            "exceeding physical memory limits",
            "xited with code 137",
            "xit code 137",
            "exit status: 137",
            "Cannot allocate memory",
            "Resources exhausted",
            "ailed to allocate",
        ],
    ),
    (
        |problem| SparkError::ExecutorsLost { problem },
        &[
            "ExecutorLostFailure",
            "xecutor lost",
            "Python worker exited unexpectedly",
            "Python worker failed to connect back",
            "Remote RPC client disassociated",
            "MetadataFetchFailedException",
            "FetchFailed",
            "worker was lost",
        ],
    ),
    (|problem| SparkError::Exists { problem }, &["PATH_ALREADY_EXISTS", "already exists"]),
    (
        |problem| SparkError::Path { problem },
        &[
            "PATH_NOT_FOUND",
            "Access Denied",
            "AccessDenied",
            "AccessControlException",
            "Permission denied",
            "403 Forbidden",
            "Status Code: 403",
            "Mkdirs failed to create",
            "No FileSystem for scheme",
            "S3AFileSystem not found",
            "NoSuchBucket",
            "UnknownStoreException",
            "Unable to load credentials",
            "No AWS Credentials",
            "NoAuthWithAWSException",
            "Generic S3 error",
            "Generic GCS error",
            "Generic MicrosoftAzure error",
            "Generic LocalFileSystem error",
            "Generic URL error",
            "No suitable object store found",
            "Read-only file system",
            "No space left on device",
        ],
    ),
];

/// The error that a query's text is.
pub(crate) fn query_error(said: &str) -> SparkError {
    if let Some(exception) = python::exception(said) {
        return python::error(&exception);
    }
    for (error, words) in MEANINGS {
        let telling = said.lines().find(|line| words.iter().any(|word| line.contains(word)));
        if let Some(line) = telling {
            return error(first_line(line));
        }
    }
    SparkError::Server { problem: first_line(said) }
}

/// The first line that says something, without Spark's words on the task before it, shortened.
fn first_line(said: &str) -> String {
    let line = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("nothing");
    let of_task = line.split_once("most recent failure: ").and_then(|(_, failure)| failure.split_once("): "));
    shortened(of_task.map_or(line, |(_, problem)| problem))
}

/// At most [`LONGEST`] characters.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_status_means() {
        for (code, message, expected) in [
            (Code::Unavailable, "", Cause::Connection),
            (Code::DeadlineExceeded, "", Cause::Connection),
            (
                Code::Unknown,
                "protocol error: missing grpc-status trailer, stream was terminated",
                Cause::Connection,
            ),
            (Code::Unknown, "something", Cause::Query),
            (Code::Unauthenticated, "", Cause::Refused),
            (Code::PermissionDenied, "", Cause::Refused),
            (Code::Unimplemented, "", Cause::NotKnown),
            (Code::Internal, "[INVALID_HANDLE.SESSION_CLOSED] The handle", Cause::SessionGone),
            (Code::Internal, "invalid argument: session not found: 9", Cause::SessionGone),
            (Code::Internal, "[INVALID_HANDLE.OPERATION_NOT_FOUND] The handle", Cause::OperationGone),
            (Code::Internal, "invalid argument: operation not found: 0e3e", Cause::OperationGone),
            (Code::Internal, "internal error: task context not found for operation", Cause::OperationGone),
            (Code::Internal, "[INVALID_HANDLE.OPERATION_ALREADY_EXISTS] The handle", Cause::AlreadyThere),
            (Code::Internal, "[INVALID_CURSOR.DISCONNECTED] The cursor", Cause::Connection),
            (Code::Internal, "[INVALID_CURSOR.POSITION_NOT_AVAILABLE] The cursor", Cause::Ended),
            (Code::Internal, "[OPERATION_CANCELED] Operation has been canceled", Cause::Ended),
            (Code::Internal, "[PATH_ALREADY_EXISTS] Path", Cause::Query),
        ] {
            assert_eq!(cause(&tonic::Status::new(code, message)), expected, "{code:?} {message}");
        }
    }

    /// The error's name and what it says, as servers said it.
    #[test]
    fn what_a_query_failed_of() {
        for (said, expected) in [
            (
                "[PATH_ALREADY_EXISTS] Path file:/out already exists. SQLSTATE: 42K04",
                "Exists [PATH_ALREADY_EXISTS] Path file:/out already exists. SQLSTATE: 42K04",
            ),
            (
                "listing table path already exists: file:///out",
                "Exists listing table path already exists: file:///out",
            ),
            (
                "Job aborted due to stage failure: Task 0 in stage 5.0 failed 4 times, most recent failure: Lost task 0.3 in \
                 stage 5.0 (TID 32) (127.0.0.1 executor 1): java.io.IOException: Mkdirs failed to create file:/proc/x\n\tat y",
                "Path java.io.IOException: Mkdirs failed to create file:/proc/x",
            ),
            ("No FileSystem for scheme \"s3\"", "Path No FileSystem for scheme \"s3\""),
            ("Generic S3 error: Failed to resolve region", "Path Generic S3 error: Failed to resolve region"),
            (
                "Job aborted due to stage failure: Task 0 in stage 9.0 failed 4 times, most recent failure: Lost task 0.3 in \
                 stage 9.0 (TID 58) (127.0.0.1 executor 0): org.apache.spark.SparkException: Python worker exited unexpectedly \
                 (crashed).\n\tat x",
                "ExecutorsLost org.apache.spark.SparkException: Python worker exited unexpectedly (crashed).",
            ),
            (
                "Job aborted due to stage failure: Task 1 in stage 2.0 failed 4 times, most recent failure: Lost task 1.3 in \
                 stage 2.0 (TID 9) (127.0.0.1 executor 5): ExecutorLostFailure (executor 5 exited caused by one of the running \
                 tasks) Reason: Command exited with code 137",
                "OutOfMemory ExecutorLostFailure (executor 5 exited caused by one of the running tasks) Reason: Command exited \
                 with code 137",
            ),
            (
                "Lost task: java.lang.OutOfMemoryError: Java heap space",
                "OutOfMemory Lost task: java.lang.OutOfMemoryError: Java heap space",
            ),
            (
                "invalid argument: Python version used to compile the UDF (3.8) does not match",
                "PythonVersion invalid argument: Python version used to compile the UDF (3.8) does not match",
            ),
            ("Traceback (most recent call last):\n  File x\nKeyError: 3\n", "Function KeyError: 3"),
            ("\n  [A_B] said\nmore", "Server [A_B] said"),
            ("", "Server nothing"),
        ] {
            let told = format!("{:?}", query_error(said));
            let (name, fields) = told.split_once(" { ").unwrap();
            let text = fields.split_once(": \"").unwrap().1.trim_end_matches("\" }").replace("\\\"", "\"");
            assert_eq!(format!("{name} {text}"), expected);
        }
    }

    #[test]
    fn long_texts_are_shortened_between_characters() {
        let long = "ü".repeat(LONGEST + 1);
        assert_eq!(shortened(&long).chars().count(), LONGEST + 1);
        assert!(shortened(&long).ends_with('…'));
        assert_eq!(shortened("short"), "short");
    }
}
