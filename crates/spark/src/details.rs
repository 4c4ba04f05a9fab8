//! What a server sends beside the text of an error.
//!
//! Spark puts a `google.rpc.Status` with an `ErrorInfo` beside it; its `errorId` is what `FetchErrorDetails` asks for. Only what is
//! read of these messages is declared here.

use std::collections::HashMap;

use prost::Message as _;
use spark_connect_proto::FetchErrorDetailsResponse;

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, prost::Message)]
struct RpcStatus {
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, prost::Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.ErrorInfo`.
#[derive(Clone, PartialEq, prost::Message)]
struct ErrorInfo {
    #[prost(string, tag = "1")]
    reason: String,
    #[prost(map = "string, string", tag = "3")]
    metadata: HashMap<String, String>,
}

/// What is known of an error beside its text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Details {
    /// Java's class of it: `org.apache.spark.SparkException`.
    pub(crate) class: String,
    /// Spark's name of its kind: `INVALID_HANDLE.SESSION_NOT_FOUND`.
    pub(crate) kind: String,
    /// What to ask more by; empty when the server keeps nothing.
    pub(crate) id: String,
}

impl Details {
    /// Those of a status; empty when it has none that are known.
    pub(crate) fn of(status: &tonic::Status) -> Self {
        let info = RpcStatus::decode(status.details()).ok().and_then(|status| {
            let info = status.details.into_iter().find(|any| any.type_url.ends_with("/google.rpc.ErrorInfo"))?;
            ErrorInfo::decode(info.value.as_slice()).ok()
        });
        let Some(mut info) = info else { return Self::default() };
        let mut taken = |key: &str| info.metadata.remove(key).unwrap_or_default();
        Self { kind: taken("errorClass"), id: taken("errorId"), class: info.reason }
    }
}

/// Classes and texts of an error and of what caused it, the outermost first.
pub(crate) fn chain(response: &FetchErrorDetailsResponse) -> String {
    let mut text = String::new();
    let mut index = response.root_error_idx;
    // No chain is longer than the list, even if it bites its tail.
    for _ in 0..response.errors.len() {
        let Some(error) = index.and_then(|index| response.errors.get(usize::try_from(index).ok()?)) else { break };
        let class = error.error_type_hierarchy.first().map_or("", String::as_str);
        text.extend([class, ": ", &error.message, "\n"]);
        index = error.cause_idx;
    }
    text
}

#[cfg(test)]
mod tests {
    use spark_connect_proto::fetch_error_details_response::Error;

    use super::*;

    #[test]
    fn an_error_info_is_found_in_a_status() {
        let info = ErrorInfo {
            reason: "org.apache.spark.SparkException".to_owned(),
            metadata: [("errorClass", "A.B"), ("errorId", "42"), ("other", "x")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
        };
        let any = |type_url: &str, value| Any { type_url: type_url.to_owned(), value };
        let details = vec![
            any("type.googleapis.com/google.rpc.Help", vec![1]),
            any("type.googleapis.com/google.rpc.ErrorInfo", info.encode_to_vec()),
        ];
        let bytes = RpcStatus { details }.encode_to_vec();
        let status = tonic::Status::with_details(tonic::Code::Internal, "text", bytes.into());
        let expected = Details {
            class: "org.apache.spark.SparkException".to_owned(),
            kind: "A.B".to_owned(),
            id: "42".to_owned(),
        };
        assert_eq!(Details::of(&status), expected);
        assert_eq!(Details::of(&tonic::Status::internal("text")), Details::default());
    }

    #[test]
    fn causes_follow_what_they_caused() {
        let error = |class: &str, message: &str, cause| Error {
            error_type_hierarchy: vec![class.to_owned(), "java.lang.Throwable".to_owned()],
            message: message.to_owned(),
            cause_idx: cause,
            ..Default::default()
        };
        let errors = vec![error("Inner", "in", Some(1)), error("Outer", "out", Some(0))];
        let response = FetchErrorDetailsResponse { root_error_idx: Some(1), errors, ..Default::default() };
        assert_eq!(chain(&response), "Outer: out\nInner: in\n");
    }
}
