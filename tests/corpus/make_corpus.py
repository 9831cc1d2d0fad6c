"""Makes the corpus of odd tables anew: python tests/corpus/make_corpus.py

Each file has a column "y" to forecast unless its name says otherwise. Large ones (10,000 columns, a
line of 100 MB) are made by the tests themselves.
"""

import gzip
from pathlib import Path

HERE = Path(__file__).parent
ROWS = 60


def rows(make, header: str = "x,c,y", end: str = "\n") -> str:  # type: ignore[no-untyped-def]
    """A header and rows made from the row's number; x tells y half the time."""
    return end.join([header, *(make(i) for i in range(ROWS))]) + end


def label(i: int) -> str:
    return "yes" if (i * 7) % 10 < 4 else "no"


def x(i: int) -> float:
    return (i * 37 % 60) / 7 + (label(i) == "yes") * 3


def plain(i: int) -> str:
    return f"{x(i):.3f},{'ab'[i % 2]},{label(i)}"


def odd(name: str) -> str:
    """A good column beside one that cycles through odd cells."""
    cells = {
        "numbers": ["1e999", "-1e999", "0x1F", "1,234.5", "1.234,5", "١٢", "1_000", "NaN", "+5"],
        "dates": ["2024-01-31", "31/01/2024", "Jan 31, 2024", "20240131", "2024-01-31T10:00:00Z"],
        "injection": ["=cmd()|'/C calc'!A0", "+1+1", "-2", "@SUM(A1)", "\t=1", '=HYPERLINK("x")'],
        "emoji": ["🙂", "👩‍👩‍👧‍👦", "🏴‍☠️", "e\u0301", "\u00e9", "\ufb01", "Ω"],
        "right_to_left": ["שלום", "مرحبا", "\u202eevil\u202c", "\u200f", "a\u200bb"],
        "controls": ["a\x01", "\x1b[31mred", "\x7f", "\x85", "\u2028", "\u2029", "\x0b"],
        "long": ["z" * 5000, "y" * 4999, "w"],
    }[name]

    def row(i: int) -> str:
        cell = cells[i % len(cells)].replace('"', '""')
        return f'{x(i):.3f},"{cell}",{label(i)}'

    return rows(row)


