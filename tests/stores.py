"""One night on object stores on loopback: SeaweedFS for S3, Azurite for Azure Blob Storage, a fake of Google's (gcs.py).

The same exports and the same job run four times: on a local folder, on S3, on Azure, on Google Cloud Storage. On each
  * the night succeeds, and `verify` agrees with what was published;
  * no lease is left, and running it again publishes nothing: no object is new, gone or rewritten;
  * the published tables are, byte for byte, those of the local folder;
  * `prune` takes nothing that is new, and on Google's fake, which can be told that time went by, only what was replaced;
  * a wrong secret, and a store that is not there, end with a message, a non-zero exit code and no secret in it.
A server that ignores create-only is refused at start, by name, with nothing published.

    python tests/stores.py --binary target/debug/coverledger --work target/test-work/stores --node NODE --azurite DIR
"""

import argparse
import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import yaml
from azure.core.exceptions import AzureError
from azure.storage.blob import BlobServiceClient
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError

import gcs

NIGHT = "2026-11-02T12:00:00Z"   # the demo's last day has ended in every market
SETTLED = "2026-11-12T12:00:00Z"  # and every platform's exports have settled
DAYS = ("--from", "2026-10-26", "--to", "2026-11-01")
EVENTS = "20000"
TABLES = ("funnel", "slot_audience")
BUCKET = "coverledger-test"
READY_WITHIN_SECONDS = 60
RUN_WITHIN_SECONDS = 300

S3_KEY, S3_SECRET = "coverledger-test", "a-secret-for-loopback-only"
# Azurite's published account; it is the same in every installation and opens nothing else.
AZURE_ACCOUNT = "devstoreaccount1"
AZURE_SECRET = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
WRONG_S3_SECRET = "not-the-secret-of-this-store"
WRONG_AZURE_SECRET = base64.b64encode(b"not the secret of this store, but as long as one is, 64 bytes...").decode()


@dataclass(frozen=True)
class Stamp:
    """What tells whether an object was written again."""

    size: int
    etag: str
    modified: str


@dataclass
class Place:
    """A store, and how the program is told to reach it."""

    name: str
    url: str
    env: dict[str, str] = field(default_factory=dict)

    def put(self, key: str, data: bytes) -> None:
        raise NotImplementedError

    def stamps(self, prefix: str) -> dict[str, Stamp]:
        raise NotImplementedError

    def get(self, key: str) -> bytes:
        raise NotImplementedError

    def tables(self) -> dict[str, bytes]:
        """Every published table by its key below the archive."""
        keys = sorted(self.stamps("archive/"))
        wanted = [key for key in keys if key.split("/")[1] in TABLES]
        return {key.removeprefix("archive/"): self.get(key) for key in wanted}


class Folder(Place):
    def __init__(self, root: Path):
        super().__init__("folder", root.resolve().as_uri())
        self.root = root

    def put(self, key, data):
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def stamps(self, prefix):
        files = (path for path in (self.root / prefix).rglob("*") if path.is_file())
        return {
            path.relative_to(self.root).as_posix(): Stamp(path.stat().st_size, "", str(path.stat().st_mtime_ns))
            for path in files
        }

    def get(self, key):
        return (self.root / key).read_bytes()


class S3(Place):
    def __init__(self, port: int):
        endpoint = f"http://127.0.0.1:{port}"
        super().__init__("s3", f"s3://{BUCKET}", {
            "AWS_ENDPOINT": endpoint,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": S3_KEY,
            "AWS_SECRET_ACCESS_KEY": S3_SECRET,
        })
        self.client = boto3.client(
            "s3", endpoint_url=endpoint, region_name="us-east-1",
            aws_access_key_id=S3_KEY, aws_secret_access_key=S3_SECRET,
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
        )

    def create(self):
        self.client.create_bucket(Bucket=BUCKET)
        self.put("ready", b"")

    def put(self, key, data):
        self.client.put_object(Bucket=BUCKET, Key=key, Body=data)

    def stamps(self, prefix):
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return {
            item["Key"]: Stamp(item["Size"], item["ETag"], item["LastModified"].isoformat())
            for page in pages for item in page.get("Contents", [])
        }

    def get(self, key):
        return self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()


