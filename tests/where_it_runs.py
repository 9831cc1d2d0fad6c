"""Where a model runs: `python tests/where_it_runs.py` writes docs/where.md and README's table.

`test_where_it_runs` proves that each line has a test, and that the test has the real counterpart.
"""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "where.md"
README = ROOT / "README.md"
BEGIN, END = "<!-- places: tests/where_it_runs.py -->\n", "<!-- end of places -->\n"


@dataclass(frozen=True)
class Place:
    """One line of the list."""

    where: str
    short: str
    """Its name in README."""
    kind: str
    """Its column of README's table."""
    how: str
    """The command or the name that starts it."""
    extra: str
    counterpart: str
    """The program or library of others that the test runs."""
    sign: str
    """What the test's file has where it runs that program."""
    test: str
    page: str


PLACES = (
    Place(
        "the command line, in pipelines",
        "pipelines",
        "in other tools",
        "`trueodds predict m.odds new.csv`",
        "",
        "GNU Make",
        '["make", "-f"',
        "test_pipelines.py::test_it_runs_once_goes_on_after_drift_and_stops_at_a_check",
        "pipelines.md",
    ),
    Place(
        "HTTP: JSON, CSV, Parquet",
        "HTTP",
        "served",
        "`trueodds serve m.odds`",
        "serve",
        "uvicorn",
        "over real HTTP",
        "serve/test_service.py::test_csv_and_parquet_are_read_and_written",
        "serving.md",
    ),
    Place(
        "clients of KServe, Seldon, Triton: Open Inference Protocol 2 over HTTP",
        "Open Inference Protocol",
        "served",
        "`trueodds serve m.odds`",
        "serve",
        "tritonclient",
        "tritonclient.http",
        "serve/test_processes.py::test_the_official_client_of_the_protocol",
        "serving.md",
    ),
    Place(
        "a browser, without a server",
        "a browser",
        "without trueodds",
        "the report of `trueodds fit`",
        "",
        "Chromium",
        "from chromium import",
        "report/test_browser_try.py::test_200_rows_of_a_real_table_have_the_bits_of_python",
        "page.md",
    ),
    Place(
        "JavaScript",
        "JavaScript",
        "without trueodds",
        "`trueodds export m.odds --js m.mjs`",
        "",
        "Node.js",
        '"node"',
        "export/test_javascript.py::test_golden_rows",
        "export.md",
    ),
    Place(
        "ONNX, from raw columns",
        "ONNX",
        "without trueodds",
        "`trueodds export m.odds --onnx m.onnx`",
        "onnx",
        "onnxruntime",
        "onnxruntime",
        "export/test_onnx.py::test_golden_rows",
        "export.md",
    ),
    Place(
        "DuckDB, as one query",
        "DuckDB",
        "without trueodds",
        "`trueodds export m.odds --sql duckdb`",
        "",
        "DuckDB",
        "duckdb",
        "export/test_sql.py::test_duckdb",
        "export.md",
    ),
    Place(
        "PostgreSQL, as one query",
        "PostgreSQL",
        "without trueodds",
        "`trueodds export m.odds --sql postgres`",
        "",
        "a PostgreSQL server",
        "test_postgresql import",
        "export/test_sql.py::test_postgresql",
        "export.md",
    ),
    Place(
        "MLflow: `mlflow.pyfunc`",
        "MLflow",
        "in other tools",
        "`trueodds.interop.mlflow.save_model`",
        "mlflow",
        "MLflow",
        "mlflow.pyfunc.load_model",
        "interop/test_mlflow.py::test_pyfunc_gives_the_bits_of_the_model",
        "mlflow.md",
    ),
    Place(
        "MLflow's server",
        "MLflow's server",
        "served",
        "`mlflow models serve -m FOLDER`",
        "mlflow",
        "MLflow",
        '"models", "serve"',
        "interop/test_mlflow.py::test_served_by_mlflow",
        "mlflow.md",
    ),
    Place(
        "pipelines and searches of scikit-learn",
        "scikit-learn",
        "in other tools",
        "`TrueOddsClassifier`",
        "",
        "scikit-learn",
        "GridSearchCV",
        "test_tuning.py::test_a_grid_search_in_a_pipeline",
        "tuning.md",
    ),
    Place(
        "joblib's processes and threads",
        "joblib",
        "in other tools",
        "`n_jobs=2` of a search",
        "",
        "joblib with loky",
        '"loky"',
        "test_tuning.py::test_processes_of_joblib_give_the_same_bits",
        "tuning.md",
    ),
    Place(
        "joblib on a Ray cluster",
        "joblib",
        "on many machines",
        '`joblib.parallel_config("ray")`',
        "ray",
        "joblib's backend of Ray",
        "register_ray()",
        "test_tuning.py::test_joblib_on_ray_gives_the_same_bits",
        "tuning.md",
    ),
    Place(
        "Optuna",
        "Optuna",
        "in other tools",
        "`TrueOddsClassifier`",
        "",
        "Optuna",
        '"tuning.md": "optuna"',
        "test_docs.py::test_every_command_runs",
        "tuning.md",
    ),
    Place(
        "many machines: Ray",
        "Ray",
        "on many machines",
        "`trueodds fit … --on ray`",
        "ray",
        "a Ray cluster",
        "ray",
        "execution/test_ray_run.py::test_a_killed_worker_costs_only_its_member_and_no_byte_changes",
        "ray.md",
    ),
    Place(
        "tables that no machine holds: Ray",
        "larger tables",
        "on many machines",
        "`trueodds fit FOLDER --rows N --on ray`",
        "ray",
        "a Ray cluster",
        "ray",
        "cli/test_share.py::test_a_cluster_draws_and_scores_as_this_machine_does",
        "ray.md",
    ),
    Place(
        "SHAP",
        "SHAP",
        "in other tools",
        "`trueodds.interop.shap.Background`",
        "",
        "SHAP",
        "shap.explainers",
        "interop/test_shap.py::test_explainers_with_a_background",
        "python.md",
    ),
)
HEAD = """# Where it runs

*`python tests/where_it_runs.py` writes this page from the tests: each line has one, with the real
counterpart.*

One model file runs in all of these places. Wherever trueodds itself, its JavaScript or its page
scores, a row has the same bits ([exact scoring](exact.md)); ONNX and SQL compute in floats, and
[export](export.md) has the differences that were measured.

| where | by | extra | tested with | test |
| --- | --- | --- | --- | --- |
"""


def page() -> str:
    """The whole page."""
    lines = [
        f"| [{place.where}]({place.page}) | {place.how} | "
        f"{f'`{place.extra}`' if place.extra else ''} | {place.counterpart} | "
        f"`tests/{place.test.partition('::')[0]}` |\n"
        for place in PLACES
    ]
    return HEAD + "".join(lines)


def readme() -> str:
    """README, with the table of this list."""
    kinds = list(dict.fromkeys(place.kind for place in PLACES))
    cells = [
        ", ".join(f"[{p.short}](docs/{p.page})" for p in PLACES if p.kind == kind) for kind in kinds
    ]
    rows = (kinds, ["---"] * len(kinds), cells)
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    return before + BEGIN + table + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    README.write_text(readme(), encoding="utf-8")
