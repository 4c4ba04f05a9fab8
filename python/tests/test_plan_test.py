"""The outlook of a test is what the command says."""

import csv
import io
import tempfile
import unittest
from datetime import date
from pathlib import Path

import coverledger
from workspace import command


class Outlook(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.demo = Path(folder.name, "demo")
        command("demo", cls.demo, "--days", 5, "--events", 60_000)

    def test_it_is_what_the_command_says(self) -> None:
        config, jobs = self.demo / "config", self.demo / "jobs"
        names = [path.stem for path in sorted((config / "experiments").iterdir())]
        self.assertGreater(len(names), 0)
        known = 0
        for name in names:
            said = command("plan-test", name, "--part", "power", "--output", "csv", "--config", config, "--jobs", jobs)
            rows = list(csv.DictReader(io.StringIO(said)))
            places = coverledger.plan_test(name, config=config)
            self.assertEqual(len(places), len(rows))
            for place, row in zip(places, rows):
                for column, text in row.items():
                    value = getattr(place, column)
                    if isinstance(value, float):
                        self.assertEqual(value, float(text), column)
                    else:
                        self.assertEqual("" if value is None else str(value), text, column)
                if place.since is not None:
                    known += 1
                    self.assertIsInstance(place.since, date)
                    self.assertTrue(0 <= place.probability_found <= 1)
        self.assertGreater(known, 0, "the history of the demo says something of a place")

    def test_what_makes_no_sense_is_said(self) -> None:
        config = self.demo / "config"
        for arguments, expected in [
            ({"experiment": "nothing", "config": config}, "unknown experiment `nothing` (known: "),
            ({"experiment": "nothing", "config": config, "at": "soon"}, "`at` is `soon`, which is no instant"),
            ({"experiment": "nothing", "config": self.demo / "nowhere"}, "nowhere"),
        ]:
            with self.subTest(expected):
                with self.assertRaises(coverledger.CoverledgerError) as raised:
                    coverledger.plan_test(**arguments)
                self.assertIn(expected, str(raised.exception))


if __name__ == "__main__":
    unittest.main()
