//! Signatures, as each service asks for them: all are HMAC-SHA256, over different things.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::secret::Secret;

/// Our own: of the body, in hexadecimal, as GitHub and others do.
pub(super) fn body(secret: &Secret, body: &[u8]) -> String {
    let hex = coverledger_store::hex(&mac(secret.reveal().as_bytes(), body));
    format!("sha256={hex}")
}

/// Feishu's and Lark's: the key is the time and the secret, the message is empty.
/// <https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot>
pub(super) fn feishu(secret: &Secret, epoch_seconds: i64) -> String {
    STANDARD.encode(mac(format!("{epoch_seconds}\n{}", secret.reveal()).as_bytes(), b""))
}

/// `DingTalk`'s: the key is the secret, the message is the time and the secret again.
/// <https://open.dingtalk.com/document/orgapp/customize-robot-security-settings>
pub(super) fn dingtalk(secret: &Secret, epoch_ms: i64) -> String {
    let message = format!("{epoch_ms}\n{}", secret.reveal());
    STANDARD.encode(mac(secret.reveal().as_bytes(), message.as_bytes()))
}

fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// The expected values are Python's, of `hmac.new(KEY, MESSAGE, hashlib.sha256)`.
#[cfg(test)]
mod tests {
    use super::*;

    // hmac.new(b'shared secret', b'{"version":1}', hashlib.sha256).hexdigest()
    #[test]
    fn a_body_is_signed_in_hexadecimal() {
        let expected = "sha256=508b1f1c2c31f81cde4709104d9e1d7200f93d76dbd441344b22b7b2448d9940";
        assert_eq!(body(&Secret::new("shared secret"), br#"{"version":1}"#), expected);
    }

    // base64.b64encode(hmac.new(b'1599360473\nsecret-1', b'', hashlib.sha256).digest())
    #[test]
    fn feishu_signs_nothing_with_time_and_secret() {
        let expected = "ZSNQam/p/XmpBqAgWA6aX9EMet5rTG12qDr4F0fmE5M=";
        assert_eq!(feishu(&Secret::new("secret-1"), 1_599_360_473), expected);
    }

    // base64.b64encode(hmac.new(b'SECabc', b'1599360473123\nSECabc', hashlib.sha256).digest())
    #[test]
    fn dingtalk_signs_time_and_secret_with_the_secret() {
        let expected = "WTmPOAnx8ZVo+xZKX7g+o52vstWy10neVWw7vKA4UbY=";
        assert_eq!(dingtalk(&Secret::new("SECabc"), 1_599_360_473_123), expected);
    }
}
