//! Names of the published columns. No column name is a string anywhere else.

/// Where the broadcast ran.
pub const PLATFORM: &str = "platform";
/// Whom it was aimed at.
pub const MARKET: &str = "market";
/// The market's day.
pub const LOCAL_DATE: &str = "local_date";
/// The day-part.
pub const SLOT: &str = "slot";
/// The segment of the viewer.
pub const AUDIENCE: &str = "audience";
/// The broadcast.
pub const BROADCAST_ID: &str = "broadcast_id";
/// The cover.
pub const COVER_ID: &str = "cover_id";

/// Whether rows in it span more than the cover's time on air.
pub const CONTAMINATED: &str = "contaminated";
/// For how much of the rows' time the cover was on air.
pub const COVER_SHARE: &str = "cover_share";

/// Which counts were derived from a rate or read off a rounded number.
pub const DERIVED: &str = "derived";
/// Impressions out of rows that were split between slots or days.
pub const PRORATED_IMPRESSIONS: &str = "prorated_impressions";
/// Entries out of rows that were split between slots or days.
pub const PRORATED_ENTRIES: &str = "prorated_entries";
/// How much of the rows' time lies in the market's day.
pub const DAY_MATCH: &str = "day_match";

/// Of which counts only a part is known, and of how many rows.
pub const PARTLY_KNOWN: &str = "partly_known";

/// Clicks without an impression by the same viewer.
pub const ORPHAN_CLICKS: &str = "orphan_clicks";

/// Clicks ÷ impressions.
pub const CTR: &str = "ctr";
/// Entrants ÷ impressions.
pub const EFFECTIVE_CTR: &str = "effective_ctr";
/// Orders ÷ entrants.
pub const CLICK_CONVERSION: &str = "click_conversion";
/// Clickers ÷ unique impressions.
pub const VIEWER_CTR: &str = "viewer_ctr";
/// Stays ÷ entries.
pub const STAY_RATE: &str = "stay_rate";
/// Dwell seconds ÷ entries.
pub const MEAN_DWELL_SECONDS: &str = "mean_dwell_seconds";

/// The slot's true length that day.
pub const SLOT_SECONDS: &str = "slot_seconds";
/// The slot's start on the market's clock.
pub const SLOT_START_LOCAL: &str = "slot_start_local";
/// The slot's first instant.
pub const SLOT_START_UTC: &str = "slot_start_utc";
/// What an impression is.
pub const IMPRESSION_BASIS: &str = "impression_basis";
/// What a click is.
pub const CLICK_EVENT: &str = "click_event";
/// Within what a viewer is counted once.
pub const UNIQUE_BASIS: &str = "unique_basis";
/// The platform's day since which its conventions are these.
pub const CONVENTION_SINCE: &str = "convention_since";
/// Whether late exports may still change the row.
pub const PROVISIONAL: &str = "provisional";
/// Which revision of the market-day the row belongs to.
pub const REVISION: &str = "revision";

/// Which count.
pub const COUNT: &str = "count";
/// Whether the platform offers it.
pub const OFFERED: &str = "offered";
/// What it was redefined to mean.
pub const DEFINITION: &str = "definition";

/// Which signal.
pub const SIGNAL: &str = "signal";
/// How often it happened.
pub const TIMES: &str = "times";
/// To how many viewers.
pub const PERSONS: &str = "persons";
/// Persons ÷ times.
pub const FACTOR: &str = "factor";

/// The date an export's path names.
pub const EXPORT_DATE: &str = "export_date";
/// The key of an export.
pub const OBJECT: &str = "object";
/// Which record of it.
pub const RECORD: &str = "record";
/// Where the record begins.
pub const BYTE_OFFSET: &str = "byte_offset";
/// Why it was rejected, or is not offered.
pub const REASON: &str = "reason";
/// Which column is to blame.
pub const COLUMN: &str = "column";
/// The record as it was.
pub const TEXT: &str = "text";

