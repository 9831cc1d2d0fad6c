"""Names of months in other languages, and dates in spellings that are not read."""

import datetime as dt

import pytest

from spelled import column_of_csv
from trueodds.columns.date_text import moment

START = dt.datetime(2019, 1, 15, 8, 30, 5)

MONTHS = {
    "German": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "German, short": "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "French": "janvier février mars avril mai juin juillet août septembre octobre novembre "
    "décembre",
    "French, short": "janv févr mars avr mai juin juil août sept oct nov déc",
    "Spanish": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "Spanish, short": "ene feb mar abr may jun jul ago sep oct nov dic",
    "Portuguese": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro",
    "Portuguese, short": "jan fev mar abr mai jun jul ago set out nov dez",
    "Italian": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre "
    "novembre dicembre",
    "Italian, short": "gen feb mar apr mag giu lug ago set ott nov dic",
    "Dutch": "januari februari maart april mei juni juli augustus september oktober november "
    "december",
    "Dutch, short": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "Swedish": "januari februari mars april maj juni juli augusti september oktober november "
    "december",
}


@pytest.mark.parametrize("language", MONTHS)
@pytest.mark.parametrize(
    "shape", ["{d}. {m} {y}", "{d:02}-{m}-{y}", "{d} de {m} de {y}", "{m} {y}"]
)
def test_names_of_months_in_other_languages(language: str, shape: str) -> None:
    names = MONTHS[language].split()
    days = [dt.datetime(2019, n, 1 if "{d" not in shape else 2 * n) for n in range(1, 13)]
    cells = [shape.format(d=m.day, m=names[m.month - 1], y=m.year) for m in days]
    for written in (cells, [cell.upper() for cell in cells]):
        column, values = column_of_csv(written)
        assert column.kind == "date"
        assert values.tolist() == [m.replace(tzinfo=dt.UTC).timestamp() for m in days]


@pytest.mark.parametrize(
    "shape",
    [
        "{m.day} {russian} {m.year}",
        "Pt, {m:%d.%m.%Y}",
        "{m:%Y-%d-%m}",
        "{m:%Y-%m-%d %H:%M:%S} Europe/Berlin",
    ],
)
def test_dates_that_are_not_read_are_said(shape: str) -> None:
    russian = ("января", "мая", "октября")
    days = [START + dt.timedelta(days=31 * i) for i in range(30)]
    cells = [shape.format(m=m, russian=russian[m.month % 3]) for m in days]
    column, _ = column_of_csv(cells)
    assert column.kind != "date"
    (said,) = column.remarks
    assert said.endswith("look like dates, but are not read: write them as 2019-12-31")
    named = said.split('"')[1]
    assert named in cells
    assert all(moment(named, order, 1969) is None for order in ("ymd", "dmy", "mdy"))


@pytest.mark.parametrize("cells", [["INV-2019-1234", "INV-2020-0001"], ["Mazda 6 2019", "a"]])
def test_other_cells_with_years_are_no_dates(cells: list[str]) -> None:
    column, _ = column_of_csv([f"{cell}{i % 7}" for i, cell in enumerate(cells * 9)])
    assert column.remarks == ()