def files() -> dict[str, bytes]:
    good = rows(plain)
    half = good[: len(good) // 2]
    odd_names = ("numbers", "dates", "injection", "emoji", "right_to_left", "controls", "long")
    text = {f"{name}.csv": odd(name) for name in odd_names} | {
        "one_row.csv": "x,c,y\n1,a,yes\n",
        "two_rows.csv": "x,c,y\n1,a,yes\n2,b,no\n",
        "one_column.csv": rows(label, "y"),
        "header_only.csv": "x,c,y\n",
        "blank_lines.csv": "\n\n \n\n",
        "one_line_end.csv": "\n",
        "duplicate_headers.csv": rows(lambda i: f"{x(i)},{i % 3},{i % 5},{label(i)}", "x,x,x,y"),
        "target_twice.csv": rows(lambda i: f"{x(i)},{label(i)},{label(i + 1)}", "x,y,y"),
        "empty_headers.csv": rows(lambda i: f"{i},{x(i)},,{label(i)}", ",,,y"),
        "blank_headers.csv": rows(lambda i: f"{x(i)},b,{label(i)}", " , \t,y"),
        "quote_open.csv": good.replace(",a,", ',"a,', 1),
        "quote_last.csv": good[:-4] + '"no\n',
        "quotes_within.csv": good.replace(",a,", ',5" pipe,'),
        "quotes_only.csv": '"\n""\n"""\n',
        "newlines_within.csv": good.replace(",a,", ',"a\nb\r\nc",'),
        "ragged_short.csv": good + "1\n",
        "ragged_long.csv": half + "1,2,3,4,5\n" + good[len(good) // 2 :],
        "carriage_returns.csv": good.replace("\n", "\r"),
        "mixed_line_ends.csv": half + good[len(good) // 2 :].replace("\n", "\r\n"),
        "no_last_line_end.csv": good.rstrip("\n"),
        "semicolons.csv": good.replace(",", ";"),
        "excel_hint.csv": "sep=;\n" + good.replace(",", ";"),
        "commas_in_tsv.tsv": good,
        "only_delimiters.csv": ",,,\n,,,\n,,,\n",
        "target_missing_everywhere.csv": rows(lambda i: f"{x(i)},a,"),
        "target_one_label.csv": rows(lambda i: f"{x(i)},a,yes"),
        "target_of_numbers.csv": rows(lambda i: f"{x(i)},a,{i}"),
        "constant_columns.csv": rows(lambda i: f"7,a,{label(i)}"),
        "no_target.csv": good.replace(",y\n", ",z\n"),
        "patterns.csv": rows(plain, "^x$,*,y"),
        "markers.csv": rows(lambda i: f"{x(i)},{['NA', '?', 'null', ''][i % 4]},{label(i)}"),
        "lines.jsonl": "".join(
            f'{{"x": {x(i)}, "c": ["a", {{"b": 1}}, null, 1e400, "\\ud800"][{0}], "y": 1}}\n'
            for i in range(3)
        ),
        "odd.jsonl": "".join(
            f'{{"x": {x(i)}, "c": {["[1]", "null", "true", "1e400", "9" * 400][i % 5]}, '
            f'"y": "{label(i)}"}}\n'
            for i in range(ROWS)
        ),
        "surrogate.jsonl": "".join(
            f'{{"x": {x(i)}, "\\ud800": "\\udfff{i % 2}", "y": "{label(i)}"}}\n'
            for i in range(ROWS)
        ),
        "deep.jsonl": '{"x": ' + "[" * 20000 + "\n",
        "deep.json": "[" * 20000,
        "no_list.json": '{"x": 1, "y": 2}',
        "numbers.json": "[1, 2, 3]",
        "empty_list.json": "[]",
        "huge_number.jsonl": '{"x": ' + "9" * 10000 + ', "y": 1}\n{"x": 2, "y": 0}\n',
    }
    raw = {name: content.encode("utf-8", "surrogatepass") for name, content in text.items()}
    latin = rows(lambda i: f"{x(i)},{['München', 'Köln'][i % 2]},{label(i)}")
    mixed = latin.encode("utf-8").split(b"\n")
    mixed[20:40] = latin.encode("latin-1").split(b"\n")[20:40]
    return raw | {
        "latin_1.csv": latin.encode("latin-1"),
        "mixed_encodings.csv": b"\n".join(mixed),
        "not_even_windows.csv": latin.encode("latin-1").replace(b"\xfc", b"\x81"),
        "utf_16.csv": latin.encode("utf-16"),
        "utf_16_cut.csv": latin.encode("utf-16")[:-1],
        "utf_32.csv": latin.encode("utf-32"),
        "byte_order_mark.csv": b"\xef\xbb\xbf" + good.encode(),
        "only_a_byte_order_mark.csv": b"\xef\xbb\xbf",
        "zero_bytes.csv": good.replace(",a,", ",a\0b,").encode(),
        "zeros.csv": bytes(100),
        "empty.csv": b"",
        "gzip_cut.csv.gz": gzip.compress(good.encode(), mtime=0)[:-20],
        "gzip_not.csv.gz": good.encode(),
        "zip.csv": b"PK\x03\x04" + bytes(40),
        "parquet_not.parquet": good.encode(),
        "parquet_cut.parquet": b"PAR1" + bytes(40) + b"PAR1",
        "arrow_not.arrow": b"ARROW1" + bytes(40) + b"ARROW1",
        "unknown.xyz": good.encode(),
    }


if __name__ == "__main__":
    for name, content in files().items():
        (HERE / name).write_bytes(content)
