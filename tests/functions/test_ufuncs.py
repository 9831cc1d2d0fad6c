"""The functions behave as NumPy's own ufuncs do."""

import pickle

import numpy as np
import pytest

from functions.operands import BINARY, REALS, UNARY, operands, rng
from trueodds import functions
from trueodds.functions.ufuncs import UFUNCS


@pytest.mark.parametrize("name", UNARY + BINARY)
def test_is_a_ufunc(name: str) -> None:
    function = getattr(functions, name)
    assert isinstance(function, np.ufunc)
    assert function.__name__ == name
    assert function.nin == (2 if name in BINARY else 1)
    assert function.nout == 1
    assert name in function.__doc__
    assert pickle.loads(pickle.dumps(function)) is function


@pytest.mark.parametrize("name", UNARY + BINARY)
@pytest.mark.parametrize("dtype", REALS)
def test_keeps_float_dtypes(name: str, dtype: type) -> None:
    arrays = operands(name, (7, 3), dtype)
    result = UFUNCS[name](*arrays)
    assert result.dtype == dtype
    assert result.shape == (7, 3)
    wide = UFUNCS[name](*(a.astype(np.float64) for a in arrays))
    np.testing.assert_array_equal(result, wide.astype(dtype))


@pytest.mark.parametrize("dtype", ["?", "b", "B", "h", "H", "i", "I", "l", "L"])
def test_integers_give_float64(dtype: str) -> None:
    whole = np.array([0, 1, 1, 0], dtype=dtype)
    for name in UNARY:
        with np.errstate(all="ignore"):
            result = UFUNCS[name](whole)
            assert result.dtype == np.float64
            np.testing.assert_array_equal(result, UFUNCS[name](whole.astype(float)))


@pytest.mark.parametrize("name", BINARY)
def test_mixed_operands_are_promoted_as_by_add(name: str) -> None:
    for dtype in REALS:
        z = np.array([-2.0, 0.0, 3.0], dtype=dtype)
        for y in (1, True, 0.5, np.int8([1, 0, 1]), np.array([True, False, True])):
            result = UFUNCS[name](z, y)
            assert result.dtype == np.add(z, y).dtype == dtype
            full = np.broadcast_to(np.asarray(y, dtype=dtype), z.shape)
            np.testing.assert_array_equal(result, UFUNCS[name](z, full))
        assert UFUNCS[name](z, np.array([1, 0, 1])).dtype == np.float64
    small = UFUNCS[name](np.int8([-3, 5]), np.array([True, False]))
    np.testing.assert_array_equal(small, UFUNCS[name](np.array([-3.0, 5.0]), np.array([1.0, 0.0])))
    x = np.arange(-128, 128).astype(np.int8)
    both = np.stack([x, x[::-1]], axis=1)
    expected = functions.sigmoid(x.astype(float))
    np.testing.assert_array_equal(functions.sigmoid(both)[:, 0], expected)
    np.testing.assert_array_equal(
        functions.sigmoid(x.astype(np.int16) * 3), functions.sigmoid(x * 3.0)
    )


@pytest.mark.parametrize("name", UNARY)
def test_dtype_out_and_casting_as_exp_has_them(name: str) -> None:
    function = UFUNCS[name]
    x = rng.uniform(0.1, 0.9, 9).astype(np.float32)
    np.testing.assert_array_equal(function(x, dtype=np.float64), function(x.astype(np.float64)))
    wide = np.empty(9)
    assert function(x, out=wide) is wide
    # As with exp: the loop is chosen by the input, the result cast to ``out`` after.
    np.testing.assert_array_equal(wide, function(x).astype(np.float64))
    whole = np.arange(2)
    for f in (np.exp, function):
        with pytest.raises(TypeError, match="cast"):
            f(np.full(9, 0.5), out=np.empty(9, np.float32), casting="safe")
        with pytest.raises(TypeError, match="cast"):
            f(x, out=np.empty(9, int))
        with pytest.raises(TypeError, match=r"type|loop"), np.errstate(all="ignore"):
            f(whole, dtype=int)
    with pytest.raises(ValueError, match="broadcast"):
        function(x, out=np.empty(8, np.float32))


@pytest.mark.parametrize("name", UNARY)
def test_types_are_those_of_exp(name: str) -> None:
    for dtype in "?bBhHiIlLqQefd":
        x = np.array([0, 1], dtype=dtype)
        with np.errstate(all="ignore"):
            found, peer = UFUNCS[name](x).dtype, np.exp(x).dtype
        # exp of one- and two-byte integers is float16 and float32: here all give float64.
        assert found == (peer if dtype in "efd" else np.float64)


def test_refuses_what_exp_refuses() -> None:
    for unusable in ("text", np.array(["a"]), np.array([1j])):
        with pytest.raises(TypeError):
            functions.sigmoid(unusable)


