//! Hints for refused requests, by the error code of the answer.

const CREDENTIALS: &str = " (check the credentials in the environment and what they permit)";

/// What a code is about that is not the credentials, as the codes of several clouds have it.
fn of_setting(code: &str) -> Option<&'static str> {
    Some(match code {
        "SecondLevelDomainForbidden" | "PathStyleDomainForbidden" | "InvalidPathAccess" => {
            " (this store wants the bucket's name in the host's: set `AWS_VIRTUAL_HOSTED_STYLE_REQUEST=true`, and the name in `AWS_ENDPOINT_URL`)"
        }
        "AuthorizationHeaderMalformed" | "PermanentRedirect" | "IllegalLocationConstraintException" => {
            " (the bucket is in another region: set `AWS_REGION`)"
        }
        "RequestTimeTooSkewed" => " (this machine's clock is off: have it set, by NTP for instance)",
        "UserProjectMissing" => {
            " (whoever reads this bucket has to pay for it, which is not possible at Google yet)"
        }
        _ => return None,
    })
}

/// Whether it is a refusal that says what would mend it, whatever status it came with.
pub(super) fn is_of_setting(code: &str) -> bool {
    of_setting(code).is_some()
}

/// The hint behind a refusal: a code, or words where there was none.
pub(super) fn hint(code: &str) -> &'static str {
    if let Some(hint) = of_setting(code) {
        return hint;
    }
    match code {
        "AccessDenied" => {
            " (check the credentials in the environment and what they permit; where whoever reads a bucket pays for it, set `AWS_REQUEST_PAYER=true`)"
        }
        _ if code.contains(char::is_whitespace) || speaks_of_credentials(code) => CREDENTIALS,
        _ => "",
    }
}

/// `SignatureDoesNotMatch`, `InvalidAccessKeyId`, `ExpiredToken`, `AuthorizationPermissionMismatch` and their like.
fn speaks_of_credentials(code: &str) -> bool {
    let words =
        ["Access", "Account", "Auth", "Credential", "Denied", "Forbidden", "Permission", "Signature", "Token"];
    words.into_iter().any(|word| code.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_is_about_what_the_code_is_about() {
        for code in ["SignatureDoesNotMatch", "InvalidAccessKeyId", "ExpiredToken", "AuthorizationFailure"] {
            assert_eq!(hint(code), CREDENTIALS, "{code}");
        }
        assert_eq!(hint("Server returned 403 Forbidden"), CREDENTIALS);
        assert!(hint("RequestTimeTooSkewed").contains("clock is off"));
        assert!(hint("AccessDenied").contains("`AWS_REQUEST_PAYER=true`"));
        for (code, variable) in [
            ("SecondLevelDomainForbidden", "AWS_VIRTUAL_HOSTED_STYLE_REQUEST"),
            ("AuthorizationHeaderMalformed", "AWS_REGION"),
        ] {
            assert!(hint(code).contains(variable) && !hint(code).contains("credentials"), "{code}");
        }
        for code in ["KMS.DisabledException", "QuotaExceeded", "UnsupportedMediaType"] {
            assert_eq!(hint(code), "", "{code}");
        }
    }
}
