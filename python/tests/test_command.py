"""The command that the wheel brings is the program: its words, its exit codes, and how it is stopped."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import coverledger
from workspace import Workspace, command

SCRIPT = Path(sys.executable).parent / "coverledger"
STOPS_WITHIN_SECONDS = 30


class Command(unittest.TestCase):
    def test_the_script_and_the_module_say_who_they_are(self) -> None:
        by_script = subprocess.run([SCRIPT, "--version"], capture_output=True, text=True, check=True).stdout
        self.assertRegex(by_script, rf"^coverledger {coverledger.__version__} \(.+\)\n$")
        self.assertEqual(command("--version"), by_script)

    def test_exit_codes_are_the_programs(self) -> None:
        workspace = Workspace()
        self.addCleanup(workspace.close)
        self.assertIn("nightly", workspace.command("check"))
        self.assertIn("there is no job `weekly`", workspace.command("run", "weekly", code=2))
        self.assertIn("error:", workspace.command("shw", code=2))
        workspace.write({"config/markets.yaml": "version: 2\n"})
        self.assertIn("config/markets.yaml", workspace.command("check", code=3))

    def test_what_is_written_goes_where_it_should(self) -> None:
        reader = subprocess.run(f"'{SCRIPT}' --help | head -1", shell=True, capture_output=True, text=True)
        self.assertEqual((reader.returncode, reader.stderr), (0, ""))
        self.assertIn("Settles how live-room covers performed", reader.stdout)

    def test_an_interrupted_run_stops_as_the_program_does(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            command("demo", folder, "--generate-only", "--events", 400_000)
            folders = ["--config", f"{folder}/config", "--jobs", f"{folder}/jobs"]
            line = [SCRIPT, "run", "nightly", "--at", "2026-11-02T12:00:00Z", "--log", "json", *folders]
            process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            # Its first words are those of the log, once it is at work.
            first = process.stderr.readline()
            self.assertIn("{", first)
            process.send_signal(signal.SIGINT)
            started = time.monotonic()
            _, errors = process.communicate(timeout=120)
            self.assertLess(time.monotonic() - started, STOPS_WITHIN_SECONDS)
            self.assertEqual(process.returncode, 130, errors)
            self.assertNotIn("KeyboardInterrupt", errors)
            self.assertNotIn("Traceback", errors)

    def test_a_schedule_starts_its_runs_by_the_same_interpreter(self) -> None:
        workspace = Workspace()
        self.addCleanup(workspace.close)
        job = workspace.path / "jobs/nightly.yaml"
        job.write_text(job.read_text() + 'schedule: {cron: "* * * * *", timezone: UTC}\n')
        # The folders of exports go with the calendar: there are none of yesterday, which a run says.
        process = subprocess.Popen(
            [sys.executable, "-m", "coverledger", "schedule", "--log", "json"],
            cwd=workspace.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        self.addCleanup(process.kill)
        record = workspace.archive / "_runs/nightly.json"
        deadline = time.monotonic() + 90
        while not record.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertTrue(record.exists(), errors)
        self.assertEqual(process.returncode, 0, errors)
        self.assertNotIn("cannot be started", errors)

    def test_an_interrupted_command_that_hears_no_signal_dies_of_it(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            # Nobody writes into it, so that opening it takes for ever.
            os.mkfifo(Path(folder, "export.csv"))
            process = subprocess.Popen([SCRIPT, "inspect", Path(folder, "export.csv")], stderr=subprocess.PIPE)
            self.addCleanup(process.kill)
            time.sleep(2)
            self.assertIsNone(process.poll(), "it waits")
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=STOPS_WITHIN_SECONDS)
            self.assertEqual(process.returncode, -signal.SIGINT)


if __name__ == "__main__":
    unittest.main()
