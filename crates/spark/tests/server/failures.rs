//! What a server says when a query fails, and what it does not say.

use std::time::Instant;

use coverledger_spark::{SparkError, Unwatched};

use crate::fake::{fake, query};

#[tokio::test]
async fn what_the_server_keeps_of_an_error_is_asked_for() {
    let Some(fake) = fake() else { return };
    let error = fake.session("fails").await.run(&query(), &Unwatched).await.unwrap_err();
    assert!(matches!(&error, SparkError::ModuleMissing { module } if module == "coverledger"), "{error}");
}

#[tokio::test]
async fn a_restarted_server_is_found_out() {
    let Some(fake) = fake() else { return };
    let error = fake.session("restarts").await.run(&query(), &Unwatched).await.unwrap_err();
    assert!(matches!(error, SparkError::Restarted { .. }), "{error}");
}

#[tokio::test]
async fn a_silent_server_and_one_that_stands_still_are_told_apart() {
    let Some(fake) = fake() else { return };
    for scenario in ["falls-silent", "stands-still"] {
        let began = Instant::now();
        let error = fake.session(scenario).await.run(&query(), &Unwatched).await.unwrap_err();
        let silent = matches!(error, SparkError::Silent { .. });
        let still = matches!(error, SparkError::Standstill { .. });
        assert_eq!((silent, still), (scenario == "falls-silent", scenario == "stands-still"), "{error}");
        assert!(began.elapsed().as_secs() < 12, "{scenario}: {:?}", began.elapsed());
    }
}
