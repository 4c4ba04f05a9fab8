//! Tables of every cover ever aired, as of a date.

use super::column::{day, float, text, whole};
use super::cover_months::COUNTS_OF_COVERS;
use super::groups::{Sums, bounds, chosen_counts, closing_of_decision, cover_id, market, platform, rate};
use super::shown::{falling, number, percent, plain, prose, ratio, rising};
use super::{ColumnSpec, TableFamily, TableSpec};
use crate::model::{Count, Rate, columns as c};

/// Version of the numbers of these tables.
pub(super) const LIBRARY: u32 = 1;

const TOO_LITTLE: &str = "too little to tell";
const PROBABILITY: &str = "probability";

fn as_of() -> ColumnSpec {
    day(c::AS_OF, "the last local date that was published anywhere when this was made; in the path too")
}

/// The first columns of every table.
fn place() -> Vec<ColumnSpec> {
    vec![as_of(), platform(), market()]
}

/// A number with its bounds.
fn bounded(name: &'static str, unit: &'static str, about: &str, null: &'static str) -> [ColumnSpec; 3] {
    let end = |name: String, about: String| float(name, unit, about);
    [
        float(name, unit, about.to_owned()).null(null),
        end(c::low(name), format!("lower 95 % bound of `{name}`")).null(null),
        end(c::high(name), format!("upper 95 % bound of `{name}`")).null(null),
    ]
}

fn reasons() -> [ColumnSpec; 2] {
    [
        text(c::REASON_EN, "what the row says and what it does not, in English"),
        text(c::REASON_ZH, "the same in Chinese"),
    ]
}

pub(super) const COVER_HISTORY: TableSpec = TableSpec {
    name: "cover_history",
    family: TableFamily::Library,
    is_optional: false,
    question: "How did each cover do, where, and for how long?",
    key: &[c::AS_OF, c::PLATFORM, c::MARKET, c::LEVEL, c::COVER_ID, c::SLOT],
    sorted_by: "platform, market, `level`, cover, and slot (`all` first, then in the order of the day)",
    shown: &[
        plain(c::AS_OF),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::LEVEL),
        plain(c::COVER_ID),
        plain(c::SLOT),
        plain(c::LAST_AIRED),
        plain(c::DAYS),
        plain(Count::Impressions.word()),
        percent(c::CTR),
        percent(c::EFFECTIVE_CTR),
        plain(c::FATIGUE),
        number(c::HALF_LIFE_DAYS),
        plain(c::RESTED_DAYS),
    ],
    shown_by: &[
        falling(c::AS_OF),
        rising(c::MARKET),
        rising(c::PLATFORM),
        rising(c::LEVEL),
        falling(Count::Impressions.word()),
    ],
    columns: || {
        let sums = Sums {
            null: "not known, or no clean row under these conventions",
            null_low: "",
            about: Some("sum of the clean rows under the conventions of this row"),
        };
        [place(), aired(), chosen_counts(&COUNTS_OF_COVERS, &sums), rates(), fatigue(), closing_of_decision()]
            .concat()
    },
};

fn aired() -> Vec<ColumnSpec> {
    vec![
        text(c::LEVEL, "`cover`, or `family`: all covers of a family of which two or more were on air here"),
        cover_id_or_family(),
        text(c::FAMILY, "the family that the cover counts to").null("it is alone"),
        text(c::SLOT, "`all`, or one slot"),
        day(c::FIRST_AIRED, "the first local date on which it was on air here, under whichever conventions"),
        day(c::LAST_AIRED, "the last one"),
        whole(c::DAYS, "local dates", "local dates on which it was"),
        whole(c::BROADCASTS, "broadcasts", "broadcasts in which it was"),
        day(c::UNTIL, "the last local date that is known of this platform in this market"),
        day(
            c::RESTED_SINCE,
            "the first local date without it, where it has been off air for as long as `rested` says",
        )
        .null("on air, or off air for less; of a slot"),
        whole(c::RESTED_DAYS, "days", "local dates since `last_aired`, up to `until`"),
    ]
}

fn cover_id_or_family() -> ColumnSpec {
    ColumnSpec { about: "the cover; of a family its name".into(), ..cover_id() }
}