/// What is compared.
pub const METRIC: &str = "metric";
/// Against what.
pub const SCOPE: &str = "scope";
/// Rows that were compared.
pub const ROWS: &str = "rows";
/// Rows that disagree.
pub const ROWS_OFF: &str = "rows_off";
/// As the export says.
pub const REPORTED: &str = "reported";
/// As its counts give it.
pub const RECOMPUTED: &str = "recomputed";
/// Reported − recomputed.
pub const DIFFERENCE: &str = "difference";
/// What to make of it.
pub const VERDICT: &str = "verdict";

/// The last local date that a decision stands on.
pub const AS_OF: &str = "as_of";
/// The first day of a month.
pub const MONTH: &str = "month";
/// The key of a picture in the store of pictures.
pub const PICTURE: &str = "picture";
/// What changes in a store when a picture changes.
pub const ETAG: &str = "etag";
/// The hash of a file.
pub const SHA256: &str = "sha256";
/// The same in a sentence.
pub const REASON_TEXT: &str = "reason_text";
/// What a file is.
pub const FORMAT: &str = "format";
/// How wide a picture is.
pub const WIDTH_PX: &str = "width_px";
/// How high it is.
pub const HEIGHT_PX: &str = "height_px";
/// What was done to it before it was measured.
pub const NOTES: &str = "notes";
/// The hash of its thumbnail.
pub const THUMBNAIL: &str = "thumbnail";
/// The size of its thumbnail.
pub const THUMBNAIL_BYTES: &str = "thumbnail_bytes";
/// Its main colours.
pub const COLOURS: &str = "colours";
/// Which method told its text.
pub const TEXT_METHOD: &str = "text_method";
/// Which method told its faces.
pub const FACE_METHOD: &str = "face_method";
/// Its perceptual hash.
pub const HASH: &str = "hash";
/// The same without a border.
pub const HASH_TRIMMED: &str = "hash_trimmed";
/// The same of its centre.
pub const HASH_CENTRE: &str = "hash_centre";
/// The same of the heart of it.
pub const HASH_HEART: &str = "hash_heart";
/// The same of its mirror image.
pub const HASH_MIRRORED: &str = "hash_mirrored";
/// By which program, model and limits a picture was measured.
pub const MEASURED_BY: &str = "measured_by";
/// Which file is declared to be a cover's picture.
pub const FILE: &str = "file";
/// What people call a cover.
pub const NAME: &str = "name";
/// What people call it in Chinese.
pub const NAME_ZH: &str = "name_zh";
/// What it is about.
pub const THEME: &str = "theme";
/// The language of its text.
pub const LANGUAGE: &str = "language";
/// Which price is on it.
pub const PRICE_TAG: &str = "price_tag";
/// Which product is on it.
pub const PRODUCT: &str = "product";
/// For which festival it was made.
pub const FESTIVAL: &str = "festival";
/// Who made it.
pub const DESIGNER: &str = "designer";
/// Of which family it is declared to be.
pub const DECLARED_FAMILY: &str = "declared_family";
/// Where a platform serves it.
pub const COVER_IMAGE_URL: &str = "cover_image_url";
/// What else is declared of it.
pub const TAGS: &str = "tags";
/// Who says of which family it is.
pub const FAMILY_SOURCE: &str = "family_source";
/// Covers that may be versions of it.
pub const PROPOSED: &str = "proposed";
/// In what sheet and pictures disagree, in English.
pub const CONTRADICTION_EN: &str = "contradiction_en";
/// In Chinese.
pub const CONTRADICTION_ZH: &str = "contradiction_zh";
/// The size of a file.
pub const SIZE_BYTES: &str = "size_bytes";
/// The first local date that it stands on.
pub const SINCE: &str = "since";
/// The last local date under the conventions that it is made for.
pub const UNTIL: &str = "until";
/// Which experiment.
pub const EXPERIMENT: &str = "experiment";
/// A turn's first instant.
pub const TURN_START_UTC: &str = "turn_start_utc";
/// Whether the switch of covers before it may still have a say.
pub const BURN_IN: &str = "burn_in";
/// Which of the groups of a split its viewers are in.
pub const VIEWER_GROUP: &str = "viewer_group";
/// What tells the key of those groups from others.
pub const GROUP_KEY: &str = "group_key";

