import importlib.util
import re

import altair
import pytest

from trueodds.report.bundle import BUNDLE, VEGA_LITE, build, read_asset

BUNDLED = read_asset(BUNDLE)


def test_the_charts_are_held_to_the_schema_that_the_bundle_draws() -> None:
    release = altair.SCHEMA_VERSION.removeprefix("v")
    assert release.rsplit(".", 1)[0] == VEGA_LITE
    assert f'"{release}"' in BUNDLED
    assert f"Vega-Lite {release}" in read_asset("NOTICE.md")


def test_the_bundle_can_stand_inside_a_script_element() -> None:
    # Each of these would end the element, or change what the browser's parser makes of it.
    for trap in ("</script", "<script", "<!--", "\r", "\0"):
        assert trap not in BUNDLED.lower()


def test_the_bundle_carries_its_notices() -> None:
    head = BUNDLED[: BUNDLED.index("*/")]
    for part in ("BSD-3-Clause", "University of Washington", "Mike Bostock", "AS IS"):
        assert part in head


def test_the_bundle_defines_what_the_page_calls() -> None:
    assert re.search(r"window\.vegaEmbed\s*=", BUNDLED)
    assert "vegaEmbed(" in read_asset("page.js")


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("vl_convert") is None, reason="vl-convert-python is not installed"
)
def test_the_bundle_is_what_its_maker_makes() -> None:
    assert build() == BUNDLED