/// Rates with their intervals, plain and shrunken.
fn rates() -> Vec<ColumnSpec> {
    let mut columns = Vec::new();
    for of in [c::CTR, c::EFFECTIVE_CTR, c::CLICK_CONVERSION, c::STAY_RATE].into_iter().filter_map(Rate::named) {
        let none = "no rate, or no proportion";
        let shrunken = c::shrunken(of.name);
        columns.push(rate(of));
        columns.extend(bounds(of.name, "95 % bound by broadcasts", "fewer than eight broadcasts"));
        columns.extend([
            float(
                shrunken.clone(),
                "share",
                "mean of the posterior: the rate, moved towards the covers of the market as far as its viewers leave in doubt",
            )
            .null(none),
            float(c::low(&shrunken), "share", "2.5 % quantile of the posterior").null(none),
            float(c::high(&shrunken), "share", "97.5 % quantile of the posterior").null(none),
        ]);
    }
    columns
}

/// How a cover's rate went with the days.
fn fatigue() -> Vec<ColumnSpec> {
    let of_slot = "of a slot, or too little to tell";
    let mut columns = vec![
        text(c::METRIC, "of which rate fatigue is: `effective_ctr`, or `ctr` where no entrants are known")
            .null("no rate"),
        text(
            c::BASIS,
            "what the cover is held against: the other covers of the same `broadcasts`, or of the same `dates` where \
             broadcasts have one cover each; always of the same slot and audience",
        )
        .null("no rate"),
        whole(c::COMPARED_BROADCASTS, "broadcasts", "broadcasts, or dates, in which it was beside others")
            .null("of a slot, or no rate"),
        text(
            c::FATIGUE,
            "`fading`, `growing`, `steady`: it takes more than 60 days on air to halve; or `too little to tell`",
        )
        .null("of a slot"),
    ];
    columns.extend(bounded(
        c::KEPT_PER_DAY,
        "ratio",
        "the rate after a day on air ÷ before, beside the others of the same broadcasts",
        of_slot,
    ));
    columns.extend([
        float(c::HALF_LIFE_DAYS, "days on air", "days on air after which half of the rate is left")
            .null("not `fading`"),
        float(c::low(c::HALF_LIFE_DAYS), "days on air", "it takes at least so many (95 %)")
            .null("the rate surely does not fall, or too little to tell"),
        float(c::high(c::HALF_LIFE_DAYS), "days on air", "it takes at most so many (95 %)")
            .null("it may never be halved, or too little to tell"),
        float(
            c::HALF_LIFE_IMPRESSIONS,
            "impressions",
            "the same by impressions of the cover on this platform in this market",
        )
        .null("not `fading`, or not told by impressions"),
        float(c::low(c::HALF_LIFE_IMPRESSIONS), "impressions", "at least so many (95 %)")
            .null("the rate surely does not fall, or too little to tell"),
        float(c::high(c::HALF_LIFE_IMPRESSIONS), "impressions", "at most so many (95 %)")
            .null("it may never be halved, or too little to tell"),
        float(c::P, PROBABILITY, "two-sided, that the rate does not change with days on air").null(of_slot),
        float(
            c::P_ADJUSTED,
            PROBABILITY,
            "the same among all rows of this `level` in the table (Benjamini–Hochberg): `fading` and `growing` are said \
             up to 0.05",
        )
        .null(of_slot),
        text(c::REST, "what the last rest did: `restored`, `not restored`, or `too little to tell`")
            .null("it never came back after a rest"),
    ]);
    columns.extend(bounded(
        c::AFTER_REST,
        "ratio",
        "the rate after the last rest ÷ what it had come to before",
        "it never came back after a rest, or too little to tell",
    ));
    columns.extend([
        day(
            c::CHANGED_ON,
            "the last date while it was on air from which all covers alike were counted or drew otherwise: no fatigue",
        )
        .null("none was found"),
        text(
            c::CHANGE_KIND,
            "`conventions`: the platform counts otherwise since; `level`: the rates of all covers jumped together",
        )
        .null("no `changed_on`"),
    ]);
    columns.extend(reasons());
    columns
}

/// Why a row of `cover_type` says nothing of elsewhere.
const NO_MARKET: &str = "not the row of a whole market, or too few covers that other markets have as well";

