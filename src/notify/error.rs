//! Why a notification failed. No text here comes from the service or from the address.

use thiserror::Error;

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotifyError {
    /// Nothing answered in time.
    #[error("no answer within {seconds} s")]
    Late {
        /// How long was waited.
        seconds: u64,
    },
    /// There was no connection, or it broke.
    #[error("no answer: {how}")]
    Unreachable {
        /// What the connection came to.
        how: String,
    },
    /// It answered, but not that it took the message.
    #[error("the answer is {status}{meaning}")]
    Status {
        /// Of HTTP.
        status: u16,
        /// What to do about it, if that is known.
        meaning: &'static str,
    },
    /// It answered with a code of its own.
    #[error("the {bot} answers with {field} {code}{meaning}")]
    Code {
        /// Whose code.
        bot: &'static str,
        /// Its name in the answer.
        field: &'static str,
        /// The code.
        code: i64,
        /// What to do about it, if that is known.
        meaning: &'static str,
    },
    /// It answered something that such a service does not.
    #[error("the answer is none of a {bot} (is the URL that of another service?)")]
    Answer {
        /// Who was expected.
        bot: &'static str,
    },
    /// Nothing can be sent from here.
    #[error("HTTPS cannot be used here (are the certificates of the system's authorities installed?)")]
    Client,
}

impl NotifyError {
    /// Whether trying again in a moment may help.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Late { .. } | Self::Unreachable { .. } => true,
            Self::Status { status, .. } => *status == 408 || *status == 429 || *status >= 500,
            // Feishu's and DingTalk's "too often" and "busy".
            Self::Code { code, .. } => matches!(*code, 11_232 | -1),
            Self::Answer { .. } | Self::Client => false,
        }
    }
}

/// Why a channel cannot be used. The address is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChannelError {
    /// Not a URL.
    #[error("it does not hold a URL (expected one such as `https://…`)")]
    NotUrl,
    /// Not encrypted, and not for this machine.
    #[error(
        "its URL is not `https://…` (`http://` is taken for this machine only: `localhost`, 127.0.0.0/8 and ::1)"
    )]
    NotHttps,
}
