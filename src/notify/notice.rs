//! What is told to a channel: trouble, the card of a night, or a switch of covers.

use jiff::Timestamp;

use super::card::Card;
use super::message::Message;
use super::switch::Switches;
use coverledger_config::Topic;

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// What happened to market-days, runs or the configuration.
    Message(Message),
    /// What the brief says.
    Brief(CardOfRun),
    /// Rotations put other covers on air.
    Switch(Switches),
}

/// A card, and the run that it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardOfRun {
    /// The job.
    pub job: String,
    /// The run.
    pub run_id: String,
    /// The instant as of which it ran.
    pub as_of: Timestamp,
    /// What the brief says.
    pub card: Card,
}

impl Notice {
    /// Its topic.
    #[must_use]
    pub const fn topic(&self) -> Topic {
        match self {
            Self::Message(message) => message.topic,
            Self::Brief(_) => Topic::Brief,
            Self::Switch(_) => Topic::Switch,
        }
    }
}

impl From<Message> for Notice {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}