pub(super) const COVER_TYPE: TableSpec = TableSpec {
    name: "cover_type",
    family: TableFamily::Library,
    is_optional: false,
    question: "Which kinds of cover work where?",
    key: &[c::AS_OF, c::PLATFORM, c::MARKET, c::KIND, c::VALUE, c::SLOT, c::AUDIENCE],
    sorted_by: "kind, value, platform (`all` first), market, slot and audience",
    shown: &[
        plain(c::AS_OF),
        plain(c::KIND),
        plain(c::VALUE),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::SLOT),
        plain(c::AUDIENCE),
        plain(c::COVERS),
        ratio(c::RATIO),
        ratio(c::ELSEWHERE_RATIO),
        percent(c::BORROWED),
        plain(c::FINDING),
    ],
    shown_by: &[falling(c::AS_OF), rising(c::P_ADJUSTED)],
    columns: || {
        let kind = vec![
            as_of(),
            text(c::KIND, "a measure of `pictures` or a tag of `covers`"),
            text(c::VALUE, "`per sd` of a measure; of a tag its value"),
            text(
                c::PLATFORM,
                "the name of the file in `config/platforms/`; `all`: a market over its platforms, or what all markets have in \
                 common",
            ),
            text(c::MARKET, "the market's name in `config/markets.yaml`; `all`: what all markets have in common"),
            text(c::SLOT, "`all`, or one slot"),
            text(c::AUDIENCE, "`all`, or one audience"),
            text(c::METRIC, "of which rate: `effective_ctr`, or `ctr` where no entrants are known")
                .null("no rate"),
            whole(
                c::COVERS,
                "covers",
                "covers that are told apart: those of one family and value count as one, and so does one in several places",
            ),
            whole(c::COVERS_OF_KIND, "covers", "of those, covers with the value").null("a measure"),
            float(c::STEP, "as the measure", "what a standard deviation of the measure is over all covers")
                .null("a tag"),
        ];
        let mut effect = Vec::new();
        effect.extend(bounded(
            c::RATIO,
            "ratio",
            "the rate of covers with the value ÷ that of like covers without; of a measure, of covers one standard deviation \
             above ÷ others: what is believed once other places were taken into account",
            "nothing is known of it anywhere",
        ));
        effect.extend(bounded(
            c::RAW_RATIO,
            "ratio",
            "the same from the covers of this row alone",
            "too few covers",
        ));
        effect.extend([
            float(c::BORROWED, "share", "how much of `ratio` comes from elsewhere; 1: all of it, a prior")
                .null("no `ratio`"),
            float(c::BETWEEN_COVERS, "log ratio", "standard deviation between covers that are alike in this")
                .null("too few covers"),
            float(c::P, PROBABILITY, "two-sided, that `raw_ratio` is 1: covers are random, Student's t")
                .null("too few covers"),
            float(
                c::P_ADJUSTED,
                PROBABILITY,
                "of slots and audiences `all`: among all first questions of the table (Benjamini–Hochberg); of a slot or an \
                 audience: among those of the kind and place, if that was found (Benjamini & Bogomolov 2014), else 1",
            )
            .null("too few covers"),
        ]);
        effect.extend(bounded(
            c::ELSEWHERE_RATIO,
            "ratio",
            "of a market: what the covers that the other markets have as well draw here ÷ what they draw there, those with the \
             value ÷ those without: how many times the ratio of the other markets the ratio is here",
            NO_MARKET,
        ));
        effect.extend([
            float(
                c::P_ELSEWHERE,
                PROBABILITY,
                "two-sided, that this market is like the others, as far as they are like each other: covers are random, \
                 Student's t",
            )
            .null(NO_MARKET),
            float(
                c::P_ELSEWHERE_ADJUSTED,
                PROBABILITY,
                "among all first questions of the table (Benjamini–Hochberg)",
            )
            .null(NO_MARKET),
            text(
                c::FINDING_ELSEWHERE,
                "`difference`: `p_elsewhere_adjusted` is at most 0.05; `no difference told`",
            )
            .null(NO_MARKET),
            text(
                c::FINDING,
                "`difference`: the interval of `ratio` does not hold 1, and either `p_adjusted` is at most 0.05, or \
                 `p_elsewhere_adjusted` is and `elsewhere_ratio` lies on the same side of 1 (the reason says which); `no \
                 difference told`; `too few covers`",
            ),
        ]);
        effect.extend(reasons());
        effect.push(whole(
            c::REVISION,
            "",
            "which revision of the library of that date the row belongs to, from 1",
        ));
        [kind, effect].concat()
    },
};