/// The place of a cover, or of a slot for an audience; 1 is best.
pub const RANK: &str = "rank";
/// By which rate.
pub const RANKED_BY: &str = "ranked_by";
/// What that rate exceeds with 95 %.
pub const PROVEN_RATE: &str = "proven_rate";
/// In how many broadcasts it was seen.
pub const BROADCASTS: &str = "broadcasts";
/// On how many local dates.
pub const DAYS: &str = "days";
/// Facts that are partly another cover's.
pub const CONTAMINATED_ROWS: &str = "contaminated_rows";
/// What intervals stand on.
pub const INTERVAL_BASIS: &str = "interval_basis";
/// Clicks ÷ impressions on the common mix.
pub const CTR_STANDARDIZED: &str = "ctr_standardized";
/// Entrants ÷ impressions on the common mix.
pub const EFFECTIVE_CTR_STANDARDIZED: &str = "effective_ctr_standardized";
/// On how much of the common mix a cover was seen.
pub const MIX_COVERED: &str = "mix_covered";
/// What to know of the row, in words.
pub const NOTE: &str = "note";

/// The first local date.
pub const FIRST_LOCAL_DATE: &str = "first_local_date";
/// The last local date.
pub const LAST_LOCAL_DATE: &str = "last_local_date";

/// First date of the period before.
pub const BEFORE_SINCE: &str = "before_since";
/// Its last date.
pub const BEFORE_UNTIL: &str = "before_until";
/// First date of the period after.
pub const AFTER_SINCE: &str = "after_since";
/// Its last date.
pub const AFTER_UNTIL: &str = "after_until";
/// Dates with rows in the period before.
pub const BEFORE_DAYS: &str = "before_days";
/// Dates with rows in the period after.
pub const AFTER_DAYS: &str = "after_days";
/// The rate before.
pub const BEFORE: &str = "before";
/// The rate after.
pub const AFTER: &str = "after";
/// After − before.
pub const CHANGE: &str = "change";
/// What of it happened within cells.
pub const WITHIN: &str = "within";
/// What of it came of the mix.
pub const MIX: &str = "mix";
/// Cells of slot and audience that could be compared.
pub const CELLS: &str = "cells";
/// Of those, the ones whose rate rose.
pub const CELLS_ROSE: &str = "cells_rose";
/// And fell.
pub const CELLS_FELL: &str = "cells_fell";
/// Whether the rate and the cells went opposite ways.
pub const REVERSAL: &str = "reversal";

/// Of which rate the first step is.
pub const CLICK_METRIC: &str = "click_metric";
/// Entries ÷ clicks.
pub const ENTER_RATE: &str = "enter_rate";
/// The step from impression to click: rate, baseline, and the probabilities that the one is above and below the other.
pub const CLICK_STEP: [&str; 4] = ["click_rate", "click_baseline", "click_above", "click_below"];
/// The step from click to entry.
pub const ENTER_STEP: [&str; 4] = [ENTER_RATE, "enter_baseline", "enter_above", "enter_below"];
/// The step from entry to stay.
pub const STAY_STEP: [&str; 4] = [STAY_RATE, "stay_baseline", "stay_above", "stay_below"];
/// What was found.
pub const FINDING: &str = "finding";
/// How probable it is.
pub const CERTAINTY: &str = "certainty";
/// What to do about it, in English.
pub const ACTION_EN: &str = "action_en";
/// In Chinese.
pub const ACTION_ZH: &str = "action_zh";

