"""SHAP explains models of tables with text columns."""

import warnings
from typing import Any

import numpy as np
import pytest

from trueodds import TrueOddsClassifier
from trueodds.interop.shap import Background

pd = pytest.importorskip("pandas")
shap = pytest.importorskip("shap")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def fitted() -> tuple[TrueOddsClassifier, Any]:
    rng = np.random.default_rng(0)
    x, town = rng.normal(size=200), rng.choice(["Bonn", "Ulm", "Köln"], 200)
    X = pd.DataFrame(
        {
            "euros": [f"{1000 + 300 * v:,.2f}" for v in x],
            "town": town,
            "since": rng.choice(["2020-01-02", "2021-05-06"], 200),
        }
    )
    y = np.where(x + 2.0 * (town == "Ulm") + 0.3 * rng.normal(size=200) > 0.5, "yes", "no")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return TrueOddsClassifier("quick", n_jobs=1).fit(X, y), X


def check(found: Any, forecast: Any) -> None:
    """The parts and the base sum up to the forecast, and the columns that matter have most."""
    np.testing.assert_allclose(found.values.sum(axis=1) + found.base_values, forecast, atol=1e-9)
    euros, town, since = np.abs(found.values).mean(axis=0)
    assert min(euros, town) > since


@pytest.mark.parametrize("kind", ["Exact", pytest.param("Permutation", marks=pytest.mark.slow)])
def test_explainers_with_a_background(fitted, kind: str) -> None:
    model, X = fitted
    explainer = getattr(shap.explainers, kind)(model.decision_function, Background(X[:10]))
    found = explainer(X[10:14])
    check(found, model.decision_function(X[10:14]))
    assert found.feature_names == ["euros", "town", "since"]


@pytest.mark.slow
def test_the_explainer_that_shap_chooses(fitted) -> None:
    model, X = fitted
    found = shap.Explainer(model.predict_proba, Background(X[:10]))(X[10:12])
    np.testing.assert_allclose(
        found.values.sum(axis=1) + found.base_values, model.predict_proba(X[10:12]), atol=1e-9
    )


def test_the_kernel_explainer_of_a_model(fitted) -> None:
    # It takes the names away from what a bound method belongs to; a model keeps them.
    model, X = fitted
    explainer = shap.KernelExplainer(model.model_.log_odds, X[:10])
    check(explainer(X[10:14]), model.model_.log_odds(X[10:14]))
    assert list(model.model_.feature_names_in_) == ["euros", "town", "since"]


def test_the_plots_take_the_reasons_of_a_model(fitted) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    model, X = fitted
    found = model.model_.explain(X[:30])
    explanation = shap.Explanation(
        found.values, found.base_values, found.data, feature_names=found.feature_names
    )

    def labels(draw: Any, what: Any) -> str:
        pyplot.figure()
        draw(what, show=False)
        pyplot.gcf().canvas.draw()
        shown = [t.get_text() for axes in pyplot.gcf().axes for t in axes.get_yticklabels()]
        pyplot.close("all")
        return " ".join(shown)

    for draw, what in (
        (shap.plots.waterfall, explanation[0]),
        (shap.plots.beeswarm, explanation),
        (shap.plots.bar, explanation),
        (shap.plots.bar, explanation[0]),
    ):
        shown = labels(draw, what)
        assert all(name in shown for name in found.feature_names), (draw.__name__, shown)