class Azure(Place):
    def __init__(self, port: int):
        endpoint = f"http://127.0.0.1:{port}"
        super().__init__("azure", f"az://{BUCKET}", {
            "AZURE_STORAGE_USE_EMULATOR": "true",
            "AZURITE_BLOB_STORAGE_URL": endpoint,
            "AZURE_STORAGE_ACCOUNT_NAME": AZURE_ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": AZURE_SECRET,
        })
        service = BlobServiceClient(f"{endpoint}/{AZURE_ACCOUNT}", credential=AZURE_SECRET, retry_total=0)
        self.container = service.get_container_client(BUCKET)

    def create(self):
        self.container.create_container()

    def put(self, key, data):
        self.container.upload_blob(key, data, overwrite=True)

    def stamps(self, prefix):
        return {
            blob.name: Stamp(blob.size, blob.etag, blob.last_modified.isoformat())
            for blob in self.container.list_blobs(name_starts_with=prefix)
        }

    def get(self, key):
        return self.container.download_blob(key).readall()


class Google(Place):
    def __init__(self, fake: gcs.Fake, base_url: str):
        super().__init__("gcs", f"gs://{BUCKET}", {
            "GOOGLE_SERVICE_ACCOUNT_KEY": fake.account.json(base_url),
            "GOOGLE_ALLOW_HTTP": "true",
        })
        self.fake = fake

    def put(self, key, data):
        self.fake.put(key, data)

    def stamps(self, prefix):
        with self.fake.lock:
            objects = sorted(self.fake.objects.items())
        return {
            key: Stamp(len(stored.data), stored.etag, str(stored.generation))
            for key, stored in objects if key.startswith(prefix)
        }

    def get(self, key):
        return self.fake.objects[key].data


class Failed(Exception):
    """A promise that was not kept."""


def expect(kept: bool, promise: str, detail: str = "") -> None:
    if not kept:
        raise Failed(f"{promise}\n{detail}".rstrip())
    print(f"  ok  {promise}", flush=True)


# ---------------------------------------------------------------------------------------------- servers


def free_port() -> int:
    """A port that is free, and so is the one 10,000 above it (SeaweedFS talks gRPC there)."""
    while True:
        with socket.socket() as low, socket.socket() as high:
            low.bind(("127.0.0.1", 0))
            port = low.getsockname()[1]
            if port + 10_000 > 65_535:
                continue
            with contextlib.suppress(OSError):
                high.bind(("127.0.0.1", port + 10_000))
                return port


@contextlib.contextmanager
def server(command: list[str], log: Path):
    """Runs a server for as long as the block lasts."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_ready(place: S3 | Azure, process: subprocess.Popen, log: Path) -> None:
    started = time.monotonic()
    while True:
        try:
            place.create()
            break
        except (BotoCoreError, ClientError, AzureError) as error:
            out_of_time = time.monotonic() - started > READY_WITHIN_SECONDS
            if process.poll() is not None or out_of_time:
                tail = log.read_text(errors="replace")[-2000:]
                raise Failed(f"{place.name} did not start: {error}\n{tail}") from error
            time.sleep(0.3)
    print(f"{place.name}: ready after {time.monotonic() - started:.1f} s", flush=True)


@contextlib.contextmanager
def seaweedfs(weed: str, work: Path):
    """An S3 server with one identity; signatures and conditional puts are checked as S3 does."""
    folder = work / "seaweedfs"
    folder.mkdir()
    identity = {
        "name": "test",
        "credentials": [{"accessKey": S3_KEY, "secretKey": S3_SECRET}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    identities = folder / "s3.json"
    identities.write_text(json.dumps({"identities": [identity]}))
    data = folder / "data"
    data.mkdir()
    s3_port = free_port()
    command = [
        weed, "server", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false",
        f"-master.port={free_port()}", f"-volume.port={free_port()}", "-filer", f"-filer.port={free_port()}",
        "-s3", f"-s3.port={s3_port}", "-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={identities}",
        "-volume.max=8", "-master.volumeSizeLimitMB=256",
    ]
    log = folder / "log"
    with server(command, log) as process:
        place = S3(s3_port)
        wait_until_ready(place, process, log)
        yield place


@contextlib.contextmanager
def azurite(node: str, package: Path, work: Path):
    """Microsoft's own emulator of Azure Blob Storage."""
    folder = work / "azurite"
    folder.mkdir()
    port = free_port()
    command = [
        node, str(package / "dist/src/blob/main.js"), "--silent", "--inMemoryPersistence", "--blobHost", "127.0.0.1",
        "--blobPort", str(port), "--skipApiVersionCheck", "--disableTelemetry",
    ]
    log = folder / "log"
    with server(command, log) as process:
        place = Azure(port)
        wait_until_ready(place, process, log)
        yield place


