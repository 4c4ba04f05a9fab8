//! Whether a store keeps its word on create-only puts, on which all publishing rests.

use bytes::Bytes;

use super::{PutNew, Store, StoreError, StoreProblem};

const KEY: &str = "_probe/create-only";
const TEXT: &[u8] = b"This object shows that the store refuses to create what exists.\n";

impl Store {
    /// Creates the same small object twice. It stays, and is the same in every archive.
    ///
    /// # Errors
    /// [`StoreProblem::IgnoresCreateOnly`] if the store took it twice, [`StoreProblem::RefusesCreateOnly`] if it does not
    /// know such puts; else what a store does.
    pub async fn probe(&self) -> Result<(), StoreError> {
        self.create_probe().await?;
        let second = self.create_probe().await?;
        let kept = self.get(KEY).await?;
        if second == PutNew::Exists && kept.as_deref() == Some(TEXT) {
            return Ok(());
        }
        // A store that refused the second put keeps its word, whatever it shows of the first.
        let problem = match second {
            PutNew::Stored => StoreProblem::IgnoresCreateOnly,
            PutNew::Exists => StoreProblem::Other("what was put there is read as something else".to_owned()),
        };
        Err(self.place("probe", KEY).fails(problem))
    }

    async fn create_probe(&self) -> Result<PutNew, StoreError> {
        self.put_new(KEY, Bytes::from_static(TEXT)).await.map_err(|error| match error.problem {
            // Nothing else about this put can be wrong: some stores say so in this way that they do not know the condition.
            StoreProblem::Invalid(code) => StoreError { problem: StoreProblem::RefusesCreateOnly(code), ..error },
            problem => StoreError { problem, ..error },
        })
    }
}