/// Whether covers were put on air by lot; false of every table but those of experiments.
pub const RANDOMIZED: &str = "randomized";
/// What to know of the row, in Chinese.
pub const NOTE_ZH: &str = "note_zh";
/// Broadcasts in which a cover was on air beside those it is compared with.
pub const COMPARED_BROADCASTS: &str = "compared_broadcasts";
/// How much of a cover's impressions lies in the broadcasts, slots and audiences of the comparison.
pub const COMPARED_SHARE: &str = "compared_share";
/// The market's rate × the cover's ratio to the others of its broadcasts.
pub const ADJUSTED_RATE: &str = "adjusted_rate";
/// The cover's step from impression to click ÷ that of the other covers in the same broadcasts.
pub const CLICK_RATIO: &str = "click_ratio";
/// The same of the step from click to entry.
pub const ENTER_RATIO: &str = "enter_ratio";
/// The same of the step from entry to stay.
pub const STAY_RATIO: &str = "stay_ratio";

/// Entrants, or clicks, per hour on air.
pub const PER_HOUR: &str = "per_hour";
/// The same, had all slots had the same covers.
pub const ADJUSTED_PER_HOUR: &str = "adjusted_per_hour";
/// What that exceeds with 95 %.
pub const PROVEN_PER_HOUR: &str = "proven_per_hour";

/// The slot's end on the market's clock.
pub const SLOT_END_LOCAL: &str = "slot_end_local";
/// The first instant after the slot.
pub const SLOT_END_UTC: &str = "slot_end_utc";
/// The slot's start on the team's clock.
pub const SLOT_START_HOME: &str = "slot_start_home";
/// Its end there.
pub const SLOT_END_HOME: &str = "slot_end_home";
/// Whose clock that is.
pub const HOME_TIMEZONE: &str = "home_timezone";
/// The rate to be expected.
pub const EXPECTED: &str = "expected_rate";
/// Impressions on a day on which the slot is on air.
pub const IMPRESSIONS_PER_DAY: &str = "impressions_per_day";
/// Entrants on such a day.
pub const ENTRANTS_PER_DAY: &str = "entrants_per_day";

/// Versions of one cover.
pub const FAMILY: &str = "family";
/// The version for this market.
pub const LOCALIZED_COVER_ID: &str = "localized_cover_id";
/// The version that markets share.
pub const SHARED_COVER_ID: &str = "shared_cover_id";
/// What a comparison stands on.
pub const BASIS: &str = "basis";
/// The localized cover's rate on the matched mix.
pub const LOCALIZED_RATE: &str = "localized_rate";
/// The shared cover's.
pub const SHARED_RATE: &str = "shared_rate";
/// The localized cover's rate ÷ what is usual in its market.
pub const LOCALIZED_INDEX: &str = "localized_index";
/// The shared cover's ÷ what is usual in its markets.
pub const SHARED_INDEX: &str = "shared_index";
/// Localized ÷ shared.
pub const RATIO: &str = "ratio";
/// How much of the localized cover's trials could be matched.
pub const MATCHED_SHARE: &str = "matched_share";
/// Broadcasts with the localized cover.
pub const LOCALIZED_BROADCASTS: &str = "localized_broadcasts";
/// Broadcasts with the shared cover.
pub const SHARED_BROADCASTS: &str = "shared_broadcasts";

