//! Receipts with the right hash that say what is not so.

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::truth::sha256;
use crate::chance::Chance;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgery {
    HashIsAPath,
    HashIsShort,
    HashIsUpperCase,
    KeyLeadsOut,
    KeyIsAbsolute,
    KeyOfAnotherUnit,
    KeyOfAReceipt,
    KeyOfTheLock,
    NegativeTotals,
    HugeTotals,
    HugeCounts,
    NegativeCounts,
    TextOf10Mb,
    RevisionZero,
    RevisionFarAway,
    UnitOfAnotherDate,
    UnitIsAPath,
    StateUnknown,
    DeepNesting,
    TableTwice,
    TableUnknown,
    ManyTables,
    PublishedFarAway,
    PreviousIsOther,
    FactsOfNobody,
}

impl Forgery {
    pub const ALL: [Self; 25] = [
        Self::HashIsAPath,
        Self::HashIsShort,
        Self::HashIsUpperCase,
        Self::KeyLeadsOut,
        Self::KeyIsAbsolute,
        Self::KeyOfAnotherUnit,
        Self::KeyOfAReceipt,
        Self::KeyOfTheLock,
        Self::NegativeTotals,
        Self::HugeTotals,
        Self::HugeCounts,
        Self::NegativeCounts,
        Self::TextOf10Mb,
        Self::RevisionZero,
        Self::RevisionFarAway,
        Self::UnitOfAnotherDate,
        Self::UnitIsAPath,
        Self::StateUnknown,
        Self::DeepNesting,
        Self::TableTwice,
        Self::TableUnknown,
        Self::ManyTables,
        Self::PublishedFarAway,
        Self::PreviousIsOther,
        Self::FactsOfNobody,
    ];

    /// Whether what it says could as well be so: only who keeps a copy could tell.
    pub fn is_believable(self) -> bool {
        matches!(
            self,
            Self::HugeTotals
                | Self::NegativeTotals
                | Self::HugeCounts
                | Self::TextOf10Mb
                | Self::FactsOfNobody
                // The last receipt of a unit is the only one that names the one before it.
                | Self::PreviousIsOther
        )
    }

    /// The receipt, forged. `other` is the key of another unit's table.
    pub fn forge(self, receipt: &[u8], other: &str, receipt_key: &str, dice: &mut Chance) -> Vec<u8> {
        let mut whole: Value = serde_json::from_slice(receipt).unwrap();
        let content = &mut whole["content"];
        let tables = content["tables"].as_array().unwrap().clone();
        let first = &mut content["tables"][0];
        match self {
            Self::HashIsAPath => first["sha256"] = json!("../../x"),
            Self::HashIsShort => first["sha256"] = json!("ab"),
            Self::HashIsUpperCase => {
                first["sha256"] = json!(first["sha256"].as_str().unwrap().to_uppercase());
            }
            Self::KeyLeadsOut => first["key"] = json!("../../../outside"),
            Self::KeyIsAbsolute => first["key"] = json!("/outside"),
            Self::KeyOfAnotherUnit => first["key"] = json!(other),
            Self::KeyOfAReceipt => first["key"] = json!(receipt_key),
            Self::KeyOfTheLock => first["key"] = json!("_lock"),
            Self::NegativeTotals => {
                content["totals"] = json!({"impressions": i64::MIN, "clicks": i64::MIN, "rejected": i64::MIN});
            }
            Self::HugeTotals => {
                content["totals"] = json!({"impressions": i64::MAX, "clicks": i64::MAX, "rejected": i64::MAX});
            }
            Self::HugeCounts => {
                first["size"] = json!(u64::MAX);
                first["rows"] = json!(u64::MAX);
                for export in content["exports"].as_array_mut().unwrap() {
                    export["size"] = json!(u64::MAX);
                    export["rows"] = json!({"rows_in": u64::MAX, "counted": u64::MAX, "duplicate": u64::MAX,
                        "outside": u64::MAX, "rejected": u64::MAX});
                }
            }
            Self::NegativeCounts => first["size"] = json!(-1),
            Self::TextOf10Mb => content["engine"] = json!("x".repeat(10 << 20)),
            Self::RevisionZero => content["revision"] = json!(0),
            Self::RevisionFarAway => content["revision"] = json!(99_999_999),
            Self::UnitOfAnotherDate => {
                for key in ["local_date", "export_date", "as_of"] {
                    if content["unit"].get(key).is_some() {
                        content["unit"][key] = json!("-009999-01-01");
                    }
                }
            }
            Self::UnitIsAPath => {
                for key in ["platform", "market", "experiment"] {
                    if content["unit"].get(key).is_some() {
                        content["unit"][key] = json!("../..");
                    }
                }
            }
            Self::StateUnknown => content["state"] = json!("perhaps"),
            Self::DeepNesting => {
                let mut nested = json!(1);
                for _ in 0..100 {
                    nested = json!([nested]);
                }
                content["totals"] = json!({"impressions": nested});
            }
            Self::TableTwice => content["tables"].as_array_mut().unwrap().extend(tables),
            Self::TableUnknown => first["table"] = json!("users"),
            Self::ManyTables => {
                let many: Vec<Value> = (0..20_000)
                    .map(|number| {
                        let mut table = tables[0].clone();
                        table["sha256"] = json!(format!("{:064x}", number + dice.below(1000)));
                        table
                    })
                    .collect();
                content["tables"] = json!(many);
            }
            Self::PublishedFarAway => {}
            Self::PreviousIsOther => content["previous"] = json!("0".repeat(64)),
            Self::FactsOfNobody => {
                content["facts"] = json!([{"platform": "../..", "market": "..", "local_date": "9999-12-31",
                    "revision": u64::MAX}]);
            }
        }
        if self == Self::PublishedFarAway {
            let far = if dice.below(2) == 0 { "9999-12-30T22:00:00Z" } else { "-009998-01-01T00:00:00Z" };
            whole["published_at"] = json!(far);
            whole["as_of"] = json!(far);
        }
        let content = whole["content"].to_string();
        whole["content_sha256"] = json!(sha256(content.as_bytes()));
        // Members of an object that is made anew are sorted, and so is what is hashed: it stands there as it was hashed.
        let members = whole.as_object().unwrap().iter().filter(|(key, _)| *key != "content");
        let rest: Vec<String> = members.map(|(key, value)| format!("{}: {value}", json!(key))).collect();
        let _: &RawValue = serde_json::from_str(&content).unwrap();
        format!("{{\"content\": {content}, {}}}\n", rest.join(", ")).into_bytes()
    }
}
