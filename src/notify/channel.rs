//! A channel whose address and secret are known.

use std::collections::BTreeSet;
use std::fmt;

use url::{Host, Url};

use super::error::ChannelError;
use super::secret::Secret;
use coverledger_config::{self as config, ChannelKind, Language, Topic};

/// A channel whose address and secret are known. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Channel {
    name: String,
    pub(super) kind: ChannelKind,
    pub(super) url: Url,
    pub(super) secret: Option<Secret>,
    tell: BTreeSet<Topic>,
    pub(super) language: Language,
}

impl Channel {
    /// A configured channel with what the environment holds for it. White space around either text is not part of it,
    /// an empty secret is none.
    ///
    /// # Errors
    /// The URL is none, or is not safe to post to.
    pub fn new(
        name: &str,
        configured: &config::Channel,
        url: &str,
        secret: Option<&str>,
    ) -> Result<Self, ChannelError> {
        let url: Url = url.trim().parse().map_err(|_| ChannelError::NotUrl)?;
        match (url.scheme(), url.host()) {
            ("https", Some(_)) => {}
            ("http", Some(host)) if is_this_machine(&host) => {}
            ("http", Some(_)) => return Err(ChannelError::NotHttps),
            _ => return Err(ChannelError::NotUrl),
        }
        let secret = secret.map(str::trim).filter(|secret| !secret.is_empty()).map(Secret::new);
        let config::Channel { kind, language, .. } = *configured;
        Ok(Self { name: name.to_owned(), kind, url, secret, tell: configured.tell.clone(), language })
    }

    /// Its name in the configuration.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether such messages are told there.
    #[must_use]
    pub fn wants(&self, topic: Topic) -> bool {
        self.tell.contains(&topic)
    }

    /// In which language it is told.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// Whether it is on this machine, which no proxy is asked for.
    pub(super) fn is_local(&self) -> bool {
        self.url.host().is_some_and(|host| is_this_machine(&host))
    }
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, kind, url: _, secret, tell, language } = self;
        let mut shown = f.debug_struct("Channel");
        shown.field("name", name).field("kind", kind).field("is_signed", &secret.is_some()).field("tell", tell);
        shown.field("language", language);
        shown.finish_non_exhaustive()
    }
}
