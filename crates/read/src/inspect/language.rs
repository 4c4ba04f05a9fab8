//! Conclusions from the language of the headers about the values.

use super::column::Column;
use super::column_kind::ColumnKind;
use super::name::fold;

/// Words of headers in languages that write dates with dots, the day first.
#[rustfmt::skip]
const DAY_FIRST: &[&str] = &[
    "datum", "tag", "stunde", "uhrzeit", "zeit", "startzeit", "endzeit", "beginn", "ende", "dauer", "sendung", "impressionen",
    "klicks", "aufrufe", "zuschauer", "bestellungen", "wiedergabezeit", "klickrate", "inhalte", "tarih", "saat", "gösterim",
    "data", "godzina", "wyświetlenia", "kliknięcia", "čas", "den", "zobrazení", "dátum", "dato", "päivä", "päivämäärä",
    "visningar", "visninger", "klikk", "klik", "bestillinger", "näyttökerrat", "дата", "время", "показы", "клики", "заказы",
];

/// Dates with dots have the day first where the headers are in a language that writes them so; elsewhere that is asked.
pub(super) fn settle_dots(columns: &mut [Column]) {
    let is_one = |column: &Column| {
        fold(&column.raw).split(|c: char| !c.is_alphabetic()).any(|word| DAY_FIRST.contains(&word))
    };
    if !columns.iter().any(is_one) {
        return;
    }
    for column in columns {
        if matches!(column.kind, ColumnKind::Date(Some(pattern)) | ColumnKind::Wall(Some(pattern)) if pattern.starts_with("%d.%m"))
        {
            column.is_ambiguous = false;
        }
    }
}
