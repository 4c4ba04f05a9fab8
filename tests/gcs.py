"""A small fake of Google Cloud Storage on loopback: the part of its XML API that object stores are made of.

Packaged emulators of GCS know neither conditions on puts nor ETags, so what the program promises cannot be tried on them.
This one does what is documented, and no more:

    PUT     /bucket/key     `x-goog-if-generation-match: 0` creates only: 412 where the object exists
    GET     /bucket/key     a whole object or a `Range` of it, with ETag, x-goog-generation and Last-Modified; `If-Match`.
                            What is gzip counts as uploaded with `Content-Encoding: gzip`: without `Accept-Encoding: gzip`
                            it comes unpacked, in chunks, without a length, whatever the range
    HEAD    /bucket/key
    DELETE  /bucket/key
    GET     /bucket?list-type=2&prefix=…    pages of PAGE keys, in order

Every request carries a JWT that was signed with the private key of a service account; another signature is refused. With
`ignores_create_only` it is a server that does not know the condition and takes every put.
"""

import base64
import email.utils
import gzip
import hashlib
import json
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

PUBLISHED_AT = re.compile(rb'(?m)^(  "published_at": ")([^"]*)"')   # in receipts, by the machine's clock
PAGE = 50   # keys in a page of a listing; the real one has 1,000, and a test archive is to have several pages


