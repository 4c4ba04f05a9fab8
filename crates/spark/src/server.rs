//! Where a server is and how it is spoken to.

use std::fmt;
use std::net::IpAddr;

use crate::SparkError;

/// Spark's own.
const DEFAULT_PORT: u16 = 15002;
/// Sessions belong to a user by name; this is who is meant when the URL says nothing.
const DEFAULT_USER: &str = "spark-connect";

/// A server: where it is, and how it is spoken to. Its token is in no text that this makes.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    host: String,
    port: u16,
    tls: bool,
    user: String,
    token: Option<String>,
    /// Sent with every call, as some hosted servers want (`x-databricks-cluster-id`).
    headers: Vec<(String, String)>,
}

impl Server {
    /// Reads a URL `sc://host:port/;use_ssl=true;user_id=name;x-header=value`. The port is 15002 unless it is said. The token
    /// comes beside the URL, which is written to files and logs; it only goes over TLS or to this machine.
    ///
    /// # Errors
    /// [`SparkError::Url`] when it is none, or holds what is not known; [`SparkError::TokenInClear`].
    pub fn parse(url: &str, token: Option<String>) -> Result<Self, SparkError> {
        let wrong = |problem: &str| SparkError::Url { url: without_token(url), problem: problem.to_owned() };
        let rest = url.strip_prefix("sc://").ok_or_else(|| wrong("it does not start with `sc://`"))?;
        let (address, parameters) = match rest.split_once('/') {
            None if rest.contains(';') => return Err(wrong("a `/` is missing before the first `;`")),
            None => (rest, ""),
            Some((address, "")) => (address, ""),
            Some((address, tail)) => {
                (address, tail.strip_prefix(';').ok_or_else(|| wrong("it has a path; parameters follow `/;`"))?)
            }
        };
        let (host, port) = host_and_port(address).map_err(|problem| wrong(&problem))?;
        let mut server =
            Self { host, port, tls: false, user: DEFAULT_USER.to_owned(), token: None, headers: Vec::new() };
        for parameter in parameters.split(';').filter(|parameter| !parameter.is_empty()) {
            server.set(parameter).map_err(|problem| wrong(&problem))?;
        }
        if let Some(token) = token.filter(|token| !token.is_empty()) {
            if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(wrong("the token beside it has spaces or characters that no token has"));
            }
            if !server.tls && !server.is_loopback() {
                return Err(SparkError::TokenInClear { server: server.to_string() });
            }
            server.token = Some(token);
        }
        Ok(server)
    }

    /// The name that sessions belong to.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The host's name or address; IPv6 without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn tls(&self) -> bool {
        self.tls
    }

    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    pub(crate) fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Takes one `key=value`.
    fn set(&mut self, parameter: &str) -> Result<(), String> {
        let (key, value) = parameter.split_once('=').ok_or_else(|| format!("`{parameter}` is no `key=value`"))?;
        let value =
            percent_decoded(value).ok_or_else(|| format!("the value of `{key}` is not percent-encoded"))?;
        match key {
            "use_ssl" => {
                self.tls = match value.to_ascii_lowercase().as_str() {
                    "true" => true,
                    "false" => false,
                    _ => return Err(format!("`use_ssl` is `{value}` (known: true, false)")),
                }
            }
            "user_id" if !value.is_empty() => self.user = value,
            "token" => {
                return Err(
                    "it holds a token (a URL ends up in files and logs: give it in the environment)".to_owned()
                );
            }
            "session_id" => return Err("it holds a `session_id` (every run has a session of its own)".to_owned()),
            _ if key.starts_with("x-")
                && is_header(key)
                && value.bytes().all(|byte| matches!(byte, b' '..=b'~')) =>
            {
                self.headers.push((key.to_owned(), value));
            }
            _ => {
                return Err(format!(
                    "`{key}` is not known (known: use_ssl, user_id, and headers that start with `x-`)"
                ));
            }
        }
        Ok(())
    }

    /// Whether it is on this machine, so that nothing that is sent leaves it.
    fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Host and port as in a URL.
    pub(crate) fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.authority())
    }
}

/// Without the token and the values of headers.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = if self.token.is_some() { "some" } else { "none" };
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        write!(f, "Server({self}, tls {}, user {:?}, token {token}, headers {headers:?})", self.tls, self.user)
    }
}

