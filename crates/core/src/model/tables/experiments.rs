//! Tables of an experiment as of a date.

use super::column::{day, float, text, truth, whole};
use super::groups::{Sums, closing_of_decision, counts, cover_id, later_counts, market, platform};
use super::shown::{falling, interval, number, percent, plain, prose, short};
use super::{ColumnSpec, TableFamily, TableSpec};
use crate::model::{Count, Rate, columns as c};

/// Version of the numbers of these tables.
pub(super) const EXPERIMENTS: u32 = 6;

const PROBABILITY: &str = "probability";

pub(super) const EXPERIMENT: TableSpec = TableSpec {
    name: "experiment",
    family: TableFamily::Experiments,
    is_optional: false,
    question: "Which cover of an experiment wins, and which one goes on air?",
    key: &[c::EXPERIMENT, c::PLATFORM, c::MARKET, c::AS_OF, c::COVER_ID],
    sorted_by: "platform and market, the control first, then in the order of the experiment's covers",
    shown: &[
        plain(c::EXPERIMENT),
        plain(c::AS_OF),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::COVER_ID),
        plain(c::DECISION),
        interval(c::EFFECT),
        prose(c::REASON_EN),
        plain(c::ON_AIR),
        percent(c::PROBABILITY_BEST),
        plain(Count::Impressions.word()),
        plain(c::BROADCASTS),
        plain(c::STATE),
        percent(c::CTR),
        percent(c::STAY_RATE),
        number(c::VALUE_PER_MILLE),
    ],
    shown_by: &[falling(c::AS_OF)],
    columns: || {
        let arm = vec![
            cover_id(),
            truth(c::IS_CONTROL, "whether the others are held against it"),
            text(c::DECISION, "what to do with the arm: see below")
                .null("of the control, unless it is about all arms"),
            text(
                c::ON_AIR,
                "the cover to put on air on this platform in this market: the winner, and the control where there is none",
            )
            .null("the experiment's file is gone"),
            whole(c::DAYS, "local dates", "local dates of the window so far, with rows or without"),
            whole(c::BROADCASTS, "broadcasts", "broadcasts in which the arm was seen"),
            whole(c::TURNS, "turns", "turns of the arm in which anything was seen").null("of a split"),
        ];
        let sums = Sums {
            null: "not known, or nothing seen",
            null_low: "no row says it, or nothing seen",
            about: Some("sum of the arm's rows"),
        };
        [
            of_experiment(),
            arm,
            counts(&sums),
            outcomes(),
            guards(),
            closing_of_decision(),
            later_counts(&sums),
            ended(),
            per_hour(),
            revisits(),
        ]
        .concat()
    },
};

/// Rates and values of an arm, and what it is worth against the control.
fn outcomes() -> Vec<ColumnSpec> {
    let rates = [c::CTR, c::EFFECTIVE_CTR, c::CLICK_CONVERSION, c::STAY_RATE].into_iter().filter_map(Rate::named);
    let rates = rates.map(|rate| ColumnSpec {
        unit: "share".into(),
        ..super::groups::rate(rate).null("a count not known, or nothing to divide by")
    });
    let mut columns: Vec<ColumnSpec> = rates.collect();
    columns.extend([
        float(
            c::VALUE_PER_MILLE,
            "value of 1,000 impressions",
            "(`orders` weight × orders + `retained_minutes` weight × minutes of dwell) ÷ impressions × 1,000",
        )
        .null("a count with a weight not known"),
        float(
            c::low(c::VALUE_PER_MILLE),
            "value of 1,000 impressions",
            "the same of the least counts among the most impressions: what rounding in the exports allows",
        )
        .null("as `value_per_mille`"),
        float(c::high(c::VALUE_PER_MILLE), "value of 1,000 impressions", "the same the other way round")
            .null("as `value_per_mille`"),
    ]);
    columns.extend(effect(
        c::EFFECT,
        "value of the arm ÷ value of the control − 1: per impression of a split, compared within broadcasts; per hour on air of a rotation, compared within dates and slots",
    ));
    columns.extend([
        float(
            c::P_VALUE,
            PROBABILITY,
            "two-sided, of the direction in which `effect` points: the least of the looks at which it pointed there; valid at whichever night one looks; 1 where nothing can be said yet",
        )
        .null("of the control, or a count not known"),
        float(c::P_HOLM, PROBABILITY, "the same, all arms of the place together (Holm 1979)").null("as `p_value`"),
        float(c::PROBABILITY_BEST, PROBABILITY, "how probably no other arm is worth more")
            .null("fewer than eight clusters"),
        float(c::EXPECTED_LOSS, "share of the usual value", "what choosing it costs on average against the best")
            .null("fewer than eight clusters"),
    ]);
    columns.extend(effect(c::CTR_EFFECT, "the same of CTR"));
    columns.extend(effect(c::STAY_EFFECT, "the same of the stay rate"));
    columns.extend(effect(c::CONVERSION_EFFECT, "the same of click conversion"));
    columns
}

