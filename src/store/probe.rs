//! Whether a store keeps its word on create-only puts, on which all publishing rests.

use bytes::Bytes;

use super::{PutNew, Store, StoreError, StoreProblem};

const KEY: &str = "_probe/create-only";
const TEXT: &[u8] = b"This object shows that the store refuses to create what exists.\n";

impl Store {
    /// Creates the same small object twice. It stays, and is the same in every archive.
    ///
    /// # Errors
    /// [`StoreProblem::IgnoresCreateOnly`] if the store took it twice; else what a store does.
    pub async fn probe(&self) -> Result<(), StoreError> {
        self.put_new(KEY, Bytes::from_static(TEXT)).await?;
        let second = self.put_new(KEY, Bytes::from_static(TEXT)).await?;
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
}
