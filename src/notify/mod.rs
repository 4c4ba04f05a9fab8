//! Notifications: notices posted to the channels that want them. Failing to notify never fails a run.
//!
//! A channel is a URL that is a secret: whoever has it can post. It is in no error, no log and no `Debug` here; nor is
//! anything that the other side answered, for that may repeat it. A notice is posted at most [`TRIES`] times, and may
//! arrive twice when an answer was lost. Stands on `config`, `model` and `time`.

mod answer;
mod card;
mod card_body;
mod channel;
mod error;
mod escape;
mod message;
mod notice;
mod post;
mod render;
mod said;
mod secret;
mod sign;
mod switch;
mod words;

pub use card::{Card, CardChange, CardCover, CardLine, CardMarket, CardProblem};
pub use channel::Channel;
pub use error::{ChannelError, NotifyError};
pub use message::{Item, Message};
pub use notice::{CardOfRun, Notice};
pub use post::TRIES;
pub use switch::{Switch, Switches};

use futures::future::join_all;

use coverledger_config::{Language, Topic};
use coverledger_core::time::Clock;
use post::Poster;
use said::Said;

/// The SHA-256 of what a card says in a language, of which the same is not told again.
#[must_use]
pub fn sha256_of_card(card: &Card, language: Language) -> String {
    Said::new(card, language).sha256(card)
}

/// The outcome of one notice to one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The channel's name.
    pub channel: String,
    /// The notice's topic.
    pub topic: Topic,
    /// Whether the channel took it.
    pub result: Result<(), NotifyError>,
}

/// Posts to every channel its notices, in their order and those of different channels at once. After one that a
/// channel did not take, its others are not tried: they fail with the same error. Returns within about 40 seconds a
/// channel that does not answer.
///
/// Notices that a channel does not want ([`Channel::wants`]) are left out.
///
/// ```
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// use coverledger::notify;
///
/// assert!(notify::send(&[]).await.is_empty());
/// # });
/// ```
pub async fn send(posts: &[(&Channel, Vec<Notice>)]) -> Vec<Delivery> {
    let deliveries = posts.iter().map(|(channel, notices)| send_to_one(channel, notices));
    join_all(deliveries).await.into_iter().flatten().collect()
}

async fn send_to_one(channel: &Channel, notices: &[Notice]) -> Vec<Delivery> {
    let poster = Poster::new(channel, Clock::System);
    let mut before: Result<(), NotifyError> = Ok(());
    let mut deliveries = Vec::new();
    for notice in notices.iter().filter(|notice| channel.wants(notice.topic())) {
        if before.is_ok() {
            before = match &poster {
                Ok(poster) => poster.post(notice).await,
                Err(error) => Err(error.clone()),
            };
        }
        let (channel, topic) = (channel.name().to_owned(), notice.topic());
        deliveries.push(Delivery { channel, topic, result: before.clone() });
    }
    deliveries
}

#[cfg(test)]
mod tests;
