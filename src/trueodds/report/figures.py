"""The figures of the page: one or two charts each, with a caption that says how to read them."""

from math import isfinite

from trueodds.model import Model
from trueodds.report import forecast_charts, model_charts
from trueodds.report.curves import precision_recall, roc
from trueodds.report.distribution import forecast_histogram, spread_by_class
from trueodds.report.evidence import ColumnImportance, Evidence
from trueodds.report.figure import Figure, drawing
from trueodds.report.health_figures import health_figures
from trueodds.report.learning import learning_curves
from trueodds.report.log_odds_charts import log_odds_figure
from trueodds.report.reliability import Bin
from trueodds.report.sample import Sample
from trueodds.report.wording import clean, count, decimals, percent, quoted

MOST_COLUMNS_DRAWN = 20


def reliability_figure(sample: Sample, bins: tuple[Bin, ...], yes: str) -> Figure:
    """Reliability diagram over a histogram of all forecasts."""
    title = "Do the probabilities come true?"
    if not bins:
        return Figure("reliability", title, "", missing="No row has a forecast.")
    low, high = forecast_charts.forecast_range(bins)
    near = sum(b.low <= b.forecast <= b.high for b in bins)
    summary = (
        f"Reliability diagram with {len(bins)} bins; in {near} of them the mean forecast is in the "
        f"95% interval of the observed share."
    )
    return Figure(
        "reliability",
        title,
        "Each dot stands for rows with similar forecasts. On the dashed line, a forecast of 30% "
        "comes true 30 times in 100. Above the line the forecasts are too low, below it too high.",
        (
            drawing("reliability", summary, forecast_charts.reliability(bins, yes)),
            drawing(
                "forecasts",
                "Histogram of all forecasts, on the same axis.",
                forecast_charts.forecast_bars(forecast_histogram(sample, low, high), low, high),
            ),
        ),
        legend=(("dot", "observed share, 95% interval"), ("dashed", "perfect calibration")),
    )


def spread_figure(sample: Sample, yes: str, no: str) -> Figure:
    """Forecasts of each class."""
    title = "How far apart are the two classes?"
    if not sample.rows:
        return Figure("spread", title, "", missing="No row has a forecast.")
    chart = drawing(
        "spread",
        f"Histogram of the forecasts of rows that are {yes}, and of rows that are {no}.",
        forecast_charts.class_spread(spread_by_class(sample), yes, no),
    )
    return Figure(
        "spread",
        title,
        "The bars of each class add up to 100%. The less the two shapes overlap, the better the "
        "columns separate the classes.",
        (chart,),
        legend=(("block accent", yes), ("block plain", no)),
    )


def ranking_figures(
    sample: Sample, yes: str, no: str, by_folds: bool = True
) -> tuple[Figure, Figure]:
    """ROC and precision-recall curves; ``by_folds`` is that of the evidence."""
    titles = ("Ranking: ROC curve", "Ranking: precision and recall")
    first, second = roc(sample), precision_recall(sample)
    if first is None or second is None:
        gone = "Only one of the two labels has rows with a forecast, so there is nothing to rank."
        return Figure("roc", titles[0], "", missing=gone), Figure(
            "precision", titles[1], "", missing=gone
        )
    base = float(sample.yes.sum() / sample.weight.sum())
    return (
        Figure(
            "roc",
            titles[0],
            f"Rows are called {yes} one after another, from the highest forecast down. The sooner "
            f"the curve rises, the more rows of {yes} are found before rows of {no} are called "
            f"{yes} by mistake. The dashed diagonal is guessing."
            + (
                " The area compares all pairs of rows; the AUC above compares only pairs of rows "
                "in one fold."
                if by_folds
                else ""
            ),
            (
                drawing(
                    "roc",
                    f"ROC curve, area {decimals(first.area, 3)}.",
                    forecast_charts.roc_curve(first, yes, no),
                ),
            ),
            legend=(("line", f"area {decimals(first.area, 3)}"), ("dashed", "guessing")),
        ),
        Figure(
            "precision",
            titles[1],
            f"If a given share of {yes} is to be found: how often a row that is called {yes} is "
            f"{yes}. Guessing is right as often as the base rate of {percent(base)}.",
            (
                drawing(
                    "precision",
                    f"Precision-recall curve, average precision {decimals(second.area, 3)}.",
                    forecast_charts.precision_recall_curve(second, base, yes),
                ),
            ),
            legend=(
                ("line", f"average precision {decimals(second.area, 3)}"),
                ("dashed", f"base rate {percent(base)}"),
            ),
        ),
    )


def importance_figure(importance: tuple[ColumnImportance, ...]) -> Figure:
    """Permutation importance of the first columns."""
    title = "Which columns does the forecast depend on?"
    measured = tuple(c for c in importance if all(map(isfinite, (c.mean, c.low, c.high))))
    if not measured:
        gone = "No importance of a column was measured on these rows."
        return Figure("importance", title, "", missing=gone)
    drawn = tuple(
        ColumnImportance(clean(c.name, 60), c.mean, c.low, c.high)
        for c in measured[:MOST_COLUMNS_DRAWN]
    )
    more = len(measured) - len(drawn)
    caption = (
        "The bar shows how much the out-of-fold log-loss rises, in nats, if the cells of the "
        "column are shuffled among the rows. A column that other columns can replace looks less "
        "important than it is."
    )
    if more > 0:
        caption += f" The first {len(drawn)} of {count(len(measured))} columns are drawn."
    chart = drawing(
        "importance",
        f"Importance of {len(drawn)} columns; the first is {drawn[0].name}.",
        model_charts.importance(drawn),
    )
    return Figure(
        "importance",
        title,
        caption,
        (chart,),
        legend=(("dot", "mean rise over the folds, 95% interval"),),
    )


def learning_figure(model: Model) -> Figure:
    """Learning curves of all members."""
    title = "How did the members learn?"
    curves = learning_curves(model.record)
    chart = model_charts.learning(curves)
    if chart is None:
        return Figure("learning", title, "", missing="The model holds no learning curves.")
    return Figure(
        "learning",
        title,
        "Each member has two lines. A member is trained for the number of epochs that is best for "
        "the rows outside its fold. The dot marks the epoch whose weights are kept.",
        (drawing("learning", f"Learning curves of {len(curves)} members.", chart),),
        legend=(
            ("line", "left-out fold"),
            ("dashed", "training (with dropout)"),
            ("dot", "kept epoch"),
        ),
    )


def all_figures(
    model: Model, sample: Sample, bins: tuple[Bin, ...], evidence: Evidence
) -> dict[str, Figure]:
    """All figures of the page by their keys."""
    # An axis has no room for a long label; the head of the page shows the whole label.
    yes, no = quoted(model.target_yes, 24), quoted(model.target_no, 24)
    found = (
        reliability_figure(sample, bins, yes),
        log_odds_figure(bins, yes),
        spread_figure(sample, yes, no),
        *ranking_figures(sample, yes, no, evidence.by_folds),
        importance_figure(evidence.importance),
        learning_figure(model),
        *health_figures(model.record),
    )
    return {figure.key: figure for figure in found}
