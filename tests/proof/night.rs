//! Exports with a few dozen rows, and the two nights that most proofs run.

use crate::stub::Stub;
use crate::worker::Workspace;

/// The first night: the 20th is new.
pub const FIRST: &str = "2026-11-21T03:00:00Z";
/// The second: the 21st is new, and more came for the 20th.
pub const SECOND: &str = "2026-11-22T03:00:00Z";

/// Delivers what the first night reads: two platforms, one record that is rejected.
pub fn deliver_first(workspace: &Workspace, stub: Option<&Stub>) {
    workspace.deliver(stub, "shop/2026-11-20/a.csv", shop("a", "2026-11-20", "GB", 8) + &stranger("2026-11-20"));
    workspace.deliver(stub, "feed/20261120.ndjson", feed("a", "2026-11-20", "GB", 24));
}

/// Delivers what comes before the second night: another day, and a late export of the first one.
pub fn deliver_second(workspace: &Workspace, stub: Option<&Stub>) {
    workspace.deliver(stub, "shop/2026-11-20/b.csv", shop("late", "2026-11-20", "GB", 3));
    workspace.deliver(stub, "shop/2026-11-21/a.csv", shop("b", "2026-11-21", "GB", 8));
    workspace.deliver(stub, "feed/20261121.ndjson", feed("b", "2026-11-21", "GB", 24));
}

const SHOP_HEADER: &str = "id,at,event,country,room,cover,viewer,gender,age,dwell\n";

/// Events of so many viewers: each sees a cover, every other one taps it and enters, every fourth stays and pays.
pub fn shop(label: &str, date: &str, country: &str, viewers: usize) -> String {
    let mut csv = SHOP_HEADER.to_owned();
    for viewer in 0..viewers {
        let (hour, cover, age) = (6 + viewer % 12, viewer % 2, ["18-24", "25-34"][viewer % 2]);
        let mut event = |minute: usize, event: &str, dwell: &str| {
            csv.push_str(&format!(
                "{label}{viewer}-{date}-{event},{date}T{hour:02}:{minute:02}:00Z,{event},{country},r1,c{cover},{label}v{viewer},f,{age},{dwell}\n"
            ));
        };
        event(0, "show", "");
        if viewer % 2 == 0 {
            event(1, "tap", "");
            event(1, "enter", "");
        }
        if viewer % 4 == 0 {
            event(9, "leave", "480");
            event(9, "paid", "");
        }
    }
    csv
}

/// Impressions with what came of them.
pub fn feed(label: &str, date: &str, country: &str, viewers: usize) -> String {
    let mut ndjson = String::new();
    for viewer in 0..viewers {
        let record = serde_json::json!({
            "id": format!("{label}{viewer}"), "at": format!("{date}T{:02}:15:00Z", 6 + viewer % 12),
            "country": country, "room": "r1", "cover": format!("c{}", viewer % 2),
            "viewer": format!("{label}v{viewer}"), "gender": "m", "age": "35-44",
            "clicked": viewer % 3 == 0, "entered": viewer % 3 == 0, "ordered": viewer % 6 == 0,
            "dwell": (viewer % 3 == 0).then_some(30.0),
        });
        ndjson.push_str(&format!("{record}\n"));
    }
    ndjson
}

/// One event of a market that nobody knows.
fn stranger(date: &str) -> String {
    format!("x,{date}T07:00:00Z,show,XX,r1,c0,xv,f,25-34,\n")
}

#[test]
fn the_two_nights_run_on_the_stub_as_in_a_folder() {
    let stub = Stub::start();
    let (bucket, folder) = (Workspace::on_stub(&stub), Workspace::on_folder());
    for (workspace, stub) in [(&bucket, Some(&stub)), (&folder, None)] {
        deliver_first(workspace, stub);
        workspace.night(FIRST).exits(0);
        deliver_second(workspace, stub);
        let done = workspace.night(SECOND).exits(0);
        println!("{}", done.stdout);
        workspace.run(&["verify"]).exits(0);
    }
    let tables = |workspace: &Workspace, stub| {
        let mut archive = workspace.archive(stub);
        // Receipts name the ETags of exports, which are the store's own.
        archive.retain(|key, _| !key.starts_with('_'));
        archive
    };
    assert_eq!(tables(&bucket, Some(&stub)), tables(&folder, None));
    assert!(tables(&folder, None).len() > 8);
    println!("{} requests in the nights and their verification", stub.log().len());
}
