//! Arguments of `coverledger show`.

use clap::Args;
use jiff::civil::Date;

use super::RowOutput;
use crate::cli::lang::Lang;
use coverledger_archive::TableName;
use coverledger_config::among;

/// `show`
#[derive(Debug, Args)]
pub struct Show {
    /// Which table. What to do: `advice`, `advice_log`; covers: `cover`, `cover_pair`, `cover_broadcast`, `diagnosis`,
    /// `localization`; what changed: `mix`; when: `slot_plan`; tests: `experiment`, `experiment_balance`, `experiment_pooled`,
    /// `false_winners`; the library: `covers`, `pictures`, `cover_months`, `cover_history`, `cover_type`, `next_tests`,
    /// `cover_checks`; counts: `funnel`, `slot_audience`, `turns`, `viewer_groups`, `capability`, `bridge`; quality and those
    /// who come back: `quality`, `quality_effect`, `revisit`, `revisit_groups`; minutes: `broadcast_minutes`,
    /// `quality_minutes`; exports: `rejects`, `reconciliation`
    #[arg(value_parser = table)]
    pub table: TableName,
    /// Only this platform
    #[arg(long)]
    pub platform: Option<String>,
    /// Only this market
    #[arg(long)]
    pub market: Option<String>,
    /// Only this local date; for rejects and reconciliation this export date; for decisions those as of this date [default:
    /// all dates; for decisions the latest]
    #[arg(long)]
    pub date: Option<Date>,
    /// Only rows of which this holds, such as `impressions>=500`, `finding!=keeps`, `ctr>3%` or `rank=` (null); may be given
    /// more than once
    #[arg(long = "where", value_name = "CONDITION")]
    pub conditions: Vec<String>,
    /// These columns of the table, in this order [default: for people those that answer the question and fit the terminal,
    /// for programs all]
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// All columns that answer the question, however wide the terminal is
    #[arg(long)]
    pub wide: bool,
    /// Language of headings, messages and, where a table has both, of texts
    #[arg(long, value_name = "LANGUAGE", value_enum, default_value_t = Lang::En)]
    pub lang: Lang,
    /// How many rows to print; 0 prints all [default: 50 of a table for people, all for programs]
    #[arg(long)]
    pub rows: Option<usize>,
    /// How they are written
    #[command(flatten)]
    pub form: RowOutput,
}

fn table(name: &str) -> Result<TableName, String> {
    if name == TableName::Brief.as_str() {
        return Err("it is a page and no table: `coverledger brief --open` shows it".to_owned());
    }
    let known = || TableName::with_rows().map(TableName::as_str);
    TableName::with_rows().find(|table| table.as_str() == name).ok_or_else(|| among("known", known(), name))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::args::Cli;

    #[test]
    fn the_help_names_every_table() {
        let mut program = Cli::command();
        let help = program.find_subcommand_mut("show").map(|show| show.render_long_help().to_string()).unwrap();
        for table in TableName::ALL.into_iter().filter(|table| !table.is_page()) {
            assert!(help.contains(&format!("`{table}`")), "`{table}` is not in\n{help}");
        }
    }
}
