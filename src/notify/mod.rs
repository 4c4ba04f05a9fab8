//! Notifications: messages posted to the channels that want them. Failing to notify never fails a run.
//!
//! A channel is a URL that is a secret: whoever has it can post. It is in no error, no log and no `Debug` here; nor is
//! anything that the other side answered, for that may repeat it. A message is posted at most [`TRIES`] times, and may
//! arrive twice when an answer was lost. Stands on `config`, `model` and `time`.

mod answer;
mod channel;
mod error;
mod message;
mod post;
mod render;
mod secret;
mod sign;

pub use channel::Channel;
pub use error::{ChannelError, NotifyError};
pub use message::{Item, Message};
pub use post::TRIES;

use futures::future::join_all;

use coverledger_config::Topic;
use coverledger_core::time::Clock;
use post::Poster;

/// The outcome of one message to one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The channel's name.
    pub channel: String,
    /// The message's topic.
    pub topic: Topic,
    /// Whether the channel took it.
    pub result: Result<(), NotifyError>,
}

/// Posts to every channel its messages, in their order and those of different channels at once. After one that a
/// channel did not take, its others are not tried: they fail with the same error. Returns within about 40 seconds a
/// channel that does not answer.
///
/// Messages that a channel does not want ([`Channel::wants`]) are left out.
///
/// ```
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// use coverledger::notify;
///
/// assert!(notify::send(&[]).await.is_empty());
/// # });
/// ```
pub async fn send(posts: &[(&Channel, Vec<Message>)]) -> Vec<Delivery> {
    let deliveries = posts.iter().map(|(channel, messages)| send_to_one(channel, messages));
    join_all(deliveries).await.into_iter().flatten().collect()
}

async fn send_to_one(channel: &Channel, messages: &[Message]) -> Vec<Delivery> {
    let poster = Poster::new(channel, Clock::System);
    let mut before: Result<(), NotifyError> = Ok(());
    let mut deliveries = Vec::new();
    for message in messages.iter().filter(|message| channel.wants(message.topic)) {
        if before.is_ok() {
            before = match &poster {
                Ok(poster) => poster.post(message).await,
                Err(error) => Err(error.clone()),
            };
        }
        let (channel, topic) = (channel.name().to_owned(), message.topic);
        deliveries.push(Delivery { channel, topic, result: before.clone() });
    }
    deliveries
}

#[cfg(test)]
mod tests;