/// Who sees which cover.
pub const DESIGN: &str = "design";
/// Whether the others are held against it.
pub const IS_CONTROL: &str = "is_control";
/// In how many turns of a rotation it was seen.
pub const TURNS: &str = "turns";
/// What 1,000 impressions are worth.
pub const VALUE_PER_MILLE: &str = "value_per_mille";
/// Value of the arm ÷ value of the control − 1.
pub const EFFECT: &str = "effect";
/// The same of CTR.
pub const CTR_EFFECT: &str = "ctr_effect";
/// The same of the stay rate.
pub const STAY_EFFECT: &str = "stay_effect";
/// The same of click conversion.
pub const CONVERSION_EFFECT: &str = "conversion_effect";
/// How often chance alone would show as much, at any look.
pub const P_VALUE: &str = "p_value";
/// The same, all arms together.
pub const P_HOLM: &str = "p_holm";
/// The same, all cells of a scope together.
pub const P_ADJUSTED: &str = "p_adjusted";
/// The probability of being worth most.
pub const PROBABILITY_BEST: &str = "probability_best";
/// What choosing it costs on average against the best.
pub const EXPECTED_LOSS: &str = "expected_loss";
/// Whether fewer stay than is put up with.
pub const STAY_GUARDRAIL: &str = "stay_guardrail";
/// Whether fewer buy than is put up with.
pub const CONVERSION_GUARDRAIL: &str = "conversion_guardrail";
/// Impressions of another cover than was planned ÷ all.
pub const OFF_PLAN_SHARE: &str = "off_plan_share";
/// The least adjusted p value of any check of exposures.
pub const IMBALANCE_P: &str = "imbalance_p";
/// Where a test stands.
pub const STATE: &str = "state";
/// The date whose look ended a test.
pub const DECIDED_ON: &str = "decided_on";
/// What is independent of each other.
pub const UNIT: &str = "unit";
/// Broadcasts of equal size that a split's are worth.
pub const INFORMATION: &str = "information";
/// The part of an arm that is compared with nothing.
pub const LEFT_OUT_SHARE: &str = "left_out_share";
/// What the last look alone says of the effect.
pub const EFFECT_TODAY: &str = "effect_today";
/// The effect of the last seven nights.
pub const RECENT_EFFECT: &str = "recent_effect";
/// How long an arm was on air.
pub const HOURS_ON_AIR: &str = "hours_on_air";
/// What an hour on air is worth.
pub const VALUE_PER_HOUR: &str = "value_per_hour";
/// The effect on what 1,000 impressions are worth.
pub const PER_MILLE_EFFECT: &str = "per_mille_effect";
/// The effect on stays.
pub const STAYS_EFFECT: &str = "stays_effect";
/// The effect on orders.
pub const ORDERS_EFFECT: &str = "orders_effect";
/// Whether orders are lost.
pub const ORDERS_GUARDRAIL: &str = "orders_guardrail";
/// Nights that a test still needs.
pub const NIGHTS_NEEDED: &str = "nights_needed";
/// The least p value that a test can give.
pub const LEAST_P: &str = "least_p";
/// The p value, all arms of all places together.
pub const P_ACROSS: &str = "p_across";
/// How many places an experiment runs in.
pub const PLACES: &str = "places";
/// Places in which an arm won.
pub const PLACES_WON: &str = "places_won";
/// Places in which an arm was worse.
pub const PLACES_WORSE: &str = "places_worse";
/// The effect over all places.
pub const POOLED_EFFECT: &str = "pooled_effect";
/// The effect to be expected in one more place.
pub const PREDICTED_EFFECT: &str = "predicted_effect";
/// How far true effects of places lie apart.
pub const BETWEEN_PLACES: &str = "between_places";
/// The share of the variation between places that is not chance.
pub const INCONSISTENCY: &str = "inconsistency";
/// How probable a false word in any place is.
pub const ANY_FALSE_WORD: &str = "any_false_word";
/// What to do with the arm.
pub const DECISION: &str = "decision";
/// Which cover to put on air.
pub const ON_AIR: &str = "on_air";
/// Why, in English.
pub const REASON_EN: &str = "reason_en";
/// In Chinese.
pub const REASON_ZH: &str = "reason_zh";
/// What an arm was given of the audience.
pub const EXPOSURES: &str = "exposures";
/// What was counted for that.
pub const EXPOSURE_BASIS: &str = "exposure_basis";
/// What it should have been given.
pub const EXPECTED_EXPOSURES: &str = "expected_exposures";
/// Pearson's statistic.
pub const CHI_SQUARE: &str = "chi_square";
/// By how much more exposures vary than if each were drawn for itself.
pub const INFLATION: &str = "inflation";
/// Its degrees of freedom.
pub const DEGREES: &str = "degrees";
/// How many there are that are independent of each other.
pub const UNITS: &str = "units";
/// Whether exposures are too uneven for chance.
pub const IS_IMBALANCED: &str = "is_imbalanced";

