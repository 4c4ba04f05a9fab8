"""Tables by receipts: the same as the program shows, as files hold them, and as it was before."""

import csv
import io
import unittest
from datetime import date, datetime, timedelta, timezone

import coverledger
import duckdb
import pyarrow as pa
from workspace import LATE, Workspace


class Published(unittest.TestCase):
    """An archive of which one market-day has a second revision."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.workspace = Workspace()
        cls.addClassCleanup(cls.workspace.close)
        cls.before = datetime.now(timezone.utc)
        cls.first = cls.workspace.run()
        cls.workspace.write(LATE)
        cls.second = cls.workspace.run()
        cls.archive = cls.workspace.archive

    def impressions(self, **asked: object) -> "list[tuple[str, str, int]]":
        """By market and date, of rows of which they are known."""
        table = coverledger.read("slot_audience", self.archive, **asked)
        sums: "dict[tuple[str, str], int]" = {}
        for row in table.to_pylist():
            place = (row["market"], str(row["local_date"]))
            sums[place] = sums.get(place, 0) + (row["impressions_low"] or 0)
        return [(*place, count) for place, count in sums.items()]

    def test_every_table_is_what_the_program_shows(self) -> None:
        names = [table.name for table in coverledger.tables(self.archive)]
        self.assertIn("slot_audience", names)
        self.assertIn("cover", names)
        for name in names:
            with self.subTest(name):
                table = coverledger.read(name, self.archive)
                shown = list(csv.reader(io.StringIO(self.workspace.command("show", name, "--output", "csv"))))
                self.assertEqual(table.column_names, shown[0])
                self.assertEqual(table.schema, coverledger.schema(name))
                rows = [list(row.values()) for row in table.to_pylist()]
                self.assertEqual(len(rows), len(shown) - 1)
                for found, cells in zip(rows, shown[1:]):
                    for value, text, column in zip(found, cells, shown[0]):
                        self.assertTrue(is_alike(value, text), f"{column}: {value!r} and {text!r}")

    def test_it_is_what_the_files_hold(self) -> None:
        for name in ("slot_audience", "funnel"):
            files = f"{self.archive}/{name}/*/*/*/*.parquet"
            query = f"select * from read_parquet('{files}', union_by_name = true, hive_partitioning = false)"
            held = duckdb.sql(query).to_arrow_table()
            table = coverledger.read(name, self.archive)
            self.assertEqual(table.column_names, held.column_names)
            self.assertGreater(table.num_rows, 0)
            key = [(column, "ascending") for column in next(t.key for t in coverledger.tables(self.archive) if t.name == name)]
            self.assertEqual(table.sort_by(key).to_pylist(), held.cast(table.schema).sort_by(key).to_pylist())

    def test_a_past_state_is_read_as_it_was(self) -> None:
        first = [("GB", "2026-11-19", 1100), ("GB", "2026-11-20", 2000), ("US", "2026-11-19", 300), ("US", "2026-11-20", 400)]
        second = [("GB", "2026-11-19", 1100), ("GB", "2026-11-20", 2500), *first[2:]]
        day = timedelta(days=1)
        for as_of, expected in [
            (self.before, []),
            (self.first, first),
            (self.first.isoformat(), first),
            (self.first.astimezone(timezone(timedelta(hours=8))), first),
            (self.second, second),
            (None, second),
            (self.second.date(), second),
            (str(self.second.date()), second),
            (self.before.date() - day, []),
        ]:
            with self.subTest(as_of):
                self.assertEqual(self.impressions(as_of=as_of), expected)

    def test_rows_are_those_that_are_asked_for(self) -> None:
        self.assertEqual(self.impressions(markets="GB", to=date(2026, 11, 19)), [("GB", "2026-11-19", 1100)])
        self.assertEqual(self.impressions(platforms=["shop"], from_="2026-11-20"), [("US", "2026-11-20", 400)])
        self.assertEqual(self.impressions(markets=["GB", "US"], from_="2026-11-20", to="2026-11-20")[1:], [("US", "2026-11-20", 400)])
        self.assertEqual(self.impressions(markets="US", platforms="live"), [])
        # As it was before anything of it was published, it is known and empty.
        self.assertEqual(self.impressions(markets="US", as_of=self.before), [])

    def test_of_decisions_the_last_date_is_read_unless_others_are_asked_for(self) -> None:
        last = coverledger.read("cover", self.archive, markets="GB")
        self.assertEqual(set(last["as_of"].to_pylist()), {date(2026, 11, 20)})
        self.assertEqual(coverledger.read("cover", self.archive, markets="GB", to="2026-11-19").num_rows, 0)

    def test_a_configuration_names_its_archive(self) -> None:
        by_folder = coverledger.read("funnel", self.archive)
        self.assertEqual(coverledger.read("funnel", self.workspace.config), by_folder)
        self.assertEqual(coverledger.read("funnel", str(self.workspace.config)), by_folder)
        self.assertEqual(coverledger.read("funnel", f"file://{self.archive}"), by_folder)

    def test_tables_are_told_with_what_they_answer(self) -> None:
        table = next(table for table in coverledger.tables(self.archive) if table.name == "slot_audience")
        self.assertEqual((table.objects, table.date_column), (4, "local_date"))
        self.assertEqual((table.first, table.last), (date(2026, 11, 19), date(2026, 11, 20)))
        self.assertTrue(table.question.endswith("?"))
        self.assertEqual(table.key[:3], ("platform", "market", "local_date"))

    def test_a_schema_says_what_columns_are(self) -> None:
        field = coverledger.schema("slot_audience").field("impressions")
        self.assertEqual(field.type, pa.int64())
        self.assertIn(b"about", field.metadata)
        self.assertIn(b"null", field.metadata)

    def test_what_makes_no_sense_is_said(self) -> None:
        nowhere = self.workspace.path / "nowhere"
        for asked, expected in [
            (("slot_audiense", self.archive), "did you mean `slot_audience`?"),
            (("brief", self.archive), "`brief` is a page and no table"),
            (("funnel", nowhere), str(nowhere)),
            (("funnel", self.workspace.path), "nothing is published in"),
            (("funnel", "s4://bucket/archive"), "s4://bucket/archive"),
            (("funnel", self.archive, "yesterday"), "`as_of` is `yesterday`, which is no instant"),
            (("funnel", self.archive, datetime(2026, 11, 20)), "says no zone"),
        ]:
            with self.subTest(expected):
                with self.assertRaises(coverledger.CoverledgerError) as raised:
                    coverledger.read(*asked)
                self.assertIn(expected, str(raised.exception))
        for asked, expected in [
            ({"markets": "UK"}, "there is no market `UK` (known: `GB`, `US`"),
            ({"markets": ["GB", "USA"]}, "did you mean `US`?"),
            ({"platforms": "liv"}, "there is no platform `liv` (known: `live`, `shop`; did you mean `live`?)"),
            ({"from_": "2026-11-21", "to": "2026-11-20"}, "`from_` is `2026-11-21`, after `to`"),
            ({"from_": "20 November"}, "`from_` is `20 November`, which is no date"),
            ({"to": datetime(2026, 11, 20, tzinfo=timezone.utc)}, "an instant (expected a date)"),
        ]:
            with self.subTest(expected):
                with self.assertRaises(coverledger.CoverledgerError) as raised:
                    coverledger.read("funnel", self.archive, **asked)
                self.assertIn(expected, str(raised.exception))


class Damaged(unittest.TestCase):
    """What is not known is not left out in silence."""

    def setUp(self) -> None:
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)
        self.workspace.run()

    def error(self, **asked: object) -> str:
        with self.assertRaises(coverledger.CoverledgerError) as raised:
            coverledger.read("funnel", self.workspace.archive, **asked)
        return str(raised.exception)

    def test_a_receipt_that_cannot_be_read(self) -> None:
        receipt = self.workspace.archive / "_receipts/live/GB/2026-11-20/00000001.json"
        receipt.write_text("{}")
        self.assertIn("_receipts/live/GB/2026-11-20/00000001.json", self.error())
        self.assertGreater(coverledger.read("funnel", self.workspace.archive, markets="US").num_rows, 0)

    def test_bytes_that_are_others_or_gone(self) -> None:
        revisions = sorted((self.workspace.archive / "_revisions").iterdir())
        for revision in revisions:
            revision.write_bytes(revision.read_bytes()[:-1] + b"!")
        self.assertIn("does not hold the bytes that its name is the hash of", self.error())
        for revision in revisions:
            revision.unlink()
        self.assertIn("is not there", self.error())


def is_alike(value: object, text: str) -> bool:
    """Whether a cell of CSV says a value."""
    if value is None:
        return text == ""
    if isinstance(value, bool):
        return text == str(value).lower()
    if isinstance(value, float):
        return float(text) == value
    if isinstance(value, datetime):
        said = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return said == value and (said.tzinfo is None) == (value.tzinfo is None)
    return text == str(value)


if __name__ == "__main__":
    unittest.main()
