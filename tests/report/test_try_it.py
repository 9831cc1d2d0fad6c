"""The section "Try it": what it carries and what it says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trueodds.model import Model, load
from trueodds.model.background import background_rows
from trueodds.model.model import from_bytes
from trueodds.report.form_page import form_page
from trueodds.report.page import environment
from trueodds.report.try_it import smaller, try_it
from unpacked import from_halves, unpacked


@pytest.fixture(scope="module")
def kept() -> Model:
    """A model that keeps two rows for reasons."""
    model = load(Path(__file__).parents[1] / "golden" / "relu.odds")
    cells = {c.name: None for c in model.schema.used}
    rows = [{**cells, "amount": 123456.75}, cells]
    return replace(model, background=background_rows(model.read(rows), np.arange(2.0)))


def drawn(section) -> str:
    return environment().get_template("section_try.html.j2").render(section=section)


def carried(section) -> Model:
    return from_bytes(from_halves(unpacked(section.packed["model"])))


def test_the_page_carries_the_rows_of_reasons_and_says_so(kept: Model) -> None:
    section = try_it(kept, ())
    assert carried(section).background == kept.background
    text = drawn(section)
    assert "the model and the cells of 2 training rows, without their labels, and scores" in text
    assert 'id="why-button"' in text


def test_a_model_without_them_gives_no_reasons(kept: Model) -> None:
    text = drawn(try_it(replace(kept, background=None), ()))
    assert "the model without training rows, and scores" in text
    assert "fitted with --no-background" in text
    assert 'id="why-button"' not in text


def test_a_page_that_would_be_too_large_leaves_the_rows_out_first(kept: Model) -> None:
    rowless, modelless = smaller(kept, (), 2_500_000)
    assert carried(rowless).background is None
    assert "more than 2.5 MB: use trueodds predict --explain" in drawn(rowless)
    assert "The model is too large for this page" in drawn(modelless)
    assert len(list(smaller(replace(kept, background=None), (), 1))) == 1


def test_the_page_of_a_server_holds_no_training_row(kept: Model) -> None:
    text = form_page(kept, "relu", ["relu"])
    at = text.index('id="packed-model">') + len('id="packed-model">')
    packed = text[at : text.index("</script>", at)]
    assert from_bytes(from_halves(unpacked(packed))).background is None
    assert "Reasons need training rows, and this page holds none" in text
