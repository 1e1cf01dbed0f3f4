"""Objects: a folder and a bucket on a server that speaks S3 keep the same promises."""

import socket
import threading

import pytest

from streams.keeping import archive
from streams.keeping.archive import DAY_S
from streams.keeping.keeping import Keeping
from streams.layers import ConfigError
from streams.objects import Folder, opened
from streams.river.embedded import Pace
from streams.river.retention import Retention
from streams.settings import Archive
from streams.store import schema


@pytest.fixture(params=["folder", "bucket"])
def objects(request, tmp_path):
    if request.param == "folder":
        return opened(Archive(), tmp_path)
    return opened(request.getfixturevalue("storage")("shelf/left"), tmp_path)


def test_what_was_put_is_there_and_no_more(objects):
    assert objects.names() == []
    objects.put("a/%2E%2E/1.parquet", b"one")
    objects.put("a/2.parquet", b"three")
    objects.put("a/2.parquet", b"two")
    assert objects.names() == [("a/%2E%2E/1.parquet", 3), ("a/2.parquet", 3)]
    assert (objects.get("a/2.parquet"), objects.has("a/2.parquet"), objects.has("a/3.parquet")) == (b"two", True, False)
    objects.drop(["a/2.parquet", "never/there.parquet"])
    assert objects.names() == [("a/%2E%2E/1.parquet", 3)]
    with pytest.raises(OSError, match=r"2\.parquet"):
        objects.get("a/2.parquet")


def test_a_place_is_apart_from_the_next(objects):
    objects.under("p001").put("x.parquet", b"1")
    objects.under("p002").put("x.parquet", b"22")
    assert objects.under("p001").names() == [("x.parquet", 1)]
    assert objects.names() == [("p001/x.parquet", 1), ("p002/x.parquet", 2)]


def test_a_folder_in_which_the_last_file_goes_goes_too(tmp_path):
    folder = Folder(tmp_path)
    folder.put("a/b/1.parquet", b"")
    folder.put("a/2.parquet", b"")
    folder.drop(["a/b/1.parquet"])
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["2.parquet"]


@pytest.mark.parametrize("url", ["ftp://bucket/x", "s3://"])
def test_an_address_of_nothing_known_is_an_error(url, tmp_path):
    with pytest.raises(ConfigError, match="s3://BUCKET/PREFIX"):
        opened(Archive(url), tmp_path)


def test_payloads_leave_the_database_once_the_bucket_has_them(rivers, storage, tmp_path):
    samples, river = rivers.days(9), rivers.River(tmp_path, rivers.judged(), pace=Pace(1e9, horizon_s=DAY_S))
    river.embedded.take(rivers.payloads(samples))
    river.drain()
    stored = {row["position"]: row["body"] for row in river.rows(schema.payloads)}
    bucket, now = opened(storage("shelf"), tmp_path), river.embedded.newest + DAY_S
    with pytest.raises(OSError, match="nowhere"):
        Retention(river.store, opened(storage("nowhere", made=False), tmp_path), Keeping(horizon_days=1)).work(now)
    assert len(river.rows(schema.payloads)) == len(stored)
    assert Retention(river.store, bucket, Keeping(horizon_days=1)).work(now)
    assert len(river.rows(schema.payloads)) < len(stored)
    found = archive.read(bucket, archive.parts(bucket))
    assert dict(found.select("position", "body").iter_rows()) == stored


def test_an_upload_that_is_cut_off_is_not_seen(storage, tmp_path):
    settings = storage("shelf")
    bucket = opened(settings, tmp_path)
    with _cut(settings.endpoint, after=40_000) as through, pytest.raises(OSError, match="s3://shelf"):
        opened(Archive(settings.url, through, "us-east-1", "key", "secret"), tmp_path).put(
            "x.parquet", bytes(1_000_000)
        )
    assert bucket.names() == []
    assert not bucket.has("x.parquet")


class _cut:  # noqa: N801  a context
    """A line to a server that breaks after so many bytes, each time."""

    def __init__(self, address, after):
        host, _, port = address.removeprefix("http://").partition(":")
        self.there, self.after = (host, int(port)), after
        self.door = socket.create_server(("127.0.0.1", 0))

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return f"http://127.0.0.1:{self.door.getsockname()[1]}"

    def __exit__(self, *_error):
        self.door.close()

    def _serve(self):
        while True:
            try:
                came, _ = self.door.accept()
            except OSError:
                return
            with came, socket.create_connection(self.there) as onward:
                left = self.after
                while left > 0 and (some := came.recv(min(left, 16_384))):
                    onward.sendall(some)
                    left -= len(some)
