"""Malformed bodies are refused: the server never fails. TRUEODDS_BODIES sets how many."""

import json
import os
import random

import pytest

from serve.conftest import rows_of

PATHS = [
    ("/models/relu/predict", "application/json"),
    ("/models/words/predict?explain=2", "application/json"),
    ("/models/crosses/predict?decide=true", "application/json"),
    ("/models/relu/predict?interval=1", "text/csv"),
    ("/models/relu/predict", "application/vnd.apache.parquet"),
    ("/v2/models/relu/infer", "application/json"),
]
ODD = [
    None, True, "", "NA", "often", 1e400, -1e400, 10**30, -(10**400), 1e-320, [], {}, [[1]],
    {"rows": 1}, "\ud800", "\u0000", "２", "1,5", "x" * 5000, "2023-02-30", float("nan"),
]  # fmt: skip
BYTES = [b"\x00", b"\xff", b"\xc3", b'"', b"\\u", b"{", b"]", b",", b"\n", b"1e999", b"PAR1"]


def a_body(rng: random.Random) -> tuple[str, bytes, str, dict[str, str]]:
    """A path, a body, its media type, and headers."""
    path, kind = rng.choice(PATHS)
    headers: dict[str, str] = {}
    name = path.split("/")[2 + path.startswith("/v2")]
    rows = [dict(row) for row in rng.sample(rows_of(name), 2)]
    for row in rows:
        for column in rng.sample([*row], rng.randint(0, 3)):
            if rng.random() < 0.2:
                del row[column]
            else:
                row[column] = rng.choice(ODD)
    value: object = rows
    if path.startswith("/v2"):
        inputs = [
            {
                "name": column,
                "datatype": rng.choice(["FP64", "BYTES", "INT32", "BOOL", "FP128"]),
                "shape": rng.choice([[2], [2, 1], [], [-1], [10**12], [2, 2]]),
                "data": [row.get(column) for row in rows],
                **({"parameters": {"binary_data_size": rng.choice(ODD)}} if rng.random() < 0.2
                   else {}),
            }
            for column in rows[0]
        ]  # fmt: skip
        value = {"inputs": inputs, "outputs": rng.choice([[], [{"name": "lower"}], 3])}
        if rng.random() < 0.3:
            headers["Inference_Header_Content_Length"] = rng.choice(["5", "-1", "x", "9" * 30])
    if kind == "text/csv":
        lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
        body = "\n".join(lines).encode("utf-8", "replace")
    else:
        body = json.dumps(value).encode()
    for _ in range(rng.choice([0, 0, 1, 3])):
        at = rng.randint(0, len(body))
        body = body[:at] + rng.choice(BYTES) + body[at + rng.randint(0, 20) :]
    return path, body, kind, headers


def try_bodies(client, count: int, seed: int) -> dict[int, int]:
    """Statuses of so many bodies."""
    rng = random.Random(seed)
    found: dict[int, int] = {}
    for number in range(count):
        path, body, kind, headers = a_body(rng)
        reply = client.ask("POST", path, body, kind, **headers)
        assert reply.status < 500, (seed, number, path, body[:400], reply.body)
        if reply.status != 200:
            assert reply.json()["status"] == reply.status
        found[reply.status] = found.get(reply.status, 0) + 1
    return found


@pytest.mark.filterwarnings("ignore::trueodds.errors.TableWarning")
def test_a_few_bodies(client) -> None:
    found = try_bodies(client, 60, 0)
    assert found[400] > 5
    assert found[422] > 5


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::trueodds.errors.TableWarning")
def test_many_bodies(client) -> None:
    found = try_bodies(client, int(os.environ.get("TRUEODDS_BODIES", 5000)), 1)
    print(found)
    assert client.get("/v2/health/ready").status == 200