fn effect(name: &'static str, about: &'static str) -> [ColumnSpec; 3] {
    let number = |name: String, about: &'static str| float(name, "ratio − 1", about);
    [
        number(name.to_owned(), about).null("of the control, or a count not known"),
        number(
            c::low(name),
            "what holds it at all nightly looks together, with confidence 1 − `level`: the lower end",
        )
        .null("nothing can be said yet"),
        number(c::high(name), "the upper end").null("nothing can be said yet"),
    ]
}

/// How the test ended, and what is told beside its effect. Added in version 3.
fn ended() -> Vec<ColumnSpec> {
    let earlier = "files of an earlier release";
    let own = vec![
        text(
            c::STATE,
            "`running`; `decided`: its rule ended it on `decided_on`, and everything in the row is as of that date; `stopped` by hand; `over`: the window ended; `gone`: its file is gone",
        )
        .null(earlier),
        day(c::DECIDED_ON, "the date whose look ended the test").null("it was not ended by its rule"),
        text(c::ASSIGNMENT, "`viewer`: a viewer keeps the cover; `broadcast`: it is drawn anew in each broadcast")
            .null("of a rotation"),
        text(
            c::UNIT,
            "what the error is reckoned between: `viewer_groups` and broadcasts, `broadcasts`, `turns`; `no_viewer_ids`: viewers keep their cover and the exports do not tell them apart",
        )
        .null(earlier),
        float(c::INFORMATION, "broadcasts", "(Σn)² ÷ Σn² over the n impressions of broadcasts with both covers: how many of equal size they are worth; looks begin at eight")
            .null("of the control and of a rotation"),
        float(c::LEFT_OUT_SHARE, "share", "impressions, or hours on air, of the arm where the control was not on air beside it ÷ all: they are not compared")
            .null("of the control"),
        float(c::low(c::EFFECT_TODAY), "ratio − 1", "what the last look alone says of `effect`, valid at whichever night one looks: the lower end; a winner has it above 0")
            .null("nothing can be said yet"),
        float(c::high(c::EFFECT_TODAY), "ratio − 1", "the upper end").null("nothing can be said yet"),
        float(c::RECENT_EFFECT, "ratio − 1", "the effect of the last seven nights alone")
            .null("of the control; fewer than five broadcasts, or dates and slots, with both"),
        float(c::low(c::RECENT_EFFECT), "ratio − 1", "its plain 95 % interval, of one look: the lower end")
            .null("as `recent_effect`"),
        float(c::high(c::RECENT_EFFECT), "ratio − 1", "the upper end").null("as `recent_effect`"),
    ];
    own.into_iter().map(|column| column.since(3)).collect()
}

/// What a rotation earns per hour, and the guardrails by which both designs are judged. Added in version 3.
fn per_hour() -> Vec<ColumnSpec> {
    let value = "value of an hour";
    let mut columns = vec![
        float(c::HOURS_ON_AIR, "hours", "turns of the arm after their burn-in, in which anything was seen")
            .null("of a split"),
        float(c::VALUE_PER_HOUR, value, "what was counted in these turns by its weights ÷ `hours_on_air`")
            .null("of a split, or a count with a weight not known"),
        float(c::low(c::VALUE_PER_HOUR), value, "the same of the least that rounding in the exports allows")
            .null("as `value_per_hour`"),
        float(c::high(c::VALUE_PER_HOUR), value, "the same of the most").null("as `value_per_hour`"),
    ];
    columns.extend(effect(c::PER_MILLE_EFFECT, "value per impression of the arm ÷ that of the control − 1"));
    columns.extend(effect(
        c::STAYS_EFFECT,
        "the same of stays, per impression of a split, per hour on air of a rotation: by this `stay_guardrail` is judged",
    ));
    columns.extend(effect(c::ORDERS_EFFECT, "the same of orders: by this `orders_guardrail` is judged"));
    columns.extend([
        text(c::ORDERS_GUARDRAIL, "as `stay_guardrail`, of orders").null("of the control"),
        whole(
            c::NIGHTS_NEEDED,
            "local dates",
            "about how many more nights like those so far would show a gain of `worth` four times in five",
        )
        .null("of the control, or nothing can be said yet"),
        float(
            c::LEAST_P,
            PROBABILITY,
            "the least `p_holm` that so many turns can give by the end of the window: above `level`, no cover can win",
        )
        .null("of a split, or nothing was on air"),
        float(
            c::P_ACROSS,
            PROBABILITY,
            "`p_value`, all arms of all places of the experiment together (Holm 1979)",
        )
        .null("as `p_value`"),
        float(
            c::FALSE_WINNERS_SHARE,
            "share",
            "of the row of `false_winners` that tests the design of this experiment on the market's own history; of a split \
             by viewer, of a hundred tests between viewers of the control, dealt by their groups",
        )
        .null("no such row is published; of a split by viewer no arm would win"),
    ]);
    columns.into_iter().map(|column| column.since(3)).collect()
}

