"""Tables from a web server and from a cloud, by servers that the tests start."""

import base64
import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote

import polars as pl
import pytest

from table.made_files import PACK, in_sqlite, zipped
from trueodds.errors import TableError
from trueodds.table import read_table, stream_table

TABLE = pl.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"]})
CSV = TABLE.write_csv().encode()


@dataclass
class Served:
    """Files by path, and what the requests carried."""

    files: dict[str, bytes] = field(default_factory=dict)
    wants: str = ""
    """The Authorization header that is needed."""
    redirects: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    seen: list[tuple[str, str | None]] = field(default_factory=list)
    port: int = 0


@pytest.fixture
def served() -> Iterator[Served]:
    known = Served()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def answer(self, *, body: bool) -> None:
            given = self.headers.get("Authorization")
            known.seen.append((self.path, given))
            path, _, query = self.path.partition("?")
            path = path if path in known.files else unquote(path)
            if "list-type=2" in query:
                self.list_objects(path, query)
                return
            if path in known.redirects:
                self.send_response(302)
                self.send_header("Location", known.redirects[path])
                self.end_headers()
                return
            if known.wants and given != known.wants:
                self.send_error(401)
                return
            if path not in known.files:
                self.send_error(404)
                return
            raw = known.files[path]
            self.send_response(200)
            self.send_header("Content-Length", str(len(raw) + 10 * known.cut))
            self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
            self.send_header("ETag", '"1"')
            self.end_headers()
            if body:
                self.wfile.write(raw)

        def list_objects(self, path: str, query: str) -> None:
            """All keys of a bucket, as S3's ListObjectsV2 tells them."""
            prefix = parse_qs(query).get("prefix", [""])[0]
            start = f"{path.rstrip('/')}/"
            keys = [name.removeprefix(start) for name in known.files if name.startswith(start)]
            held = "".join(
                f"<Contents><Key>{key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
                f'<ETag>"1"</ETag><Size>{len(known.files[start + key])}</Size></Contents>'
                for key in keys
                if key.startswith(prefix)
            )
            raw = (
                '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult>'
                f"<IsTruncated>false</IsTruncated>{held}</ListBucketResult>"
            ).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield known
    server.shutdown()
    server.server_close()


def typed(data: pl.DataFrame) -> pl.DataFrame:
    """Cells of text as those of the table."""
    return data.with_columns(pl.col("a").cast(pl.Int64), pl.col("b").replace("", None))


def parquet() -> bytes:
    file = io.BytesIO()
    TABLE.write_parquet(file)
    return file.getvalue()


@pytest.mark.parametrize("read", [read_table, lambda at: stream_table(at).first])
@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("t.csv", CSV),
        ("t.csv.zst", PACK[".zst"](CSV)),
        ("t.parquet", parquet()),
        ("no ending", PACK[".gz"](CSV)),
        ("download", parquet()),
        ("t.jsonl", TABLE.write_ndjson().encode()),
    ],
)
def test_from_the_web(served: Served, read, name: str, raw: bytes) -> None:
    served.files[f"/data/{name.replace(' ', '%20')}"] = raw
    place = f"http://127.0.0.1:{served.port}/data/{name.replace(' ', '%20')}?n=1#"
    frame = read(place.removesuffix("#"))
    assert frame.source == name
    assert frame.data.pipe(typed).equals(TABLE)


def test_parts_of_what_the_web_gives(served: Served, tmp_path: Path) -> None:
    at = f"http://127.0.0.1:{served.port}"
    zipped(tmp_path / "t.zip", {"a.csv": CSV, "b.csv": b"x\n1\n"})
    in_sqlite(tmp_path / "t.sqlite", {"first": TABLE, "other": TABLE[:1]})
    served.files = {f"/{name}": (tmp_path / name).read_bytes() for name in ("t.zip", "t.sqlite")}
    assert read_table(f"{at}/t.zip#a.csv").rows == 3
    assert read_table(f"{at}/t.sqlite#first").data.equals(TABLE)
    assert read_table(f"{at}/t.sqlite", query="select a from other").data.rows() == [(1,)]
    with pytest.raises(TableError, match=r"t.zip holds 2 tables: choose one"):
        read_table(f"{at}/t.zip")


def test_user_and_password_go_to_their_server_alone(served: Served) -> None:
    served.files["/t.csv"] = CSV
    served.wants = "Basic " + base64.b64encode(b"ann:s@cret").decode()
    at = f"http://ann:s%40cret@127.0.0.1:{served.port}/t.csv"
    frame = read_table(at)
    assert frame.rows == 3
    assert frame.source == "t.csv"
    served.redirects["/old.csv"] = f"http://localhost:{served.port}/t.csv"
    with pytest.raises(TableError, match="the server answers 401") as error:
        read_table(at.replace("/t.csv", "/old.csv"))
    assert served.seen[-1] == ("/t.csv", None)
    assert "cret" not in str(error.value)


