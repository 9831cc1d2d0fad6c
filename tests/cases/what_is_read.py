"""What trueodds reads, as docs/sources.md and docs/reading.md list it.

`python tests/cases/what_is_read.py` writes the lists into the documents. `test_what_is_read` proves
every line, and that the documents have these lists.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKINGS = (".gz", ".bz2", ".xz", ".zst")
PLACES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "a file",
        "`loans.csv`, `file:///home/ann/loans.csv`",
        "",
        ("CSV", "Parquet", "URL of a file", "URL of a folder", "URL of a pattern"),
    ),
    (
        "a compressed file",
        "`loans.csv.gz`, `.bz2`, `.xz`, `.zst`",
        "",
        (*(f"CSV and {e}" for e in PACKINGS), "JSON lines and .zst", "Parquet and .gz"),
    ),
    (
        "a zip archive",
        "`loans.zip`, `loans.zip#may.csv`",
        "",
        ("zip", "zip and its member", "zip of Parquet"),
    ),
    (
        "a folder, hive partitions too",
        "`loans/`",
        "",
        ("folder of CSV", "folder of Parquet", "folder of JSON lines"),
    ),
    ("a pattern", "`'loans/*.csv'`", "", ("pattern", "pattern through folders")),
    ("stdin", "`-`, with `--format csv` if need be", "", ()),
    (
        "an Excel or OpenDocument workbook",
        "`bank.xlsx#loans`, `bank.xls`, `bank.ods`",
        "excel",
        (
            *("Excel", "Excel and its sheet", "Excel 97", "Excel 97 and its sheet"),
            *("OpenDocument", "OpenDocument and its sheet"),
        ),
    ),
    (
        "a SQLite file",
        "`bank.sqlite#loans`, or `--query`",
        "",
        ("SQLite", "SQLite and its table", "SQLite and a query"),
    ),
    (
        "a DuckDB file",
        "`bank.duckdb#loans`, or `--query`",
        "duckdb",
        ("DuckDB", "DuckDB and its table", "DuckDB and a query"),
    ),
    ("a PostgreSQL server", "`postgresql://ann@host/bank#loans`, or `--query`", "sql", ()),
    ("a web server", "`https://host/loans.csv`", "", ()),
    ("a cloud", "`s3://bucket/loans.parquet`, `s3://bucket/loans/`, `gs://…`", "cloud", ()),
)
"""Where a table may lie: the kind, how it is written, its extra, and the sources that prove it.

