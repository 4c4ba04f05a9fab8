//! Why a server did not do what it was asked, by name and with a next step.

use std::io;

/// Why a server did not do what it was asked. Every sentence ends with what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum SparkError {
    /// The URL is none of Spark Connect.
    #[error(
        "`{url}` is no URL of Spark Connect: {problem} (expected `sc://host:port/;use_ssl=true;user_id=name`)"
    )]
    Url {
        /// As it was given, without its token.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A token would travel in the clear.
    #[error(
        "the token is not sent to `{server}` without TLS (add `;use_ssl=true` to the URL; only a server on this machine may do without)"
    )]
    TokenInClear {
        /// Host and port.
        server: String,
    },
    /// Nobody listens there.
    #[error(
        "the server `{server}` is not there: {problem} (see that it runs, and that its host and port are these)"
    )]
    NotThere {
        /// Host and port.
        server: String,
        /// What the network says.
        problem: String,
    },
    /// The server does not take the token, or not for this.
    #[error(
        "the server `{server}` refuses: {problem} (is the token in the environment the right one, and still valid?)"
    )]
    Refused {
        /// Host and port.
        server: String,
        /// What it says.
        problem: String,
    },
    /// No TLS connection stands.
    #[error(
        "no TLS with `{server}`: {problem} (does the server speak TLS there, and does this machine trust its certificate?)"
    )]
    Tls {
        /// Host and port.
        server: String,
        /// What went wrong.
        problem: String,
    },
    /// Something listens there that is not Spark Connect, or one that is too old.
    #[error(
        "`{server}` is no Spark Connect server that is known here: {problem} (Spark 4 or Sail is needed, without a proxy that changes HTTP/2)"
    )]
    OtherServer {
        /// Host and port.
        server: String,
        /// What it says.
        problem: String,
    },
    /// The server gives no sign of life.
    #[error(
        "the server `{server}` has given no sign of life for {seconds} s while {call} (is it overloaded, or the network down?)"
    )]
    Silent {
        /// Host and port.
        server: String,
        /// So long.
        seconds: u64,
        /// What was waited for.
        call: &'static str,
    },
    /// The server lives, and the query does not move.
    #[error(
        "the query has not moved for {minutes} min; it was interrupted (look at the cluster: does it have executors, and do they work?)"
    )]
    Standstill {
        /// So long.
        minutes: u64,
    },
    /// The connection broke, and the server did not come back.
    #[error(
        "the connection to `{server}` is lost: {problem} (see whether the server still runs; what it was doing is not believed)"
    )]
    Lost {
        /// Host and port.
        server: String,
        /// What the last try said.
        problem: String,
    },
    /// The server knows the session no more: it was restarted, or has closed it.
    #[error(
        "the server has forgotten the session: {problem} (it was restarted, or somebody closed the session; run again)"
    )]
    Restarted {
        /// What it says.
        problem: String,
    },
    /// The stream ended before the result was complete, and the server does not know the query any more.
    #[error(
        "the answer ended before it was complete, and the server knows nothing of the query any more: {problem} (it was restarted or the query interrupted there; run again)"
    )]
    EndedEarly {
        /// What it says.
        problem: String,
    },
    /// What arrived cannot be the whole answer.
    #[error(
        "the answer cannot be right: {problem} (nothing of it is used; run again, and tell whoever runs the server if it comes again)"
    )]
    Answer {
        /// What does not hold.
        problem: String,
    },
    /// Executors lack a Python module.
    #[error(
        "the executors' Python has no module `{module}` (install its wheel on every executor, for the Python that they run)"
    )]
    ModuleMissing {
        /// Its name.
        module: String,
    },
    /// Executors run another Python, or one that their Spark does not take.
    #[error("the executors' Python is another one: {problem} (set the version that they run)")]
    PythonVersion {
        /// What is said of it.
        problem: String,
    },
    /// The function that executors call raised an exception; its own text follows.
    #[error("on an executor: {exception}")]
    Function {
        /// Type and text of the exception, without its traceback.
        exception: String,
    },
    /// Memory ran out.
    #[error("memory ran out: {problem} (give executors more of it, or let there be more and smaller groups)")]
    OutOfMemory {
        /// What is said of it.
        problem: String,
    },
    /// Executors were lost, more often than the server tries again.
    #[error("executors were lost: {problem} (see their logs; lost machines and killed containers look like this)")]
    ExecutorsLost {
        /// What is said of it.
        problem: String,
    },
    /// Executors may not write or read there.
    #[error(
        "executors cannot use the path: {problem} (it must be a full URI that every executor reaches, with credentials of their own)"
    )]
    Path {
        /// What is said of it.
        problem: String,
    },
    /// There is something already where it was to be written.
    #[error("something is there already: {problem} (nothing is written over; choose another place or clear it)")]
    Exists {
        /// What is said of it.
        problem: String,
    },
    /// The query was cancelled, and interrupted on the server.
    #[error("cancelled")]
    Cancelled,
    /// The id of the operation could not be noted, so it was not sent.
    #[error("the query was not sent, as its id could not be noted (see the cause)")]
    Unnoted(#[source] io::Error),
    /// Everything else.
    #[error("the server says: {problem} (its log says more)")]
    Server {
        /// Its first telling line.
        problem: String,
    },
}