@pytest.mark.parametrize("name", UNARY + BINARY)
def test_scalars_give_scalars(name: str) -> None:
    arguments = [0.25, 1.0][: UFUNCS[name].nin]
    assert type(UFUNCS[name](*arguments)) is np.float64
    for dtype in REALS:
        assert type(UFUNCS[name](*(dtype(v) for v in arguments))) is dtype
        zero_d = UFUNCS[name](*(np.array(v, dtype=dtype) for v in arguments))
        assert type(zero_d) is dtype
    assert UFUNCS[name](*(np.zeros((0, 4)) for _ in arguments)).shape == (0, 4)


@pytest.mark.parametrize("name", UNARY + BINARY)
@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("n", [1, 5, 63, 64, 1000, 2048, 5001])
def test_strides_and_shared_memory(name: str, dtype: type, n: int) -> None:
    arrays = operands(name, (2 * n, 3), dtype)
    expected = UFUNCS[name](*(np.ascontiguousarray(a[::2, 1]) for a in arrays))
    views = [a[::2, 1] for a in arrays]
    np.testing.assert_array_equal(UFUNCS[name](*views), expected)
    np.testing.assert_array_equal(UFUNCS[name](*(v[::-1] for v in views))[::-1], expected)
    target = np.full((n, 2), 9, dtype=dtype)
    assert UFUNCS[name](*views, out=target[:, 0]).base is target
    np.testing.assert_array_equal(target[:, 0], expected)
    assert (target[:, 1] == 9).all()
    shared = [v.copy() for v in views]
    UFUNCS[name](*shared, out=shared[0])
    np.testing.assert_array_equal(shared[0], expected)
    overlapping = np.concatenate([views[0], views[0][:1]])
    UFUNCS[name](overlapping[:-1], *views[1:], out=overlapping[1:])
    np.testing.assert_array_equal(overlapping[1:], expected)


def test_unaligned_and_swapped_bytes() -> None:
    x = rng.normal(size=100).astype(np.float32)
    expected = functions.sigmoid(x)
    raw = np.zeros(401, np.uint8)
    raw[1:] = x.view(np.uint8)
    np.testing.assert_array_equal(functions.sigmoid(raw[1:].view(np.float32)), expected)
    np.testing.assert_array_equal(functions.sigmoid(x.astype(">f4")), expected)


def test_where_and_broadcasting() -> None:
    x = rng.normal(size=(50, 40))
    out = np.full_like(x, -1.0)
    functions.sigmoid(x, out=out, where=x > 0)
    np.testing.assert_array_equal(out, np.where(x > 0, functions.sigmoid(x), -1.0))
    z, y = rng.normal(size=(30, 1)), np.array([0.0, 1.0])
    loss = functions.log_loss_from_logits(z, y)
    assert loss.shape == (30, 2)
    np.testing.assert_array_equal(loss[:, 1], functions.log_loss_from_logits(z[:, 0], 1.0))
    np.testing.assert_array_equal(
        functions.softplus(np.broadcast_to(np.float32(0.5), (9, 9))),
        np.full((9, 9), functions.softplus(np.float32(0.5))),
    )


def test_subclasses_and_masks() -> None:
    class Marked(np.ndarray):
        pass

    x = rng.normal(size=6).view(Marked)
    assert type(functions.sigmoid(x)) is type(np.exp(x)) is Marked
    masked = np.ma.masked_array([0.0, 1.0, 2.0], mask=[0, 1, 0])
    result = functions.sigmoid(masked)
    assert isinstance(result, np.ma.MaskedArray)
    assert result.mask.tolist() == [False, True, False]
    assert result[0] == 0.5
    # What the mask hides is neither computed into the result nor warned of.
    hidden = np.ma.masked_array([2.0, 0.5, -1.0], mask=[1, 0, 1])
    with np.errstate(all="ignore"):
        odds = functions.logit(hidden)
    assert odds.mask.tolist() == [True, False, True]
    assert odds[1] == 0.0
    matrix = np.arange(4.0).reshape(2, 2).view(Marked)
    kept = functions.sigmoid(matrix, out=np.empty((2, 2)).view(Marked))
    assert type(kept) is Marked

    class Logged:
        def __array_ufunc__(self, ufunc, method, *inputs, **keywords):  # type: ignore[no-untyped-def]
            return ufunc.__name__, method

    assert functions.softplus(Logged()) == ("softplus", "__call__")


def test_pandas_and_polars_columns() -> None:
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    values = [-1.0, 0.0, 2.0]
    expected = functions.sigmoid(np.array(values)).tolist()
    series = functions.sigmoid(pandas.Series(values, index=["a", "b", "c"], name="z"))
    assert series.tolist() == expected
    assert series.index.tolist() == ["a", "b", "c"]
    assert functions.sigmoid(polars.Series("z", values)).to_list() == expected


def test_other_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'sigmoids'"):
        functions.sigmoids  # noqa: B018
    assert set(functions.__all__) == {"set_threads", *UFUNCS}