/// The guardrail of viewers who come back. Added in version 4.
fn revisits() -> Vec<ColumnSpec> {
    let mut columns = effect(
        c::REVISITS_EFFECT,
        "the same of entrants who come back within 7 local dates ÷ entrants, of a split: by this `revisits_guardrail` is judged",
    )
    .to_vec();
    columns.push(text(c::REVISITS_GUARDRAIL, "as `stay_guardrail`, of revisits").null("of the control"));
    columns.into_iter().map(|column| column.since(4)).collect()
}

/// What else has a say, and the decision in words.
fn guards() -> Vec<ColumnSpec> {
    vec![
        text(
            c::STAY_GUARDRAIL,
            "of stays, see `stays_effect`. `held`: no loss beyond the tolerated one is left in the interval; `failed`: the estimate is beyond it and the interval is all loss; `open`: neither; `unknown`: a count is not known; `off`",
        )
        .null("of the control"),
        text(c::CONVERSION_GUARDRAIL, "the same of click conversion").null("of the control"),
        float(
            c::OFF_PLAN_SHARE,
            "share",
            "impressions of another cover than was planned ÷ all, within turns and after their burn-in",
        )
        .null("of a split"),
        float(c::IMBALANCE_P, PROBABILITY, "the least `p_adjusted` of `experiment_balance`")
            .null("no check could be made"),
        text(c::REASON_EN, "why, in a sentence or two"),
        text(c::REASON_ZH, "the same in Chinese"),
    ]
}

pub(super) const EXPERIMENT_POOLED: TableSpec = TableSpec {
    name: "experiment_pooled",
    family: TableFamily::Experiments,
    is_optional: true,
    question: "What does an experiment say over all its markets together?",
    key: &[c::EXPERIMENT, c::AS_OF, c::COVER_ID],
    sorted_by: "in the order of the experiment's covers, without the control",
    shown: &[
        plain(c::EXPERIMENT),
        plain(c::AS_OF),
        plain(c::COVER_ID),
        plain(c::PLACES),
        plain(c::PLACES_WON),
        plain(c::PLACES_WORSE),
        interval(c::POOLED_EFFECT),
        interval(c::PREDICTED_EFFECT),
        prose(c::REASON_EN),
    ],
    shown_by: &[falling(c::AS_OF)],
    columns: || {
        let ratio = |name: String, about: &'static str| float(name, "ratio − 1", about);
        let fewer = "fewer than two places tell an effect";
        vec![
            text(c::EXPERIMENT, "the name of its file in `config/experiments/`; in the path too"),
            day(c::AS_OF, "the newest local date of its window that any of its places has published; in the path too"),
            text(c::DESIGN, "`rotation` or `split`"),
            cover_id(),
            whole(c::PLACES, "places", "platforms × markets whose effect is in the row"),
            whole(c::PLACES_WON, "places", "of all places, in how many its decision is `winner`"),
            whole(c::PLACES_WORSE, "places", "of all places, in how many its decision is `worse`"),
            ratio(c::POOLED_EFFECT.to_owned(), "value of the arm ÷ value of the control − 1, the mean of places by random effects").null(fewer),
            ratio(c::low(c::POOLED_EFFECT), "its 95 % interval (Hartung & Knapp 2001), of one look: the lower end").null(fewer),
            ratio(c::high(c::POOLED_EFFECT), "the upper end").null(fewer),
            ratio(c::PREDICTED_EFFECT.to_owned(), "what to expect in one more place: the same mean").null("fewer than three places"),
            ratio(c::low(c::PREDICTED_EFFECT), "its 95 % prediction interval: the lower end").null("fewer than three places"),
            ratio(c::high(c::PREDICTED_EFFECT), "the upper end").null("fewer than three places"),
            float(c::BETWEEN_PLACES, "logarithm of the ratio", "the standard deviation of true effects between places (DerSimonian & Laird 1986)").null(fewer),
            float(c::INCONSISTENCY, "share", "I²: the share of the variation between places that is not chance (Higgins & Thompson 2002)").null(fewer),
            float(c::P_VALUE, PROBABILITY, "two-sided, that the mean is nothing; valid for one look").null(fewer),
            float(c::ANY_FALSE_WORD, PROBABILITY, "1 − (1 − `level`) to the number of places with a test: how often some place would have a false winner if no cover differed anywhere"),
            float(c::P_ACROSS, PROBABILITY, "the least `p_across` of its rows in `experiment`: below `level`, its best or worst place is told from chance whatever the number of places").null("nothing can be said yet"),
            text(c::REASON_EN, "what it says, in a sentence or two"),
            text(c::REASON_ZH, "the same in Chinese"),
            truth(c::PROVISIONAL, "whether late exports may still change any day of the window"),
            whole(c::REVISION, "", "which revision of the experiment as of that date the row belongs to, from 1"),
        ]
    },
};