class ServiceAccount:
    """A key pair, as the console hands it out."""

    def __init__(self):
        self.private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.public_key = self.private_key.public_key()

    def pem(self) -> str:
        pkcs8 = serialization.PrivateFormat.PKCS8
        return self.private_key.private_bytes(serialization.Encoding.PEM, pkcs8, serialization.NoEncryption()).decode()

    def json(self, base_url: str) -> str:
        """What GOOGLE_SERVICE_ACCOUNT_KEY holds."""
        return json.dumps({
            "type": "service_account",
            "private_key": self.pem(),
            "private_key_id": "1",
            "client_email": "test@coverledger.invalid",
            "gcs_base_url": base_url,
        })

    def signed(self, authorization: str) -> bool:
        """Whether the bearer of a request is a JWT of this account that still holds."""
        parts = authorization.removeprefix("Bearer ").split(".")
        if len(parts) != 3:
            return False
        header, claims, signature = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts)
        try:
            self.public_key.verify(signature, ".".join(parts[:2]).encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return json.loads(header)["alg"] == "RS256" and json.loads(claims)["exp"] > time.time()


@dataclass(frozen=True)
class Stored:
    data: bytes
    generation: int
    modified: float

    @property
    def etag(self) -> str:
        return f'"{hashlib.md5(self.data).hexdigest()}"'


def published_earlier(data: bytes, seconds: float) -> bytes:
    """A receipt, as a machine would have written it whose clock was that much behind; anything else as it is."""
    def earlier(match: re.Match) -> bytes:
        at = datetime.fromisoformat(match[2].decode()) - timedelta(seconds=seconds)
        return match[1] + at.isoformat().replace("+00:00", "Z").encode() + b'"'

    return PUBLISHED_AT.sub(earlier, data, count=1)


class Fake:
    """The objects of one bucket, and what was asked of them."""

    def __init__(self, bucket: str, account: ServiceAccount, *, ignores_create_only: bool = False):
        self.bucket = bucket
        self.account = account
        self.ignores_create_only = ignores_create_only
        self.objects: dict[str, Stored] = {}
        self.created: list[tuple[str, int]] = []   # every create-only put and its answer
        self.generation = 0
        self.lock = threading.Lock()

    def put(self, key: str, data: bytes, create_only: bool = False) -> tuple[int, Stored]:
        with self.lock:
            status = 200
            if create_only and key in self.objects and not self.ignores_create_only:
                status = 412
            else:
                self.generation += 1
                self.objects[key] = Stored(data, self.generation, time.time())
            if create_only:
                self.created.append((key, status))
            return status, self.objects[key]

    def age(self, seconds: float) -> None:
        """Lets time go by since every put, also by what the objects themselves say of when they were published."""
        with self.lock:
            self.objects = {
                key: Stored(published_earlier(stored.data, seconds), stored.generation, stored.modified - seconds)
                for key, stored in self.objects.items()
            }

    def page(self, prefix: str, after: str) -> tuple[list[tuple[str, Stored]], bool]:
        with self.lock:
            keys = sorted(key for key in self.objects if key.startswith(prefix) and key > after)
            return [(key, self.objects[key]) for key in keys[:PAGE]], len(keys) > PAGE


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: Fake

    def log_message(self, *_):
        pass

    def answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        headers = {"Content-Length": str(len(body))} | (headers or {})
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status: int, code: str) -> None:
        body = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{code}</Message></Error>"
        self.answer(status, body.encode(), {"Content-Type": "application/xml"})

    def asked(self) -> tuple[str | None, dict[str, list[str]]]:
        """The key that is asked for (None: the bucket) and the query; a refusal is given at once, as LookupError."""
        if not self.fake.account.signed(self.headers.get("Authorization", "")):
            self.refuse(401, "AuthenticationRequired")
            raise LookupError
        url = urlsplit(self.path)
        bucket, _, key = unquote(url.path).lstrip("/").partition("/")
        if bucket != self.fake.bucket:
            self.refuse(404, "NoSuchBucket")
            raise LookupError
        return key or None, parse_qs(url.query)

    def handle_one(self, act) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            key, query = self.asked()
        except LookupError:
            return
        act(key, query, body)

    def do_PUT(self):
        def act(key, _query, body):
            create_only = self.headers.get("x-goog-if-generation-match") == "0"
            status, stored = self.fake.put(key, body, create_only)
            if status == 412:
                return self.refuse(412, "PreconditionFailed")
            self.answer(200, b"", {"ETag": stored.etag, "x-goog-generation": str(stored.generation)})
        self.handle_one(act)

    def do_GET(self):
        self.handle_one(lambda key, query, _body: self.object(key) if key else self.listing(query))

    do_HEAD = do_GET

    def do_DELETE(self):
        def act(key, _query, _body):
            with self.fake.lock:
                gone = self.fake.objects.pop(key, None)
            return self.answer(204) if gone else self.refuse(404, "NoSuchKey")
        self.handle_one(act)

    def object(self, key: str) -> None:
        with self.fake.lock:
            stored = self.fake.objects.get(key)
        if stored is None:
            return self.refuse(404, "NoSuchKey")
        if self.headers.get("If-Match", stored.etag) != stored.etag:
            return self.refuse(412, "PreconditionFailed")
        headers = {
            "ETag": stored.etag,
            "x-goog-generation": str(stored.generation),
            "Last-Modified": email.utils.formatdate(stored.modified, usegmt=True),
            "Content-Type": "application/octet-stream",
        }
        status, data = 200, stored.data
        if data.startswith(b"\x1f\x8b"):
            headers |= {"x-goog-stored-content-encoding": "gzip", "x-goog-stored-content-length": str(len(data))}
            if "gzip" not in self.headers.get("Accept-Encoding", ""):
                return self.unpacked(gzip.decompress(data), headers)
            headers["Content-Encoding"] = "gzip"
        if wanted := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            first, last = int(wanted[1]), min(int(wanted[2] or len(data) - 1), len(data) - 1)
            status, headers["Content-Range"] = 206, f"bytes {first}-{last}/{len(data)}"
            data = data[first:last + 1]
        if self.command == "HEAD":
            headers["Content-Length"] = str(len(data))
        self.answer(status, data, headers)

    def unpacked(self, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, value in (headers | {"Transfer-Encoding": "chunked", "Warning": "214 UploadServer gunzipped"}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n0\r\n\r\n")

    def listing(self, query: dict[str, list[str]]) -> None:
        one = lambda name: query.get(name, [""])[0]
        prefix = one("prefix")
        page, are_more = self.fake.page(prefix, max(one("continuation-token"), one("start-after")))
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><Generation>{stored.generation}</Generation>"
            f"<LastModified>{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(stored.modified))}.000Z</LastModified>"
            f"<ETag>{escape(stored.etag)}</ETag><Size>{len(stored.data)}</Size></Contents>"
            for key, stored in page
        )
        token = f"<NextContinuationToken>{escape(page[-1][0])}</NextContinuationToken>" if are_more else ""
        body = (
            "<?xml version='1.0' encoding='UTF-8'?><ListBucketResult xmlns='http://doc.s3.amazonaws.com/2006-03-01'>"
            f"<Name>{self.fake.bucket}</Name><Prefix>{escape(prefix)}</Prefix>"
            f"<IsTruncated>{str(are_more).lower()}</IsTruncated>{contents}{token}</ListBucketResult>"
        )
        self.answer(200, body.encode(), {"Content-Type": "application/xml"})


@contextmanager
def serving(fake: Fake):
    """The address of a fake, for as long as the block lasts."""
    handler = type("HandlerOfOne", (Handler,), {"fake": fake})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
