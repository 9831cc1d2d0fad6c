"""What the networks add to a logistic regression, in words."""

from math import isfinite

from trueodds.evaluation.baseline import Baseline

NOT_FITTED = "not compared with a logistic regression, which would have too many inputs"
OTHER = "a logistic regression on the same inputs"


def baseline_text(found: Baseline | None) -> str:
    """One sentence without its point: the paired difference of the log-loss, and if it is chance.

    ``found`` is the logistic regression; None if there is none.
    """
    if found is None:
        return NOT_FITTED
    gap = found.difference
    if not isfinite(gap.value):
        return f"the log-loss of {OTHER} is not defined"
    far = f"{abs(gap.value):.4f} {'lower' if gap.value >= 0.0 else 'higher'}"
    if not (isfinite(gap.low) and isfinite(gap.high)):
        return f"the networks’ log-loss is {far} than that of {OTHER}, which may be chance"
    ends = (gap.low, gap.high) if gap.value >= 0.0 else (-gap.high, -gap.low)
    size = f"(95%: {ends[0]:.4f} to {ends[1]:.4f})"
    if found.verdict == "better":
        return f"the networks’ log-loss is {far} than that of {OTHER} {size}"
    verdict = "worse than" if found.verdict == "worse" else "not better, beyond chance, than"
    return f"the networks are {verdict} {OTHER}: their log-loss is {far} {size}"
