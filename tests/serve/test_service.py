"""Every address of the server, over real HTTP."""

import io
import json
from types import SimpleNamespace

import polars as pl
import pytest

from serve.conftest import GOLDEN, rows_of
from trueodds import load
from trueodds.serve.openapi import openapi
from trueodds.serve.registry import Served
from trueodds.serve.service import tell

PREDICT = "/models/relu/predict"
pytestmark = pytest.mark.filterwarnings("ignore::trueodds.errors.TableWarning")


def test_rows_of_json_have_the_forecasts_of_python(client) -> None:
    model, rows = load(GOLDEN / "relu.odds"), rows_of("relu")
    found = client.post(PREDICT, rows).json()
    assert [row["log_odds"] for row in found["rows"]] == model.log_odds(rows).tolist()
    assert [row["probability"] for row in found["rows"]] == model.predict(rows).tolist()
    assert (found["target"], found["yes"]) == (model.target_name, model.target_yes)
    one = client.post(PREDICT, rows[3]).json()
    assert one["rows"] == found["rows"][3:4]
    assert client.post(PREDICT, {"rows": rows[:2]}).json()["rows"] == found["rows"][:2]


def test_csv_and_parquet_are_read_and_written(client) -> None:
    rows = [row for row in rows_of("crosses") if None not in row.values()][:6]
    model, table = load(GOLDEN / "crosses.odds"), pl.DataFrame(rows)
    expected = model.predict(table).tolist()
    path = "/models/crosses/predict"
    csv = client.ask("POST", path, table.write_csv().encode(), "text/csv", accept="text/csv")
    assert csv.kind.startswith("text/csv")
    assert pl.read_csv(csv.body)["probability"].to_list() == expected
    file = io.BytesIO()
    table.write_parquet(file)
    kind = "application/vnd.apache.parquet"
    parquet = client.ask("POST", path, file.getvalue(), kind, accept=kind)
    assert pl.read_parquet(parquet.body)["probability"].to_list() == expected


def test_a_decision_by_costs(client) -> None:
    rows = rows_of("relu")[:4]
    found = client.post(f"{PREDICT}?decide=true&cost_fp=1&cost_fn=3", rows).json()["rows"]
    assert [row["decision"] == "call" for row in found] == [r["probability"] >= 0.25 for r in found]


def test_a_decision_without_costs_names_the_options_of_the_query(client) -> None:
    reply = client.post(f"{PREDICT}?decide=true", rows_of("relu")[:1])
    assert reply.status == 422
    assert reply.json()["detail"] == (
        "the model has no costs to decide by: add cost_fp and cost_fn to the query, or fit with "
        "costs"
    )


def fields(reply) -> list[tuple]:
    assert reply.kind == "application/problem+json"
    problem = reply.json()
    assert problem["status"] == reply.status
    return [(error.get("row"), error["field"]) for error in problem.get("errors", [])]


def test_a_problem_names_field_and_row(client) -> None:
    rows = rows_of("relu")[:3]
    odd = [rows[0], {**rows[1], "amount": "often"}, {**rows[2], "begun": "some day"}]
    reply = client.post(PREDICT, odd)
    assert (reply.status, fields(reply)) == (422, [(1, "amount"), (2, "begun")])
    assert reply.json()["errors"][0]["pointer"] == "/1/amount"
    reply = client.post(PREDICT, [rows[0], {**rows[1], "town": ["a"]}])
    assert (reply.status, fields(reply)) == (422, [(1, "town")])
    reply = client.post(PREDICT, {name: rows[0][name] for name in rows[0] if name != "skewed"})
    assert (reply.status, fields(reply)) == (422, [(None, "skewed")])
    assert reply.json()["detail"].startswith('the body has no column "skewed"')
    reply = client.ask("POST", PREDICT, b"amount,town\n1,a\n", "text/csv")
    assert (reply.status, fields(reply)[0]) == (422, (None, "skewed"))


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        (PREDICT, b"", "application/json", 400),
        (PREDICT, b"{", "application/json", 400),
        (PREDICT, b"[" * 100_000, "application/json", 400),
        (PREDICT, b"[1]", "application/json", 400),
        (PREDICT, b"[]", "application/json", 422),
        (PREDICT, b"\xff\xfe\x00", "text/csv", 400),
        (PREDICT, b"PAR1", "application/x-parquet", 400),
        (PREDICT, b"a", "text/plain", 415),
        (PREDICT, b"[" + b"{}," * 600 + b"{}]", "application/json", 413),
        (PREDICT, b" " * 200_001, "application/json", 413),
        (f"{PREDICT}?interval=perhaps", b"{}", "application/json", 400),
        (f"{PREDICT}?explain=1.5", b"{}", "application/json", 400),
        (f"{PREDICT}?cost_fp=1", b"{}", "application/json", 400),
        (f"{PREDICT}?what=1", b"{}", "application/json", 400),
        ("/models/none/predict", b"{}", "application/json", 404),
        ("/v2/models/relu/versions/7/infer", b"{}", "application/json", 404),
        ("/v2/models/relu/infer", b"{}", "application/json", 400),
        ("/v2/models/relu", b"{}", "application/json", 405),
    ],
)  # fmt: skip
def test_what_is_refused(client, path, body, kind, status) -> None:
    reply = client.ask("POST", path, body, kind)
    assert reply.status == status, reply.body
    assert fields(reply) == []