fn host_and_port(address: &str) -> Result<(String, u16), String> {
    let (host, port) = if let Some(rest) = address.strip_prefix('[') {
        let (host, after) = rest.split_once(']').ok_or("a `]` is missing")?;
        host.parse::<std::net::Ipv6Addr>().map_err(|_| format!("`{host}` is no IPv6 address"))?;
        match after {
            "" => (host, None),
            _ => (host, Some(after.strip_prefix(':').ok_or("a `:` is missing before the port")?)),
        }
    } else {
        match address.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (address, None),
        }
    };
    let known = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_' | ':');
    if host.is_empty() {
        return Err("the host is missing".to_owned());
    }
    if !host.chars().all(known) {
        return Err(format!("`{host}` is no name of a host"));
    }
    let port = match port {
        None => DEFAULT_PORT,
        Some(port) => match port.parse() {
            Ok(0) | Err(_) => return Err(format!("`{port}` is no port (1 to 65535)")),
            Ok(port) => port,
        },
    };
    Ok((host.to_ascii_lowercase(), port))
}

fn is_header(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
}

/// `None` when it is not percent-encoded UTF-8.
fn percent_decoded(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after.get(2..)?;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// The URL as it may be shown.
fn without_token(url: &str) -> String {
    url.split(';')
        .map(|part| if part.trim_start().to_ascii_lowercase().starts_with("token=") { "token=…" } else { part })
        .collect::<Vec<_>>()
        .join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_host_port_tls_user_and_headers() {
        let url = "sc://Spark.Example/;use_ssl=true;user_id=night%20run;x-databricks-cluster-id=0101";
        let server = Server::parse(url, Some("secret".to_owned())).unwrap();
        assert_eq!(server.to_string(), "spark.example:15002");
        assert!(server.tls());
        assert_eq!(server.user(), "night run");
        assert_eq!(server.token(), Some("secret"));
        assert_eq!(server.headers(), [("x-databricks-cluster-id".to_owned(), "0101".to_owned())]);
    }

    #[test]
    fn hosts_and_ports_in_all_their_forms() {
        for (url, expected) in [
            ("sc://h", "h:15002"),
            ("sc://h/", "h:15002"),
            ("sc://h:1/;", "h:1"),
            ("sc://127.0.0.1:65535", "127.0.0.1:65535"),
            ("sc://[::1]", "[::1]:15002"),
            ("sc://[::1]:7/;use_ssl=FALSE", "[::1]:7"),
        ] {
            assert_eq!(Server::parse(url, None).unwrap().to_string(), expected, "{url}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_url_is_named() {
        for (url, problem) in [
            ("http://h", "does not start with `sc://`"),
            ("sc://", "the host is missing"),
            ("sc://h:x", "`x` is no port"),
            ("sc://h:0", "`0` is no port"),
            ("sc://h:70000", "`70000` is no port"),
            ("sc://a b", "`a b` is no name of a host"),
            ("sc://u:p@h", "is no port"),
            ("sc://[::1", "a `]` is missing"),
            ("sc://[h]:1", "`h` is no IPv6 address"),
            ("sc://h/path", "it has a path"),
            ("sc://h;use_ssl=true", "a `/` is missing"),
            ("sc://h/;usessl=true", "`usessl` is not known"),
            ("sc://h/;use_ssl=yes", "`use_ssl` is `yes`"),
            ("sc://h/;use_ssl", "`use_ssl` is no `key=value`"),
            ("sc://h/;user_id=%zz", "the value of `user_id` is not percent-encoded"),
            ("sc://h/;session_id=1", "`session_id`"),
        ] {
            let error = Server::parse(url, None).unwrap_err().to_string();
            assert!(error.contains(problem), "{url}: {error}");
        }
    }

    #[test]
    fn a_token_in_the_url_is_refused_and_not_repeated() {
        let error = Server::parse("sc://h/;use_ssl=true;token=abc123", None).unwrap_err().to_string();
        assert!(error.contains("it holds a token") && !error.contains("abc123"), "{error}");
    }

    #[test]
    fn a_token_goes_over_tls_or_stays_on_this_machine() {
        let token = || Some("secret".to_owned());
        for (url, sent) in [
            ("sc://h", false),
            ("sc://localhost.example", false),
            ("sc://128.0.0.1", false),
            ("sc://h/;use_ssl=true", true),
            ("sc://localhost", true),
            ("sc://127.0.0.2", true),
            ("sc://[::1]", true),
        ] {
            assert_eq!(Server::parse(url, token()).is_ok(), sent, "{url}");
        }
        assert!(Server::parse("sc://h", Some(String::new())).is_ok(), "an empty token is none");
        let shown = format!("{:?}", Server::parse("sc://localhost", token()).unwrap());
        assert!(!shown.contains("secret"), "{shown}");
    }
}