Stdin, servers and clouds have tests of their own."""
ELSEWHERE = {
    "stdin": "cases/test_stdin.py::test_stdin",
    "a PostgreSQL server": "table/test_postgresql.py::test_a_table_and_a_query_of_postgresql",
    "a web server": "table/test_fetch.py::test_from_the_web",
    "a cloud": "table/test_fetch.py::test_from_the_cloud",
}

CELLS: tuple[tuple[str, tuple[str, ...], str, tuple[str, ...]], ...] = (
    ("numbers", ("1234.5", "2", "-3e-2"), "number", ("1234.5", "2", "-0.03")),
    ("numbers with commas in groups", ("1,234.5", "2,000,000"), "number", ("1234.5", "2000000")),
    ("numbers with a decimal comma", ("1.234,5", "3,5"), "number", ("1234.5", "3.5")),
    ("numbers with blanks in groups", ("1 234,5", "3,5"), "number", ("1234.5", "3.5")),
    ("numbers with apostrophes in groups", ("1'234.5", "22'000"), "number", ("1234.5", "22000")),
    ("numbers with a currency", ("$1,200.50", "$950", "$3"), "number", ("1200.5", "950", "3")),
    ("numbers with a unit", ("12 kg", "7.5 kg", "800 kg"), "number", ("12", "7.5", "800")),
    (
        "numbers with words that multiply",
        ("€1.2M", "€350K", "€2 million"),
        "number",
        ("1200000", "350000", "2000000"),
    ),
    ("numbers with a percent sign", ("12.5 %", "3 %", "40 %"), "number", ("12.5", "3", "40")),
    (
        "numbers with a minus behind, or in brackets",
        ("120-", "35", "(2)"),
        "number",
        ("-120", "35", "-2"),
    ),
    ("prices with a dash for the cents", ("12,-", "7,50"), "number", ("12", "7.5")),
    (
        "amounts as accountants write them",
        ("$ 1,200.50", "$ (3.00)", "$ -"),
        "number",
        ("1200.5", "-3", "0"),
    ),
    ("clock durations", ("1:30:00", "0:45:10"), "seconds", ("5400", "2710")),
    ("durations with days", ("2 days, 1:00:00", "0:30:00"), "seconds", ("176400", "1800")),
    (
        "durations in English, German, French or Spanish",
        ("1h 30m", "2 Std. 30 Min.", "3 heures"),
        "seconds",
        ("5400", "9000", "10800"),
    ),
    (
        "durations with years and months",
        ("1yrs 11mon", "2 years 3 months"),
        "seconds",
        ("60485400", "71004600"),
    ),
    ("ISO durations", ("P1DT2H", "PT30M"), "seconds", ("93600", "1800")),
    ("times of day", ("7:24 PM", "2:08 AM"), "seconds", ("69840", "7680")),
    ("times of day in French", ("19h24", "2h08"), "seconds", ("69840", "7680")),
    ("ISO dates", ("2024-03-01", "2024-12-31"), "date", ("2024-03-01", "2024-12-31")),
    ("months", ("2024-03", "2024-12"), "date", ("2024-03-01", "2024-12-01")),
    (
        "moments with an offset",
        ("2024-03-01T08:30:00+02:00", "2024-03-02T08:30:00Z"),
        "date",
        ("2024-03-01 06:30", "2024-03-02 08:30"),
    ),
    (
        "dates with the day first",
        ("01.03.2024", "31.12.2024"),
        "date",
        ("2024-03-01", "2024-12-31"),
    ),
    (
        "dates with the month first",
        ("03/01/2024", "12/31/2024"),
        "date",
        ("2024-03-01", "2024-12-31"),
    ),
    (
        "dates with names of months",
        ("1 March 2024", "31 December 2024"),
        "date",
        ("2024-03-01", "2024-12-31"),
    ),
    (
        "dates with such names first",
        ("Mar 1, 2024", "Dec 31, 2024"),
        "date",
        ("2024-03-01", "2024-12-31"),
    ),
    (
        "dates with names of months in German, French, Spanish, Portuguese, Italian, Dutch or "
        "Swedish",
        ("1. März 2024", "31 décembre 2024", "3 de mayo de 2024"),
        "date",
        ("2024-03-01", "2024-12-31", "2024-05-03"),
    ),
    (
        "dates of e-mails",
        ("Fri, 01 Mar 2024 08:30:00 +0000", "Sat, 02 Mar 2024 08:30:00 +0000"),
        "date",
        ("2024-03-01 08:30", "2024-03-02 08:30"),
    ),
    (
        "moments of digits alone",
        ("20240301083000", "20240302083000", "20240303090000", "20240304083000", "20240305083000"),
        "date",
        (
            *("2024-03-01 08:30", "2024-03-02 08:30", "2024-03-03 09:00", "2024-03-04 08:30"),
            "2024-03-05 08:30",
        ),
    ),
    (
        "moments of Oracle",
        ("01-MAR-24 08.30.00.000000000 AM", "31-DEC-24 06.30.00.000000000 PM"),
        "date",
        ("2024-03-01 08:30", "2024-12-31 18:30"),
    ),
    ("dates in Japanese", ("2024年3月1日", "2024年12月31日"), "date", ("2024-03-01", "2024-12-31")),
    ("yes and no", ("yes", "no"), "yes/no", ("yes", "no")),
    ("true and false", ("TRUE", "FALSE"), "yes/no", ("TRUE", "FALSE")),
    ("words", ("red", "green", "blue"), "category", ("red", "green", "blue")),
    (
        "codes with leading zeros",
        ("01067", "80331", "50667"),
        "category",
        ("01067", "80331", "50667"),
    ),
    (
        "codes of too many digits for a number",
        ("4929123412341234567", "4929123412341234568", "4929123412341234569"),
        "category",
        ("4929123412341234567", "4929123412341234568", "4929123412341234569"),
    ),
    ("missing markers", ("3", "4.5", "NA", "?"), "number", ("3", "4.5", "missing", "missing")),
)
"""Cells of a CSV file: what they are, cells of one column, how it is read, and their values."""


def sources() -> list[str]:
    """The list of places in docs/sources.md."""
    lines = ["| a table is | written as | extra |", "| --- | --- | --- |"]
    return lines + [f"| {k} | {w} | {f'`{x}`' if x else ''} |" for k, w, x, _ in PLACES]


def cells() -> list[str]:
    """The list of cells in docs/reading.md."""
    lines = ["| cells | such as | are read as | with the values |", "| --- | --- | --- | --- |"]
    for what, written, kind, values in CELLS:
        shown = ", ".join(f"`{cell}`" for cell in written)
        lines.append(f"| {what} | {shown} | {kind} | {', '.join(values)} |")
    return lines


LISTS = {"docs/sources.md": ("sources", sources), "docs/reading.md": ("cells", cells)}


def listed(document: str) -> tuple[str, str, str]:
    """A document's text before its list, the list, and the text behind."""
    name = LISTS[document][0]
    text = (ROOT / document).read_text(encoding="utf-8")
    marks = rf"(.*<!-- {name}: tests/cases/what_is_read\.py -->\n)(.*)(<!-- end of {name} -->.*)"
    found = re.fullmatch(marks, text, re.S)
    assert found is not None, f"{document} has no place for the list of {name}"
    before, inside, behind = found.groups()
    return before, inside, behind


def main() -> None:
    """Write the lists."""
    for document, (_, lines) in LISTS.items():
        before, _, behind = listed(document)
        text = before + "".join(f"{line}\n" for line in lines()) + behind
        (ROOT / document).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