def test_what_the_web_does_not_give_is_one_sentence(served: Served) -> None:
    at = f"http://ann:secret@127.0.0.1:{served.port}"
    with pytest.raises(TableError, match=r"http://\*\*\*@127.0.0.1:\d+/no.csv\?\*\*\*: the .* 404"):
        read_table(f"{at}/no.csv?key=secret")
    served.files["/t.csv"], served.cut = CSV, True
    with pytest.raises(TableError, match="came in part: 15 of 25 bytes"):
        read_table(f"{at}/t.csv")
    served.files["/t.csv"], served.cut = b"", False
    with pytest.raises(TableError, match="is empty"):
        read_table(f"{at}/t.csv")
    served.redirects["/away.csv"] = "file:///etc/passwd"
    with pytest.raises(TableError, match=r"away\.csv: the server answers 302"):
        read_table(f"{at}/away.csv")
    with pytest.raises(TableError, match="cannot be fetched: Connection refused") as error:
        read_table("http://ann:secret@127.0.0.1:1/t.csv")
    assert "secret" not in str(error.value)


@pytest.fixture
def cloud(served: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    """The server as one that speaks as S3 does, as far as reading one object needs it."""
    pytest.importorskip("obstore")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{served.port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden-secret")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    return served


def test_from_the_cloud(cloud: Served) -> None:
    cloud.files["/bucket/deep/t.csv"] = CSV
    cloud.files["/bucket/t.parquet"] = parquet()
    assert read_table("s3://bucket/deep/t.csv").data.pipe(typed).equals(TABLE)
    frame = read_table("s3://bucket/t.parquet")
    assert frame.data.equals(TABLE)
    assert frame.source == "t.parquet"
    assert all(given is not None and "hidden-secret" not in given for _, given in cloud.seen)


@pytest.mark.parametrize(
    ("place", "rows", "names"),
    [
        ("s3://bucket/loans/", 6, ("a", "b", "k")),
        ("s3://bucket/loans/k=1/", 3, ("a", "b")),
        ("s3://bucket/loans/*/*.csv", 6, ("a", "b", "k")),
        ("s3://bucket/loans/**/t.csv", 6, ("a", "b", "k")),
        ("s3://bucket/loans/k=[1]/t.csv", 3, ("a", "b", "k")),
        ("s3://bucket/*.csv", 3, ("a", "b")),
    ],
)
def test_several_objects(cloud: Served, place: str, rows: int, names: tuple[str, ...]) -> None:
    for key in ("loans/k=1/t.csv", "loans/k=2/t.csv", "loans/read.me", "lone.csv"):
        cloud.files[f"/bucket/{key}"] = CSV
    frame = read_table(place)
    assert frame.rows == rows
    assert frame.names == names
    assert all("read.me" not in path for path, _ in cloud.seen)
    if "/loans/" in place and "k" in names:
        assert frame.place(0) == "loans/k=1/t.csv, line 2"
    parts = list(stream_table(place).frames)
    assert sum(part.rows for part in parts) == rows


def test_keys_of_objects_are_no_paths(cloud: Served, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    cloud.files["/bucket/loans/%2e%2e/%2e%2e/evil.csv"] = CSV
    cloud.files["/bucket/loans/../../evil.csv"] = CSV
    with pytest.raises(TableError):
        read_table("s3://bucket/loans/")
    assert not list(tmp_path.rglob("*"))
    with pytest.raises(TableError, match="there is no table of such a name"):
        read_table("s3://bucket/none/")


def test_no_room_for_the_copy_is_one_sentence(served: Served, tmp_path: Path, monkeypatch) -> None:
    served.files["/t.csv"] = CSV
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(TableError, match=r"t\.csv cannot be copied to .*missing: No such file"):
        read_table(f"http://127.0.0.1:{served.port}/t.csv")


def test_what_the_cloud_does_not_give_is_one_sentence(
    cloud: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TableError, match=r"s3://bucket/no.csv cannot be fetched: ") as error:
        read_table("s3://bucket/no.csv")
    assert "\n" not in str(error.value)
    assert "hidden-secret" not in str(error.value)
    monkeypatch.setitem(__import__("sys").modules, "obstore", None)
    with pytest.raises(TableError, match=r"package obstore.*pip install 'trueodds\[cloud\]'"):
        read_table("gs://bucket/t.csv")


def test_a_stdin_without_a_table_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(TableError, match="stdin is closed: name a file, or pipe a table in"):
        read_table("-")
    monkeypatch.setattr("sys.stdin", Terminal())
    with pytest.raises(TableError, match="stdin is a terminal: pipe a table in"):
        read_table("-")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(TableError, match="stdin is empty"):
        read_table("-")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(CSV)))
    assert read_table("-").source == "stdin"