/// What a split draws a cover for.
pub const ASSIGNMENT: &str = "assignment";
/// How many tests of nothing were run.
pub const TESTS: &str = "tests";
/// How many false winners are tolerated, as a share.
pub const LEVEL: &str = "level";
/// Tests that named a winner where there was none.
pub const FALSE_WINNERS: &str = "false_winners";
/// The same, as a share.
pub const FALSE_WINNERS_SHARE: &str = "false_winners_share";
/// The share that plain intervals of 95 %, looked at every day, would have named.
pub const UNGUARDED_SHARE: &str = "unguarded_share";

/// The first local date on which a cover was on air.
pub const FIRST_AIRED: &str = "first_aired";
/// The last one.
pub const LAST_AIRED: &str = "last_aired";
/// Since when a cover has not been on air.
pub const RESTED_SINCE: &str = "rested_since";
/// For how many days it has not been on air.
pub const RESTED_DAYS: &str = "rested_days";
/// Days on air after which a rate is halved.
pub const HALF_LIFE_DAYS: &str = "half_life_days";
/// Impressions after which it is.
pub const HALF_LIFE_IMPRESSIONS: &str = "half_life_impressions";
/// What a day on air leaves of a rate.
pub const KEPT_PER_DAY: &str = "kept_per_day";
/// Whether a cover fades.
pub const FATIGUE: &str = "fatigue";
/// What a rest did.
pub const REST: &str = "rest";
/// The rate after a rest ÷ what it had come to before.
pub const AFTER_REST: &str = "after_rest";
/// When the platform changed its ways.
pub const CHANGED_ON: &str = "changed_on";
/// In what it changed.
pub const CHANGE_KIND: &str = "change_kind";
/// What is told of covers: a measure or a tag.
pub const KIND: &str = "kind";
/// Of a tag, its value.
pub const VALUE: &str = "value";
/// How many covers.
pub const COVERS: &str = "covers";
/// How many of them are of the kind.
pub const COVERS_OF_KIND: &str = "covers_of_kind";
/// What a standard deviation of a measure is.
pub const STEP: &str = "step";
/// A ratio without anything borrowed.
pub const RAW_RATIO: &str = "raw_ratio";
/// A ratio of a market ÷ the same of the other markets.
pub const ELSEWHERE_RATIO: &str = "elsewhere_ratio";
/// The probability of such a ratio of ratios.
pub const P_ELSEWHERE: &str = "p_elsewhere";
/// The same, as one of many questions.
pub const P_ELSEWHERE_ADJUSTED: &str = "p_elsewhere_adjusted";
/// What was found of it.
pub const FINDING_ELSEWHERE: &str = "finding_elsewhere";
/// How much of a figure comes from other places.
pub const BORROWED: &str = "borrowed";
/// How far like covers lie apart.
pub const BETWEEN_COVERS: &str = "between_covers";
/// How often chance alone shows as much.
pub const P: &str = "p";
/// What a test compares: covers or kinds.
pub const ABOUT: &str = "about";
/// The cover that a cover is to be tested against.
pub const AGAINST_COVER_ID: &str = "against_cover_id";
/// The last local date that is published of a place.
pub const DATA_UNTIL: &str = "data_until";
/// The last local date that is over there.
pub const OVER_UNTIL: &str = "over_until";
/// Local dates that are over and not published.
pub const MISSING_DAYS: &str = "missing_days";
/// Local dates that late exports may still change.
pub const PROVISIONAL_DAYS: &str = "provisional_days";
/// When the last of them is final.
pub const FINAL_BY: &str = "final_by";
/// What is missing and why, in English.
pub const LACK_EN: &str = "lack_en";
/// In Chinese.
pub const LACK_ZH: &str = "lack_zh";
/// What is advised.
pub const ACTION: &str = "action";
/// The cover that goes off air.
pub const INSTEAD_OF: &str = "instead_of";
/// The cover that is to be tested.
pub const TEST_AGAINST: &str = "test_against";
/// How clocks change near a night, in English.
pub const CLOCK_NOTE_EN: &str = "clock_note_en";
/// In Chinese.
pub const CLOCK_NOTE_ZH: &str = "clock_note_zh";
/// How sure advice is.
pub const SURENESS: &str = "sureness";
/// Covers that are not to be used.
pub const AVOID: &str = "avoid";
/// The date of the first brief that advised something.
pub const ADVISED_ON: &str = "advised_on";
/// The date of the last one.
pub const ADVISED_UNTIL: &str = "advised_until";
/// The change that was to be expected.
pub const EXPECTED_CHANGE: &str = "expected";
/// What became of advice.
pub const OUTCOME: &str = "outcome";
/// Broadcasts before advice was followed.
pub const BROADCASTS_BEFORE: &str = "broadcasts_before";
/// Broadcasts since.
pub const BROADCASTS_SINCE: &str = "broadcasts_since";
/// The rate before.
pub const RATE_BEFORE: &str = "rate_before";
/// The rate since.
pub const RATE_SINCE: &str = "rate_since";
/// The rate of a cover.
pub const RATE: &str = "rate";
/// The rate of the cover that it is held against.
pub const AGAINST_RATE: &str = "against_rate";
/// How probably it is better.
pub const PROBABILITY: &str = "probability";
/// What a test is expected to bring.
pub const EXPECTED_GAIN: &str = "expected_gain";
/// In how many days.
pub const HORIZON_DAYS: &str = "horizon_days";
/// How many broadcasts a test takes.
pub const BROADCASTS_NEEDED: &str = "broadcasts_needed";
/// The name of a rule of a market.
pub const RULE: &str = "rule";
/// How grave it is not to keep a rule.
pub const SEVERITY: &str = "severity";
/// What a rule looks at.
pub const MEASURE: &str = "measure";
/// What it found there.
pub const FOUND: &str = "found";
/// What it allows.
pub const ALLOWED: &str = "allowed";
/// Where a rule is written.
pub const SOURCE: &str = "source";
/// The covers that worked and look most like one.
pub const NEAREST: &str = "nearest";
/// How far the nearest of them is.
pub const DISTANCE: &str = "distance";

