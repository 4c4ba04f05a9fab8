//! Where an archive can be damaged.

use std::collections::BTreeSet;

use super::ground::Ground;
use super::truth::UnitId;

/// A kind of object, by what depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The present bytes of a market-day that the next night looks at.
    TableInView,
    /// Of an older one.
    TablePast,
    /// Of what is decided.
    TableDecided,
    /// Of the rejects of an export date.
    TableOfRejects,
    /// A table by its content that is shown today.
    RevisionShown,
    /// One that was replaced, and that a snapshot still lists.
    RevisionReplaced,
    /// The newest receipt of a market-day that the next night looks at.
    ReceiptInView,
    /// Of one whose exports are gone.
    ReceiptOfExpired,
    /// Of an older one, whose exports are there.
    ReceiptPast,
    /// A receipt that has a later one.
    ReceiptReplaced,
    ReceiptOfRejects,
    ReceiptDecided,
    Note,
    Lease,
    Record,
    Retention,
    Lock,
    Probe,
    /// All receipts of a unit.
    ReceiptsOfUnit,
    ReceiptsOfMarket,
    ReceiptsOfPlatform,
    AllReceipts,
    AllRevisions,
    AllOfTable,
    TablesOfUnit,
    /// Any folder, the archive itself included.
    Anywhere,
}

use Place as P;

impl Place {
    pub const ALL: [Self; 26] = [
        P::TableInView,
        P::TablePast,
        P::TableDecided,
        P::TableOfRejects,
        P::RevisionShown,
        P::RevisionReplaced,
        P::ReceiptInView,
        P::ReceiptOfExpired,
        P::ReceiptPast,
        P::ReceiptReplaced,
        P::ReceiptOfRejects,
        P::ReceiptDecided,
        P::Note,
        P::Lease,
        P::Record,
        P::Retention,
        P::Lock,
        P::Probe,
        P::ReceiptsOfUnit,
        P::ReceiptsOfMarket,
        P::ReceiptsOfPlatform,
        P::AllReceipts,
        P::AllRevisions,
        P::AllOfTable,
        P::TablesOfUnit,
        P::Anywhere,
    ];

    pub fn is_table(self) -> bool {
        matches!(self, P::TableInView | P::TablePast | P::TableDecided | P::TableOfRejects)
    }

    pub fn is_revision(self) -> bool {
        matches!(self, P::RevisionShown | P::RevisionReplaced)
    }

    pub fn is_receipt(self) -> bool {
        matches!(
            self,
            P::ReceiptInView
                | P::ReceiptOfExpired
                | P::ReceiptPast
                | P::ReceiptReplaced
                | P::ReceiptOfRejects
                | P::ReceiptDecided
        )
    }

    pub fn is_folder(self) -> bool {
        self.is_folder_of_receipts() || matches!(self, P::AllRevisions | P::AllOfTable | P::TablesOfUnit)
    }

    pub fn is_folder_of_receipts(self) -> bool {
        matches!(self, P::ReceiptsOfUnit | P::ReceiptsOfMarket | P::ReceiptsOfPlatform | P::AllReceipts)
    }

    /// What the program may need to be there to write at all, and what proves nothing.
    pub fn is_machinery(self) -> bool {
        matches!(self, P::Lock | P::Probe)
    }

    /// Every key, or folder, of this kind.
    pub fn keys(self, ground: &Ground) -> Vec<String> {
        let truth = &ground.truth;
        let below = |folder: &str| -> Vec<String> {
            truth.objects.keys().filter(|key| key.starts_with(folder)).cloned().collect()
        };
        let receipts = |newest: bool, wanted: &dyn Fn(&UnitId) -> bool| -> Vec<String> {
            let units = truth.units.iter().filter(|(unit, _)| wanted(unit));
            let of = |receipts: &[super::truth::Receipt]| -> Vec<String> {
                let (last, earlier) = receipts.split_last().unwrap();
                if newest { vec![last.key.clone()] } else { earlier.iter().map(|r| r.key.clone()).collect() }
            };
            units.flat_map(|(_, receipts)| of(receipts)).collect()
        };
        let tables = |wanted: &dyn Fn(&UnitId) -> bool| -> Vec<String> {
            let newest = truth
                .units
                .iter()
                .filter(|(unit, _)| wanted(unit))
                .map(|(_, receipts)| &receipts[receipts.len() - 1]);
            newest.flat_map(|receipt| receipt.tables.iter().map(|table| table.key.clone())).collect()
        };
        let folders = |depth: usize| -> Vec<String> {
            let all = below("_receipts/")
                .into_iter()
                .map(|key| key.split('/').take(depth).collect::<Vec<_>>().join("/"));
            all.collect::<BTreeSet<_>>().into_iter().collect()
        };
        let (in_view, decided) = (Ground::is_in_view, |unit: &UnitId| unit.is_decided());
        let rejects = |unit: &UnitId| unit.0.contains("/_rejects/");
        let past = |unit: &UnitId| unit.is_market_day() && !Ground::is_in_view(unit);
        match self {
            P::TableInView => tables(&in_view),
            P::TablePast => tables(&past),
            P::TableDecided => tables(&decided),
            P::TableOfRejects => tables(&rejects),
            P::RevisionShown | P::RevisionReplaced => {
                let is_shown = |key: &String| {
                    let naming = truth.units_naming(&key["_revisions/".len()..key.len() - ".parquet".len()]);
                    naming.first().map(|(_, shown)| *shown)
                };
                below("_revisions/")
                    .into_iter()
                    .filter(|key| is_shown(key) == Some(self == P::RevisionShown))
                    .collect()
            }
            P::ReceiptInView => receipts(true, &|unit| in_view(unit) && Ground::has_exports(unit)),
            P::ReceiptOfExpired => receipts(true, &|unit| in_view(unit) && !Ground::has_exports(unit)),
            P::ReceiptPast => receipts(true, &past),
            P::ReceiptReplaced => receipts(false, &|_| true),
            P::ReceiptOfRejects => receipts(true, &rejects),
            P::ReceiptDecided => receipts(true, &decided),
            P::Note => below("_attempts/"),
            P::Lease => below("_leases/"),
            P::Record => below("_runs/"),
            P::Retention => below("_retention.json"),
            P::Lock => below("_lock"),
            P::Probe => below("_probe/"),
            P::ReceiptsOfUnit => truth.units.keys().map(|unit| format!("_receipts/{}", unit.0)).collect(),
            P::ReceiptsOfMarket => folders(3),
            P::ReceiptsOfPlatform => folders(2),
            P::AllReceipts => vec!["_receipts".to_owned()],
            P::AllRevisions => vec!["_revisions".to_owned()],
            P::AllOfTable => {
                let tables = truth.objects.keys().filter(|key| !key.starts_with('_'));
                tables
                    .map(|key| key.split('/').next().unwrap().to_owned())
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect()
            }
            P::TablesOfUnit => {
                let tables = truth.objects.keys().filter(|key| !key.starts_with('_'));
                tables.map(|key| key.rsplit_once('/').unwrap().0.to_owned()).collect()
            }
            P::Anywhere => {
                let mut folders: BTreeSet<String> = [String::new()].into();
                for key in truth.objects.keys() {
                    let parts: Vec<&str> = key.split('/').collect();
                    folders.extend((1..parts.len()).map(|depth| parts[..depth].join("/")));
                }
                folders.into_iter().collect()
            }
        }
    }
}
