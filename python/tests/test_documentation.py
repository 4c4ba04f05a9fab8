"""The examples of docs/NOTEBOOK.md, executed in their order on a demo that the command writes."""

import contextlib
import io
import os
import re
import tempfile
import unittest
from pathlib import Path

from workspace import command

PAGE = Path(__file__).parents[2] / "docs/NOTEBOOK.md"
# What each block prints, in a few words of it.
EXPECTED = [
    ["rows of [datetime.date(2026, 10, 28)"],
    ["impressions: ", "ctr: ", "Null: "],
    ["0 rows were known then, and "],
    ["42 of 10,000 is 0.31% to 0.57%"],
    ["Interval(low=0."],
    ["broadcasts\n"],
    ["unknown table `slot_audiense`", "did you mean `slot_audience`?"],
]


class Notebook(unittest.TestCase):
    def test_every_example_runs_and_says_what_it_should(self) -> None:
        blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S)
        self.assertEqual(len(blocks), len(EXPECTED))
        here = os.getcwd()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            self.addCleanup(os.chdir, here)
            command("demo", "demo")
            names: "dict[str, object]" = {}
            for block, words in zip(blocks, EXPECTED):
                printed = io.StringIO()
                with contextlib.redirect_stdout(printed):
                    exec(block, names)
                for word in words:
                    self.assertIn(word, printed.getvalue())
            os.chdir(here)


if __name__ == "__main__":
    unittest.main()