# --------------------------------------------------------------------------------------------- the night


class Program:
    """The program under test, run as a user would, with only the environment it is given."""

    def __init__(self, binary: Path):
        self.binary = binary.resolve()
        secrets = ("AWS_", "AZURE_", "AZURITE_", "GOOGLE_")
        self.env = {key: value for key, value in os.environ.items() if not key.startswith(secrets)}

    def run(self, *args: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess:
        command = [str(self.binary), *args]
        try:
            return subprocess.run(
                command, env=self.env | (env or {}), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                timeout=RUN_WITHIN_SECONDS, check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Failed(f"`{' '.join(args)}` was not done after {RUN_WITHIN_SECONDS} s") from error


def said(done: subprocess.CompletedProcess) -> str:
    return f"    exit code {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"


def generate(program: Program, demo: Path) -> None:
    done = program.run("demo", str(demo), "--generate-only", "--events", EVENTS)
    expect(done.returncode == 0, f"the demo writes {EVENTS} events and their configuration", said(done))


def deliver(demo: Path, place: Place) -> None:
    """Puts every export where the platform would have delivered it, and the pictures of covers beside."""
    for folder in ("exports", "pictures"):
        count = 0
        for path in sorted((demo / folder).rglob("*")):
            if path.is_file():
                place.put(path.relative_to(demo).as_posix(), path.read_bytes())
                count += 1
        expect(count > 0, f"{count} {folder} delivered to {place.url}")


def configure(demo: Path, place: Place, work: Path) -> list[str]:
    """The demo's configuration with both stores on `place`; returns the arguments that choose it."""
    home = work / f"home-{place.name}"
    shutil.copytree(demo / "config", home / "config")
    shutil.copytree(demo / "jobs", home / "jobs")
    archive = home / "config/archive.yaml"
    settings = yaml.safe_load(archive.read_text())
    settings["stores"] = {name: {"url": f"{place.url}/{name}"} for name in ("exports", "archive")}
    archive.write_text(yaml.safe_dump(settings, sort_keys=False))
    library = home / "config/library.yaml"
    settings = yaml.safe_load(library.read_text()) | {"pictures": {"url": f"{place.url}/pictures"}}
    library.write_text(yaml.safe_dump(settings, sort_keys=False))
    return ["--config", str(home / "config"), "--jobs", str(home / "jobs")]


def night(program: Program, place: Place, where: list[str]) -> dict[str, bytes]:
    """Runs the night twice and gives what it published."""
    done = program.run("run", "nightly", "--at", NIGHT, *where, env=place.env)
    expect(done.returncode == 0, "the night succeeds", said(done))
    tables = place.tables()
    expect(len(tables) > 0, f"{len(tables)} tables are published", said(done))

    before = place.stamps("archive/")
    expect(not any(key.startswith("archive/_leases/") for key in before), "no lease is left")
    done = program.run("run", "nightly", "--at", NIGHT, *where, env=place.env)
    expect(done.returncode == 0, "the same night again succeeds", said(done))
    after = place.stamps("archive/")
    changed = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    expect(not changed, f"and leaves all {len(before)} objects as they were", "\n".join(changed[:20]))

    done = program.run("verify", *where, env=place.env)
    expect(done.returncode == 0, "`verify` finds the archive as its receipts say", said(done))
    return tables


def same_tables(ours: dict[str, bytes], theirs: dict[str, bytes]) -> None:
    only = sorted(ours.keys() ^ theirs.keys())
    expect(not only, f"the same {len(theirs)} tables as in the folder", "\n".join(only[:20]))
    differing = sorted(key for key, data in ours.items() if theirs[key] != data)
    expect(not differing, "byte for byte", "\n".join(differing[:20]))


def pem_lines(env: dict[str, str]) -> list[str]:
    """The lines of a private key, of which none may be told either."""
    return json.loads(env.get("GOOGLE_SERVICE_ACCOUNT_KEY", "{}")).get("private_key", "").splitlines()[1:-1]


def unpruned(program: Program, place: Place, where: list[str]) -> None:
    before = place.stamps("archive/")
    done = program.run("prune", "--older-than", "1d", *where, env=place.env)
    expect(done.returncode == 0, "`prune` takes nothing of what is new", said(done))
    expect(place.stamps("archive/") == before, "and leaves every object as it was")


def pruned(program: Program, place: Google, where: list[str]) -> None:
    """What was replaced long ago goes, and nothing else. Only the fake can be told that its objects are old."""
    done = program.run("backfill", "nightly", *DAYS, "--at", SETTLED, *where, env=place.env)
    expect(done.returncode == 0, "once settled, every day gets a final revision", said(done))
    place.fake.age(400 * 86_400)
    before = place.stamps("archive/")
    done = program.run("prune", "--older-than", "1d", *where, env=place.env)
    expect(done.returncode == 0, "`prune` succeeds", said(done))
    after = place.stamps("archive/")
    gone = before.keys() - after.keys()
    expect(bool(gone), f"and removes {len(gone)} objects", said(done))
    expect(all(key.startswith("archive/_revisions/") for key in gone), "tables by content, and nothing else")
    kept = {key: stamp for key, stamp in before.items() if key not in gone}
    expect(kept.items() <= after.items(), "all others are as they were")
    done = program.run("verify", *where, env=place.env)
    expect(done.returncode == 0, "`verify` knows what was removed from what is damaged", said(done))


def refusals(program: Program, place: Place, where: list[str], wrong: dict[str, str], nowhere: dict[str, str]) -> None:
    """A person must be able to act on what is said, and nobody may read a secret in it."""
    before = place.stamps("archive/")
    for name, change, words in (
        ("a wrong secret", wrong, ("denied", "signature", "forbidden", "unauth", "authenti", "permission", "credential", "403")),
        ("a store that is not there", nowhere, ("connect", "reach", "refused", "not there", "unavailable")),
    ):
        started = time.monotonic()
        done = program.run("run", "nightly", "--at", NIGHT, *where, env=place.env | change)
        seconds = time.monotonic() - started
        text = done.stdout + done.stderr
        expect(done.returncode > 0, f"{name} ends with exit code {done.returncode} after {seconds:.0f} s", said(done))
        expect("panicked" not in text, "without a panic", said(done))
        expect(any(word in text.lower() for word in words), "its message says so", said(done))
        expect(BUCKET in text, "and names the store", said(done))
        secrets = {place.env.get("AWS_SECRET_ACCESS_KEY"), place.env.get("AZURE_STORAGE_ACCOUNT_KEY"), *wrong.values()}
        secrets |= {line for line in pem_lines(place.env | change) if len(line) > 20}
        expect(not any(secret in text for secret in secrets if secret), "no secret is in it", "    (text withheld)")
        print(*(f"        {line}" for line in done.stderr.splitlines()[-3:]), sep="\n")
    expect(place.stamps("archive/") == before, "neither wrote anything")


def ignorer(program: Program, demo: Path, work: Path) -> None:
    """A server that takes a create-only put of what exists would let two runs publish the same revision."""
    fake = gcs.Fake(BUCKET, gcs.ServiceAccount(), ignores_create_only=True)
    with gcs.serving(fake) as base_url:
        place = Google(fake, base_url)
        place.name = "ignorer"
        deliver(demo, place)
        done = program.run("run", "nightly", "--at", NIGHT, *configure(demo, place, work), env=place.env)
        text = done.stdout + done.stderr
        expect(done.returncode == 1, "a run is refused", said(done))
        expect("create-only" in text and place.url in text, "by the name of the store, and what it lacks", said(done))
        twice = [key for key, status in fake.created if status == 200]
        expect(len(twice) > len(set(twice)), f"the server had taken `{twice[0]}` twice", str(fake.created))
        strangers = [key for key in place.stamps("archive/") if not key.startswith("archive/_probe/")]
        expect(not strangers, "nothing is published", "\n".join(strangers))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=Path, required=True, help="the coverledger binary")
    parser.add_argument("--work", type=Path, required=True, help="a folder of our own; emptied first")
    parser.add_argument("--weed", default=str(Path(sys.executable).with_name("weed")), help="the SeaweedFS binary")
    parser.add_argument("--node", required=True, help="the Node.js binary")
    parser.add_argument("--azurite", type=Path, required=True, help="the installed npm package")
    args = parser.parse_args()

    shutil.rmtree(args.work, ignore_errors=True)
    args.work.mkdir(parents=True)
    work = args.work.resolve()
    program = Program(args.binary)
    demo = work / "demo"
    try:
        generate(program, demo)

        print("on a folder")
        folder = Folder(work / "folder")
        deliver(demo, folder)
        expected = night(program, folder, configure(demo, folder, work))

        with seaweedfs(args.weed, work) as place:
            print("on S3 (SeaweedFS)")
            deliver(demo, place)
            where = configure(demo, place, work)
            same_tables(night(program, place, where), expected)
            unpruned(program, place, where)
            refusals(
                program, place, where,
                {"AWS_SECRET_ACCESS_KEY": WRONG_S3_SECRET}, {"AWS_ENDPOINT": f"http://127.0.0.1:{free_port()}"},
            )

        with azurite(args.node, args.azurite, work) as place:
            print("on Azure (Azurite)")
            deliver(demo, place)
            where = configure(demo, place, work)
            same_tables(night(program, place, where), expected)
            unpruned(program, place, where)
            refusals(
                program, place, where,
                {"AZURE_STORAGE_ACCOUNT_KEY": WRONG_AZURE_SECRET},
                {"AZURITE_BLOB_STORAGE_URL": f"http://127.0.0.1:{free_port()}"},
            )

        fake = gcs.Fake(BUCKET, gcs.ServiceAccount())
        with gcs.serving(fake) as base_url:
            print("on Google Cloud Storage (a fake)")
            place = Google(fake, base_url)
            deliver(demo, place)
            where = configure(demo, place, work)
            same_tables(night(program, place, where), expected)
            conflicts = [key for key, status in fake.created if status == 412]
            expect(bool(conflicts), f"{len(conflicts)} create-only puts of what exists were refused")
            unpruned(program, place, where)
            refusals(
                program, place, where,
                {"GOOGLE_SERVICE_ACCOUNT_KEY": gcs.ServiceAccount().json(base_url)},
                {"GOOGLE_SERVICE_ACCOUNT_KEY": fake.account.json(f"http://127.0.0.1:{free_port()}")},
            )
            pruned(program, place, where)

        print("on a server that ignores create-only")
        ignorer(program, demo, work)
    except Failed as failure:
        print(f"  NOT {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
