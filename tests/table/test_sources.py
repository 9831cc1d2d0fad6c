"""How the name of a table is understood, and what is shown of a URL."""

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.errors import TableError
from trueodds.table.sources import as_source, masked, secrets_of


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("adult.csv", "adult"),
        ("adult.csv.gz", "adult"),
        ("a/b/adult.CSV.GZ", "adult"),
        ("x.y.parquet", "x.y"),
        (".csv", ".csv"),
        ("t.jsonl.zst", "t"),
        ("-", "stdin"),
        ("book.xlsx#Loans of May", "Loans of May"),
        ("pack.zip#inner/loans.csv", "loans"),
        ("shop.duckdb#loans", "loans"),
        ("https://host/data/loans.csv.gz?token=x", "loans"),
        ("s3://bucket/deep/loans.parquet", "loans"),
        ("s3://bucket/loans/", "loans"),
        ("s3://bucket/loans/*.csv", "loans"),
        ("gs://bucket/*.csv", "bucket"),
        ("postgresql://ann:pw@host/shop#public.loans", "public.loans"),
        ("postgresql://ann:pw@host/shop", "shop"),
        ("months/*.csv", "months"),
        ("*.csv", "table"),
    ],
)
def test_stem(name: str, stem: str) -> None:
    """The name of a model that is made from the table."""
    assert as_source(name).stem == stem


def test_a_file_of_that_name_goes_before_its_signs(tmp_path: Path) -> None:
    for name in ("a#b.csv", "a[1].csv", "a*.csv", "what?.csv"):
        path = tmp_path / name
        path.write_text("a,b\n1,2\n")
        source = as_source(path)
        assert (source.kind, source.path, source.part) == ("path", path, "")
    parted = as_source(f"{tmp_path}/a#b.csv#c")
    assert (parted.path, parted.part) == (tmp_path / "a#b.csv", "c")


@pytest.mark.parametrize(
    ("path", "fits"),
    [("a/x.csv", True), ("a/b/c/x.csv", True), ("a/x.tsv", False), ("b/x.csv", False)],
)
def test_two_stars_stand_for_any_folders_or_none(path: str, fits: bool) -> None:
    assert as_source("a/**/*.csv").matches(Path(path)) == fits
    assert not as_source("a/*.csv").matches(Path("a/b/x.csv"))


def test_what_is_no_table_is_refused_in_a_sentence() -> None:
    with pytest.raises(TableError, match="unknown kind of URL; a table is at http://"):
        as_source("ftp://ann:secret@host/t.csv")
    with pytest.raises(TableError, match='"foo" is no format of a table: choose csv'):
        as_source("t.csv", told="foo")
    with pytest.raises(TableError, match="by # or by a query, not by both"):
        as_source("t.sqlite#a", query="select 1")
    with pytest.raises(TableError, match="is no URL"):
        as_source("https://[/t.csv")


word = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=4, max_size=12)
signs = st.text(st.sampled_from("abcXYZ019:/?#%&=.-_~+@"), min_size=4, max_size=16)


@given(user=word, password=signs, host=word, table=word)
def test_no_sign_of_a_password_shows_it(user: str, password: str, host: str, table: str) -> None:
    """Passwords with signs that a URL should not hold are hidden all the same."""
    password = f"pw{password}wp"
    query = f"sslpassword={quote(password, safe='')}"
    url = f"postgresql://{user}:{password}@{host}.example/shop?{query}#{table}"
    shown = f"postgresql://***@{host}.example/shop?***#{table}"
    assert masked(url) == shown
    try:
        source = as_source(url)
    except TableError as error:  # such as brackets that are no address
        assert str(error).startswith(f"{shown} is no URL: ")  # noqa: PT017
        return
    assert source.shown == shown
    assert source.part == table
    for text in (source.name, repr(source)):
        assert password not in text
        assert quote(password, safe="") not in text


def test_secrets_are_hidden_as_written_and_decoded() -> None:
    url = "https://ann:p%40ss@host/t.csv?X-Signature=abcdef&n=1"
    found = secrets_of(url)
    assert {"p%40ss", "p@ss", "abcdef", "X-Signature=abcdef&n=1"} <= set(found)
    hidden = as_source(url).hide("cannot log in with p@ss or p%40ss; signature abcdef")
    assert hidden == "cannot log in with *** or ***; signature ***"
    assert secrets_of("https://token1234@host/t.csv") == ["token1234"]
    assert secrets_of("plain.csv") == ()
