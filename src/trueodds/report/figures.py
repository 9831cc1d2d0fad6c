"""The page's figures: each a chart or two, with the sentence that tells how to read it."""

from math import isfinite

from trueodds.model import Model
from trueodds.report import forecast_charts, model_charts
from trueodds.report.curves import precision_recall, roc
from trueodds.report.distribution import forecast_histogram, spread_by_class
from trueodds.report.figure import Figure, drawing
from trueodds.report.health_figures import health_figures
from trueodds.report.learning import learning_curves
from trueodds.report.out_of_fold import ColumnImportance
from trueodds.report.reliability import Bin
from trueodds.report.sample import Sample
from trueodds.report.wording import clean, count, decimals, quoted, share

MOST_COLUMNS_DRAWN = 20


def reliability_figure(sample: Sample, bins: tuple[Bin, ...], yes: str) -> Figure:
    """Reliability diagram over a histogram of all forecasts."""
    title = "Do the probabilities come true?"
    if not bins:
        return Figure("reliability", title, "", missing="No row has an out-of-fold forecast.")
    low, high = forecast_charts.forecast_range(bins)
    near = sum(b.low <= b.forecast <= b.high for b in bins)
    summary = (
        f"Reliability diagram with {len(bins)} bins; in {near} of them the 95% interval of the "
        f"observed share holds the mean forecast."
    )
    return Figure(
        "reliability",
        title,
        "Each dot gathers rows with neighbouring forecasts; on the dashed line a forecast of 30% "
        "comes true 30 times in 100; above the line forecasts are too low, below it too high.",
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
        return Figure("spread", title, "", missing="No row has an out-of-fold forecast.")
    chart = drawing(
        "spread",
        f"Histogram of the forecasts, for the rows that were {yes} and for those that were {no}.",
        forecast_charts.class_spread(spread_by_class(sample), yes, no),
    )
    return Figure(
        "spread",
        title,
        "Each class’s bars add up to 100%: the less the two shapes overlap, the more the "
        "columns tell about the target.",
        (chart,),
        legend=(("block accent", yes), ("block plain", no)),
    )


def ranking_figures(sample: Sample, yes: str, no: str) -> tuple[Figure, Figure]:
    """ROC and precision-recall curves."""
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
            f"Walking from the highest forecast down: the sooner the curve rises, the more {yes} "
            f"is found before {no} is called by mistake; the dashed diagonal is guessing. "
            "The area counts pairs of rows of all folds, the AUC above pairs of one fold.",
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
            f"For any share of {yes} to be found, how often a row called {yes} truly is; "
            f"guessing stays at the base rate of {share(base)}.",
            (
                drawing(
                    "precision",
                    f"Precision-recall curve, average precision {decimals(second.area, 3)}.",
                    forecast_charts.precision_recall_curve(second, base, yes),
                ),
            ),
            legend=(
                ("line", f"average precision {decimals(second.area, 3)}"),
                ("dashed", f"base rate {share(base)}"),
            ),
        ),
    )


def importance_figure(importance: tuple[ColumnImportance, ...]) -> Figure:
    """Permutation importance of the first columns."""
    title = "Which columns does the forecast lean on?"
    measured = tuple(c for c in importance if all(map(isfinite, (c.mean, c.low, c.high))))
    if not measured:
        gone = "No importance was measured for any column."
        return Figure("importance", title, "", missing=gone)
    drawn = tuple(
        ColumnImportance(clean(c.name, 60), c.mean, c.low, c.high)
        for c in measured[:MOST_COLUMNS_DRAWN]
    )
    more = len(measured) - len(drawn)
    caption = (
        "The bar is the rise of the out-of-fold log-loss, in nats, when the column’s cells are "
        "shuffled among rows; a column that others can stand in for looks less important than it "
        "is."
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
        return Figure("learning", title, "", missing="No learning curve was kept.")
    return Figure(
        "learning",
        title,
        "One pair of lines a member. A member ends after as many epochs as are best for the rows "
        "outside its fold; the dot marks the weights that are kept.",
        (drawing("learning", f"Learning curves of {len(curves)} members.", chart),),
        legend=(
            ("line", "left-out fold"),
            ("dashed", "training (with dropout)"),
            ("dot", "kept epoch"),
        ),
    )


def all_figures(
    model: Model, sample: Sample, bins: tuple[Bin, ...], importance: tuple[ColumnImportance, ...]
) -> dict[str, Figure]:
    """Every figure of the page by its key."""
    # Short, because an axis has no room for a long label; the page's head has the whole.
    yes, no = quoted(model.target_yes, 24), quoted(model.target_no, 24)
    found = (
        reliability_figure(sample, bins, yes),
        spread_figure(sample, yes, no),
        *ranking_figures(sample, yes, no),
        importance_figure(importance),
        learning_figure(model),
        *health_figures(model.record),
    )
    return {figure.key: figure for figure in found}
