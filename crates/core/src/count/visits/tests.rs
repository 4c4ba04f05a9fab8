//! Visits that are all in memory.

use super::*;

#[test]
fn visits_in_memory_are_handed_over_in_blocks_in_their_order_and_again() {
    let many = BLOCK_VISITS as u64 + 10;
    let visit = |viewer| Visit {
        viewer,
        broadcast_id: Arc::from("r1"),
        cover_id: None,
        host_id: None,
        slot: Arc::from("all"),
        first_us: 0,
        impressions: 0,
        clicks: 0,
        entries: 0,
        stayed: false,
        quality: None,
    };
    let visits = Visits::given(vec![None, Some((0..many).rev().map(visit).collect())]);
    assert!(!visits.are_of(0) && visits.are_of(1));
    for _ in 0..2 {
        let (mut viewers, mut longest) = (Vec::new(), 0);
        let taken: io::Result<()> = visits.each(1, |block| {
            longest = longest.max(block.len());
            viewers.extend(block.iter().map(|visit| visit.viewer));
            // What is done to them is done to a copy.
            for visit in block {
                visit.viewer = 0;
            }
            Ok(())
        });
        taken.unwrap();
        assert_eq!(longest, BLOCK_VISITS);
        assert!(viewers.iter().copied().eq(0..many));
    }
}