def test_the_description_fits_the_rows(client) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    described = client.get("/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    assert "/models/relu/predict" in described["paths"]
    schema = described["components"]["schemas"]["relu.row"]
    model = load(GOLDEN / "relu.odds")
    assert [*schema["properties"]] == [column.name for column in model.schema.used]
    assert schema["properties"]["colour"]["x-levels"] == ["red", "green", "blue"] or sorted(
        schema["properties"]["colour"]["x-levels"]
    ) == ["blue", "green", "red"]
    for row in rows_of("relu")[3:8]:
        jsonschema.validate(row, schema)


def test_odd_names_of_models_are_described_as_openapi_allows() -> None:
    model = load(GOLDEN / "relu.odds")
    names = ("a/b?c ü", "a_b_c__", "plain")
    served = {name: Served(name, "1", model, GOLDEN, (0, 0, 0)) for name in names}
    described = openapi(served)
    keys = [*described["components"]["schemas"]]
    assert keys == ["Problem", "a_b_c__.row", "a_b_c__.row_", "plain.row"]
    place = "/models/a%2Fb%3Fc%20%C3%BC/predict"
    content = described["paths"][place]["post"]["requestBody"]["content"]["application/json"]
    assert content["schema"]["oneOf"][0]["$ref"] == "#/components/schemas/a_b_c__.row"


def test_the_page_has_the_form_and_loads_nothing(client) -> None:
    text = client.get("/?model=crosses").body.decode()
    assert 'id="try-form"' in text
    assert "default-src &#39;none&#39;" in text
    assert '<a href="?model=relu">relu</a>' in text


def test_the_protocol_with_tensors_of_json(client) -> None:
    model, rows = load(GOLDEN / "crosses.odds"), rows_of("crosses")[:5]
    about = client.get("/v2/models/crosses").json()
    kinds = {each["name"]: each["datatype"] for each in about["inputs"]}
    assert [*kinds] == [column.name for column in model.schema.used]

    def cell(value, kind):
        return value if kind == "FP64" or value is None else str(value)

    inputs = [
        {
            "name": name,
            "datatype": kind,
            "shape": [len(rows), 1],
            "data": [cell(row[name], kind) for row in rows],
        }
        for name, kind in kinds.items()
    ]
    version = about["versions"][0]
    path = f"/v2/models/crosses/versions/{version}/infer"
    found = client.post(path, {"id": "7", "inputs": inputs}).json()
    assert (found["id"], found["model_name"], found["model_version"]) == ("7", "crosses", version)
    by_name = {each["name"]: each for each in found["outputs"]}
    assert by_name["log_odds"]["data"] == model.log_odds(rows).tolist()
    assert by_name["probability"]["shape"] == [len(rows)]
    inputs[0]["data"] = inputs[0]["data"][:-1]
    reply = client.post("/v2/models/crosses/infer", {"inputs": inputs})
    assert reply.status == 400
    assert "do not have its shape" in reply.json()["error"]


def test_what_is_measured_and_what_is_logged(client, capfd) -> None:
    def count(name: str) -> float:
        lines = client.get("/metrics").body.decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))

    name = 'trueodds_unseen_levels_total{column="colour",model="relu"}'
    before = count(name)
    rows = [{**row, "colour": "secret-colour"} for row in rows_of("relu")[3:6]]
    assert client.post(PREDICT, rows).status == 200
    assert count(name) == before + 3
    assert count("trueodds_forecast_count") > 0
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line[:1] == "{"]
    assert any(
        line.get("rows") == 3 and line["route"] == "/models/{name}/predict" for line in lines
    )
    assert "secret" not in json.dumps(lines)


def test_health(client) -> None:
    assert client.get("/v2/health/live").status == client.get("/v2/health/ready").status == 200
    assert client.get("/v2/models/relu/ready").status == 200
    assert client.get("/v2").json()["extensions"] == ["binary_tensor_data"]


def test_a_line_of_the_log_is_one_write(monkeypatch) -> None:
    """Several workers write into one log."""
    written: list[str] = []
    monkeypatch.setattr("sys.stderr", SimpleNamespace(write=written.append, flush=lambda: None))
    tell("start", rows=3)
    (line,) = written
    assert line.endswith("}\n")
    assert json.loads(line)["rows"] == 3
