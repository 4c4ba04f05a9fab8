"""What executors run, as Spark runs it: on rows that were parted and come back in any order.

What a driver ships is made here of the receipts of the same night: they hold the fingerprints that executors have to come to.
"""

import gc
import json
import re
import tempfile
import threading
import time
import unittest
from datetime import datetime, timezone
from pathlib import Path
from unittest import mock

import coverledger
import pyarrow as pa
import pyarrow.compute as pc
from coverledger import cluster
from coverledger._native import VERSION_AND_COMMIT
from workspace import command

PLATFORM, MARKET = "shop_app", "US"


def release(**other: object) -> "dict[str, object]":
    version, commit = re.fullmatch(r"(\S+) \((.+)\)", VERSION_AND_COMMIT).groups()
    return {"version": version, "commit": commit, "numbers_version": Night.numbers_version, **other}


class Night(unittest.TestCase):
    """Two market-days of a demo, shipped."""

    numbers_version = 0

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.demo = Path(folder.name, "demo")
        command("demo", cls.demo, "--days", 3, "--events", 9_000)
        receipts = sorted((cls.demo / f"archive/_receipts/{PLATFORM}/{MARKET}").glob("2026-*/*.json"))[:2]
        contents = [json.loads(receipt.read_text())["content"] for receipt in receipts]
        Night.numbers_version = contents[0]["numbers_version"]
        exports = {export["key"]: export for content in contents for export in content["exports"]}
        cls.counted = sum(content["totals"]["impressions"] for content in contents)
        cls.rows_in = sum(export["rows"]["rows_in"] for export in exports.values())
        cls.exports = len(exports)
        cls.shipped = cls.ship(contents, [exports[key] for key in sorted(exports)])
        # There is no pyspark where these tests run; a worker of Spark has one.
        types = mock.patch.object(cluster, "_struct", lambda schema: schema)
        types.start()
        cls.addClassCleanup(types.stop)

    @classmethod
    def ship(cls, contents: list, exports: list) -> bytes:
        config, jobs = cls.demo / "config", cls.demo / "jobs"
        folders = [config, config / "platforms", jobs, config / "experiments"]
        files = {str(folder): sorted(str(file) for file in folder.glob("*.yaml")) for folder in folders if folder.exists()}
        texts = {file: {"Ok": Path(file).read_text()} for names in files.values() for file in names}
        return json.dumps({
            "release": release(),
            "files": {
                "config_dir": str(config), "jobs_dir": str(jobs), "texts": texts,
                "folders": {folder: {"Ok": names} for folder, names in files.items()},
            },
            "exports_at": {"folder": str(cls.demo / "exports")},
            "platform": PLATFORM,
            "days": [
                {key: content["unit"][key] for key in ("market", "local_date")} | {"fingerprint": content["fingerprint"]}
                for content in contents
            ],
            "exports": [
                {
                    "definition": 0, "key": export["key"], "etag": export["etag"], "size": export["size"],
                    "last_modified": cls.modified(export["key"]), "export_date": export["key"].split("/")[1],
                    **dict.fromkeys(("market", "broadcast", "start", "end", "created")),
                }
                for export in exports
            ],
            "tasks": [[number] for number in range(len(exports))],
        }).encode()

    @classmethod
    def modified(cls, key: str) -> str:
        written = (cls.demo / "exports" / key).stat().st_mtime
        return datetime.fromtimestamp(written, timezone.utc).isoformat()

    def staged(self) -> pa.Table:
        read, schema = cluster.read(self.shipped)
        tasks = pa.table({"id": pa.array(range(self.exports), pa.int64())})
        return pa.Table.from_batches(read(iter(tasks.to_batches(max_chunksize=2))), schema)

    def test_every_task_says_what_it_read(self) -> None:
        staged = self.staged()
        accounts = staged.filter(pc.is_valid(staged["payload"]))
        signals = staged.filter(pc.is_null(staged["payload"]))
        self.assertGreaterEqual(accounts.num_rows, self.exports)
        self.assertGreater(signals.num_rows, 0)
        self.assertLessEqual(signals.num_rows, self.rows_in)
        self.assertEqual(signals["bucket"].null_count, 0)

    def count(self, staged: pa.Table, groups: int, turned: bool) -> "dict[int, list[bytes]]":
        """As a cluster does: groups in any order, rows of a group in any order."""
        signals = staged.filter(pc.is_null(staged["payload"]))
        by_events, by_viewers = self.parts(signals, groups, turned), []
        count_events, _ = cluster.count_events(self.shipped)
        count_viewers, _ = cluster.count_viewers(self.shipped)
        add_up, schema = cluster.add_up(self.shipped)
        passed = pa.concat_tables([count_events(part) for part in by_events])
        by_viewers = self.parts(passed, groups, turned)
        partial = pa.concat_tables([count_viewers(part) for part in by_viewers])
        self.assertEqual(partial.schema, schema)
        sums = {}
        for day in sorted(set(partial["bucket"].to_pylist())):
            of_day = partial.filter(pc.equal(partial["bucket"], day))
            sums[day] = add_up(of_day)["payload"].to_pylist()
        return sums

    @staticmethod
    def parts(rows: pa.Table, groups: int, turned: bool) -> "list[pa.Table]":
        number = [bucket % groups for bucket in rows["bucket"].to_pylist()]
        parts = []
        for group in range(groups):
            at = [row for row, of in enumerate(number) if of == group]
            if at:
                # As engines may give it back: other columns' order, wide text, instants by another clock.
                part = rows.take(at[::-1] if turned else at)
                parts.append(part.select(part.column_names[::-1]) if turned else part)
        return parts[::-1] if turned else parts

    def test_counts_do_not_depend_on_how_rows_were_parted(self) -> None:
        staged = self.staged()
        once = self.count(staged, 1, turned=False)
        self.assertEqual(len(once), 2)
        self.assertTrue(all(payloads for payloads in once.values()))
        for groups, turned in [(1, True), (3, False), (7, True)]:
            self.assertEqual(self.count(staged, groups, turned), once, f"{groups} groups")

    def test_an_iterator_that_is_dropped_stops_its_reader(self) -> None:
        def readers() -> int:
            names = (Path(task, "comm").read_text().strip() for task in Path("/proc/self/task").iterdir())
            return sum(name == "coverledger-read" for name in names)

        executor = cluster._executor(self.shipped)
        batches = executor.read(0)
        next(batches)
        del batches
        gc.collect()
        deadline = time.monotonic() + 20
        while readers() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(readers(), 0)

    def test_one_plan_is_made_for_all_that_share_it(self) -> None:
        self.assertIs(cluster._executor(self.shipped), cluster._executor(bytes(bytearray(self.shipped))))

    def test_others_work_while_it_is_read(self) -> None:
        counted, stop = [0], threading.Event()

        def work() -> None:
            while not stop.is_set():
                counted[0] += 1
                time.sleep(0)

        worker = threading.Thread(target=work)
        worker.start()
        rows = sum(batch.num_rows for task in range(self.exports) for batch in cluster._executor(self.shipped).read(task))
        stop.set()
        worker.join()
        self.assertGreater(rows, 0)
        self.assertGreater(counted[0], 10)

    def test_another_release_is_refused_before_anything_is_read(self) -> None:
        for other in (release(version="9.9.9"), release(numbers_version=0), release(commit="0123456789ab")):
            for function in (cluster.probe, cluster.read, cluster.count_events, cluster.count_viewers, cluster.add_up):
                with self.subTest(f"{function.__name__} {other}"):
                    with self.assertRaises(coverledger.CoverledgerError) as raised:
                        function(json.dumps({"release": other}).encode())
                    self.assertRegex(str(raised.exception), r"^coverledger: coverledger .* is needed here, and this is ")

    def test_what_makes_no_sense_is_said(self) -> None:
        for shipped, expected in [
            (b"{", "cannot be understood"),
            (json.dumps({"release": release()}).encode(), "cannot be understood"),
            (self.shipped.replace(b'"fingerprint": "', b'"fingerprint": "0'), "another batch than the run"),
        ]:
            with self.subTest(expected), self.assertRaises(coverledger.CoverledgerError) as raised:
                cluster.read(shipped)
            self.assertRegex(str(raised.exception), f"^coverledger: .*{expected}")
        for count in (cluster.count_events, cluster.count_viewers, cluster.add_up):
            with self.assertRaises(coverledger.CoverledgerError) as raised:
                count(self.shipped)[0](pa.table({"bucket": [1]}))
            self.assertRegex(str(raised.exception), "^coverledger: failed to take rows: column `.*` is missing")
        with self.assertRaisesRegex(coverledger.CoverledgerError, "^coverledger: .*task 99"):
            list(cluster._executor(self.shipped).read(99))

    def test_exports_that_are_not_there_are_said_with_their_cause(self) -> None:
        nowhere = self.shipped.replace(str(self.demo / "exports").encode(), str(self.demo / "nowhere").encode())
        with self.assertRaises(coverledger.CoverledgerError) as raised:
            list(cluster._executor(nowhere).read(0))
        self.assertRegex(str(raised.exception), "^coverledger: the exports cannot be reached from an executor: .*nowhere")

    def test_a_probe_says_what_is_here(self) -> None:
        tell, schema = cluster.probe(json.dumps({"release": release()}).encode())
        rows = list(tell(iter([pa.record_batch({"id": [0]})])))
        self.assertEqual([batch.schema for batch in rows], [schema])
        found = json.loads(rows[0]["payload"][0].as_py())
        self.assertEqual(found["version"], VERSION_AND_COMMIT)
        self.assertRegex(found["python"], r"^\d+\.\d+\.\d+")


if __name__ == "__main__":
    unittest.main()