/// Within how many local dates a viewer can come back.
pub const WITHIN_DAYS: &str = "within_days";
/// Viewers who entered.
pub const ENTRANTS: &str = "entrants";
/// Of whom it is known whether they came back.
pub const DUE: &str = "due";
/// Of whom it is known that they did.
pub const BACK: &str = "back";
/// Who came back ÷ of whom it is known.
pub const REVISIT_RATE: &str = "revisit_rate";
/// How much more often a cover's entrants come back than those of others.
pub const REVISIT_RATIO: &str = "revisit_ratio";
/// Within how many local dates a cover's entrants come back.
pub const REVISIT_WITHIN_DAYS: &str = "revisit_within_days";
/// What `revisit` finds of a cover.
pub const REVISIT_FINDING: &str = "revisit_finding";
/// What a variant does to revisits.
pub const REVISITS_EFFECT: &str = "revisits_effect";
/// How the guardrail of revisits stands.
pub const REVISITS_GUARDRAIL: &str = "revisits_guardrail";
/// Of whom others were in the same broadcasts and slots.
pub const COMPARED: &str = "compared";
/// A rate in the broadcasts and slots that others share.
pub const MATCHED_RATE: &str = "matched_rate";
/// The others' rate there.
pub const OTHERS_RATE: &str = "others_rate";
/// How an effect was told.
pub const METHOD: &str = "method";
/// Visits that were bad.
pub const BAD_VISITS: &str = "bad_visits";
/// Visits that were good.
pub const GOOD_VISITS: &str = "good_visits";
/// Visits whose viewers have no week before or after.
pub const LEFT_OUT_VISITS: &str = "left_out_visits";
/// How many hosts.
pub const HOSTS: &str = "hosts";
/// How many local dates.
pub const DATES: &str = "dates";
/// Before bad visits.
pub const BAD_BEFORE: &str = "bad_before";
/// After bad visits.
pub const BAD_AFTER: &str = "bad_after";
/// Before good visits.
pub const GOOD_BEFORE: &str = "good_before";
/// After good visits.
pub const GOOD_AFTER: &str = "good_after";
/// What cannot be an effect.
pub const PLACEBO: &str = "placebo";
/// That it is none.
pub const P_PLACEBO: &str = "p_placebo";
/// Local dates that losses are summed from.
pub const LOSS_DATES: &str = "loss_dates";
/// Bad visits on them.
pub const LOSS_VISITS: &str = "loss_visits";
/// Impressions after bad visits.
pub const EXPOSED_IMPRESSIONS: &str = "exposed_impressions";
/// Clicks that they would have had.
pub const CLICKS_LOST: &str = "clicks_lost";
/// Orders that would have come of them.
pub const ORDERS_LOST: &str = "orders_lost";
/// What has to hold, in English.
pub const ASSUMPTIONS_EN: &str = "assumptions_en";
/// What has to hold, in Chinese.
pub const ASSUMPTIONS_ZH: &str = "assumptions_zh";
/// The platform whose broadcasts a source of quality watched.
pub const OF_PLATFORM: &str = "of_platform";
/// The room or host that lasts over broadcasts.
pub const HOST_ID: &str = "host_id";
/// How often a broadcast was watched.
pub const VIEWS: &str = "views";
/// Views that had a first frame.
pub const STARTS: &str = "starts";
/// Those that had it in time.
pub const GOOD_STARTS: &str = "good_starts";
/// Good starts ÷ starts.
pub const GOOD_START_SHARE: &str = "good_start_share";
/// How long the first frame took for half of the starts.
pub const P50_FIRST_FRAME_MS: &str = "p50_first_frame_ms";
/// How long it took for 95 in 100.
pub const P95_FIRST_FRAME_MS: &str = "p95_first_frame_ms";
/// How often the picture stood still.
pub const STALLS: &str = "stalls";
/// In how many views for long enough to be noticed.
pub const STALLED_VIEWS: &str = "stalled_views";
/// For how long.
pub const STALL_SECONDS: &str = "stall_seconds";
/// For how long was watched.
pub const WATCH_SECONDS: &str = "watch_seconds";
/// Stalled time ÷ watched time.
pub const STALL_RATIO: &str = "stall_ratio";
/// Views that failed.
pub const FAILURES: &str = "failures";
/// Failures ÷ views.
pub const FAILURE_SHARE: &str = "failure_share";
/// Who watched.
pub const VIEWERS: &str = "viewers";
/// Who had a bad view.
pub const VIEWERS_HIT: &str = "viewers_hit";
/// How far sound and picture were apart.
pub const MEAN_OFFSET_MS: &str = "mean_audio_video_offset_ms";
/// How much was sent in a second.
pub const MEAN_BITRATE_KBPS: &str = "mean_bitrate_kbps";
/// The rendition that most views had.
pub const RUNG: &str = "rung";
/// How many of the views had it.
pub const RUNG_SHARE: &str = "rung_share";

/// The first instant of five minutes.
pub const MINUTE_START_UTC: &str = "minute_start_utc";
/// How many minutes a row is of.
pub const MINUTES: &str = "minutes";
/// Views that were bad.
pub const BAD_VIEWS: &str = "bad_views";

/// The name of a rate that is shrunken towards its market's covers.
#[must_use]
pub fn shrunken(rate: &str) -> String {
    format!("{rate}_shrunken")
}

/// The name of a rate on the common mix of slot and audience.
#[must_use]
pub fn standardized(rate: &str) -> String {
    format!("{rate}_standardized")
}

/// The name of a number's lower bound: of a count the least it can be, of a rate the lower 95 % bound.
#[must_use]
pub fn low(number: &str) -> String {
    format!("{number}_low")
}

/// The name of a number's upper bound.
#[must_use]
pub fn high(number: &str) -> String {
    format!("{number}_high")
}
