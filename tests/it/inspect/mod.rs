//! `coverledger inspect` on files as they lie there.

mod drafts;
mod files;
mod remarks;
mod sessions;
mod truths;

/// Three hours of a broadcast on 2026-11-20, from 09:00, 13:00 and 20:00 UTC; 43 ÷ 1,000 = 4.3 %, 10 ÷ 500 = 2 %,
/// 13 ÷ 300 = 4.33 %, and 66 ÷ 1,800 = 3.67 % together.
const HOURS: &str = "\
start_time,end_time,room_id,Impressions,Clicks,CTR,Views
1795165200,1795168800,r-1,\"1,000\",43,4.30%,50
1795179600,1795183200,r-1,500,10,2.00%,12
1795204800,1795208400,r-1,300,13,4.33%,20
Total,,,\"1,800\",66,3.67%,82
";

/// All that has a click in it is inside the room: 1,275 ÷ 2,976 = 42.84 %.
const TRAP: &str = "\
Livestream;Start Time;Views;Product Clicks;CTR
A;2026-11-20 19:00;2976;1275;42,84%
B;2026-11-21 19:00;1000;333;33,30%
C;2026-11-22 19:00;500;81;16,20%
";
