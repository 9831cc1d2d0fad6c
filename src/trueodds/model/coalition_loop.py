"""The compiled loop that puts first sums of mixed rows together.

All sums are exact (`trueodds.model.fixed`), so a row's may be made from those of the row before it:
the orders of an explanation change one column at a time.
"""

# Numba's types, not Python's: mypy cannot follow them.
# mypy: ignore-errors

from trueodds.functions.cache import jit


@jit(nogil=True, error_model="numpy")
def add_changes(changes, starts, at, own, sums):
    """Fill ``sums``, shape (n, units), with the first sums of mixed rows.

    Parameters
    ----------
    changes
        float64 of shape (background rows, columns, units): how the row's cell changes the sums.
    starts
        float64 of shape (background rows, units): the sums of the background rows.
    at
        int64 of shape (n,): background rows; equal ones stand together.
    own
        bool of shape (n, columns): which cells are the row's.
    sums
        float64 of shape (n, units), C-contiguous.
    """
    columns, units = changes.shape[1:]
    for row in range(len(at)):
        background = at[row]
        out = sums[row]
        changed = taken = 0
        for column in range(columns):
            taken += own[row, column]
            changed += own[row, column] != own[row - 1, column]
        follows = row > 0 and at[row - 1] == background and changed < taken
        before = sums[row - 1] if follows else starts[background]
        for unit in range(units):
            out[unit] = before[unit]
        for column in range(columns):
            change = changes[background, column]
            if own[row, column] and not (follows and own[row - 1, column]):
                for unit in range(units):
                    out[unit] += change[unit]
            elif follows and own[row - 1, column] and not own[row, column]:
                for unit in range(units):
                    out[unit] -= change[unit]