pub(super) const EXPERIMENT_BALANCE: TableSpec = TableSpec {
    name: "experiment_balance",
    family: TableFamily::Experiments,
    is_optional: true,
    question: "Were the covers of an experiment shown to the audience that was planned?",
    key: &[c::EXPERIMENT, c::PLATFORM, c::MARKET, c::AS_OF, c::SCOPE, c::SLOT, c::AUDIENCE, c::COVER_ID],
    sorted_by: "platform and market, scope (the widest first), slot, audience, and in the order of the experiment's covers",
    shown: &[
        plain(c::EXPERIMENT),
        plain(c::AS_OF),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::SCOPE),
        plain(c::SLOT),
        plain(c::AUDIENCE),
        plain(c::COVER_ID),
        number(c::EXPOSURES),
        number(c::EXPECTED_EXPOSURES),
        plain(c::EXPOSURE_BASIS),
        short(c::P_VALUE),
        short(c::P_ADJUSTED),
        plain(c::IS_IMBALANCED),
    ],
    shown_by: &[falling(c::AS_OF)],
    columns: || {
        let rows = vec![
            text(c::SCOPE, "what is added up: `all`, `slot`, `audience` or `slot_audience`"),
            text(c::SLOT, "which slot").null("summed over slots"),
            text(c::AUDIENCE, "which audience").null("summed over audiences"),
            cover_id(),
            float(c::EXPOSURES, "viewers or displays", "what the arm was given"),
            text(
                c::EXPOSURE_BASIS,
                "`unique_impressions` where all rows of a split know them, else `impressions`",
            ),
            float(
                c::EXPECTED_EXPOSURES,
                "viewers or displays",
                "what it should have been given: the planned share, among the covers that ran, of what each broadcast gave",
            ),
            float(
                c::INFLATION,
                "ratio",
                "by what χ² is divided: how much more `units` vary than if each exposure were drawn for itself, 1 at least; \
                 1 for a rotation",
            )
            .null("as `chi_square`"),
            float(c::CHI_SQUARE, "", "the statistic of the check: of a split Hotelling's T², of a rotation Pearson's").null(
                "nothing can be said: fewer than eight `units` or than 5 expected of an arm, one unit is nearly all there \
                 is, or viewers keep their cover and are not told apart",
            ),
            whole(c::DEGREES, "", "its degrees of freedom").null("as `chi_square`"),
            float(
                c::P_VALUE,
                PROBABILITY,
                "of a split from `chi_square` by the F distribution; of a rotation the share of schedules that are as uneven",
            )
            .null("as `chi_square`"),
            float(
                c::P_ADJUSTED,
                PROBABILITY,
                "the same, all cells of the scope together: Holm for a split, max-T for a rotation",
            )
            .null("as `chi_square`"),
            truth(c::IS_IMBALANCED, "whether `p_adjusted` is at most `imbalance`"),
        ];
        let later = vec![
            whole(
                c::UNITS,
                "",
                "what is independent of each other in the check, and how many: broadcasts of a split by broadcast, groups of \
                 viewers of a split by viewer, permuted blocks of a rotation",
            )
            .null("files of an earlier release")
            .since(2),
        ];
        [of_experiment(), rows, closing_of_decision(), later].concat()
    },
};

/// The first columns of both tables.
fn of_experiment() -> Vec<ColumnSpec> {
    vec![
        text(c::EXPERIMENT, "the name of its file in `config/experiments/`; in the path too"),
        platform(),
        market(),
        day(c::AS_OF, "the newest local date of its window that any of its places has published; in the path too"),
        day(c::SINCE, "the first local date that it stands on, within the window"),
        day(c::UNTIL, "the last local date that it stands on, within the window"),
        text(c::DESIGN, "`rotation` or `split`"),
    ]
}