pub(super) const NEXT_TESTS: TableSpec = TableSpec {
    name: "next_tests",
    family: TableFamily::Library,
    is_optional: false,
    question: "What is worth testing next?",
    key: &[c::AS_OF, c::RANK],
    sorted_by: "`rank`",
    shown: &[
        plain(c::AS_OF),
        plain(c::RANK),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::COVER_ID),
        plain(c::AGAINST_COVER_ID),
        number(c::EXPECTED_GAIN),
        plain(c::BROADCASTS_NEEDED),
        prose(c::REASON_EN),
        plain(c::KIND),
        plain(c::VALUE),
    ],
    shown_by: &[falling(c::AS_OF), rising(c::RANK)],
    columns: || {
        let not_needed = "of a history that says nothing of it, or more than can be looked for";
        let mut test = vec![
            whole(
                c::RANK,
                "",
                "1 for the comparison that is worth most; five at most, one of each sort in a place",
            ),
            text(c::SLOT, "`all`"),
            text(c::ABOUT, "`covers`: two covers; `kind`: covers of a kind against others, shown by two of them"),
            cover_id(),
            text(c::AGAINST_COVER_ID, "the cover to hold it against: the one that is believed to be best"),
            text(c::KIND, "the measure or tag in question").null("`about` is `covers`"),
            text(c::VALUE, "its value; `per sd` of a measure").null("`about` is `covers`"),
            text(c::METRIC, "of which rate"),
        ];
        test.extend(bounded(
            c::RATIO,
            "ratio",
            "the rate of `cover_id` ÷ that of `against_cover_id`, or of the kind ÷ others, as it is believed now",
            TOO_LITTLE,
        ));
        test.extend([
            float(
                c::EXPECTED_GAIN,
                "entrants, or clicks: see `metric`",
                "what knowing the better one is worth in `horizon_days`: the expected value of perfect information × traffic",
            ),
            whole(c::HORIZON_DAYS, "days", "for how long the better one would be on air"),
            float(c::IMPRESSIONS_PER_DAY, "impressions per day", "of the platform in the market in the last 28 days"),
            whole(
                c::BROADCASTS_NEEDED,
                "broadcasts",
                "how many a split of the two takes to find the likely difference four times in five",
            )
            .null(not_needed),
        ]);
        test.extend(reasons());
        test.push(whole(c::REVISION, "", "which revision of the library of that date the row belongs to, from 1"));
        [place(), test].concat()
    },
};

pub(super) const COVER_CHECKS: TableSpec = TableSpec {
    name: "cover_checks",
    family: TableFamily::Library,
    is_optional: false,
    question: "Which covers on air or about to be break a rule of a market, or look unlike all that worked there?",
    key: &[c::AS_OF, c::PLATFORM, c::MARKET, c::COVER_ID, c::RULE],
    sorted_by: "finding (the gravest first), platform, market, cover and rule",
    shown: &[
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::COVER_ID),
        plain(c::FINDING),
        plain(c::RULE),
        prose(c::REASON_EN),
        plain(c::NEAREST),
    ],
    shown_by: &[falling(c::AS_OF)],
    columns: cover_checks,
};

fn cover_checks() -> Vec<ColumnSpec> {
    let of_a_rule = "the row is no rule's: it says how the cover looks beside those that worked there";
    let mut columns = place();
    columns.extend([
        cover_id(),
        text(c::RULE, "the name of the rule in `config/market_rules.yaml`").null(of_a_rule),
        text(c::SEVERITY, "`breaks` or `warns`: how grave it is not to keep the rule").null(of_a_rule),
        text(
            c::FINDING,
            "`breaks` or `warns`: the rule is not kept; `unlike`: it looks unlike every cover that worked there; `not judged`: it \
             is not known; `keeps`: the rule is kept; `like`: it looks as like those covers as they are to each other",
        ),
        text(c::MEASURE, "what the rule looks at: a measure, `language`, `script`, or columns of the sheet").null(of_a_rule),
        text(c::FOUND, "what it found there").null("not known, or nothing is declared"),
        text(c::ALLOWED, "what the rule allows, in English").null(of_a_rule),
        text(c::SOURCE, "where the rule is written").null(of_a_rule),
        text(c::REASON_EN, "the rule and what was found, or why it is not judged, in English"),
        text(c::REASON_ZH, "the same in Chinese"),
        text(c::NEAREST, "the covers that worked there and look most like it, the nearest first, joined by a space")
            .null("the row is a rule's, or no such cover is known"),
        float(
            c::DISTANCE,
            "standard deviations",
            "how far the nearest of them is: the root mean square of the differences of their measures",
        )
        .null("the row is a rule's, or nothing can be compared"),
        text(c::EXPERIMENT, "the experiments that are running or planned there with it, joined by a space").null("none"),
        day(c::LAST_AIRED, "the last local date on which it was on air there").null("it was not yet"),
        whole(c::REVISION, "", "which revision of the library of that date the row belongs to, from 1"),
    ]);
    columns
}
