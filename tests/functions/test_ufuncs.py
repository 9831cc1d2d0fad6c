"""The functions behave as NumPy's own ufuncs do."""

import pickle
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from trueodds import functions
from trueodds.functions.ufuncs import LEAST_PER_THREAD, UFUNCS

UNARY = ["sigmoid", "sigmoid_grad", "logit", "log_sigmoid", "softplus"]
BINARY = ["log_loss_from_logits", "log_loss_grad_from_logits"]
REALS = [np.float16, np.float32, np.float64]
rng = np.random.default_rng(5)


def operands(name: str, shape: tuple[int, ...], dtype: type = np.float64) -> list[np.ndarray]:
    if name in BINARY:
        return [rng.normal(size=shape).astype(dtype), rng.integers(0, 2, shape).astype(dtype)]
    low, high = (0.01, 0.99) if name == "logit" else (-20.0, 20.0)
    return [rng.uniform(low, high, shape).astype(dtype)]


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


def test_where_hides_what_would_warn() -> None:
    p = np.array([0.0, 0.5, 1.0, 2.0])
    out = np.full(4, 9.0)
    with np.errstate(all="raise"):
        functions.logit(p, out=out, where=(p > 0) & (p < 1))
    assert out.tolist() == [9.0, 0.0, 9.0, 9.0]


@pytest.mark.parametrize("dtype", REALS)
def test_logit_warns_once_by_default_and_never_raises(dtype: type) -> None:
    p = np.array([0.0, 1.0, -1.0, 2.0, np.nan], dtype=dtype)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with np.errstate(all="warn"):
            functions.logit(p)
    assert sorted(str(w.message) for w in seen) == [
        "divide by zero encountered in logit",
        "invalid value encountered in logit",
    ]
    assert all(w.category is RuntimeWarning for w in seen)


def test_pandas_and_polars_columns() -> None:
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    values = [-1.0, 0.0, 2.0]
    expected = functions.sigmoid(np.array(values)).tolist()
    series = functions.sigmoid(pandas.Series(values, index=["a", "b", "c"], name="z"))
    assert series.tolist() == expected
    assert series.index.tolist() == ["a", "b", "c"]
    assert functions.sigmoid(polars.Series("z", values)).to_list() == expected


@pytest.mark.parametrize("dtype", REALS)
def test_edges(dtype: type) -> None:
    with np.errstate(all="raise"):
        ends = np.array([-np.inf, np.inf, 0.0, -0.0], dtype=dtype)
        assert functions.sigmoid(ends).tolist() == [0.0, 1.0, 0.5, 0.5]
        assert functions.sigmoid_grad(ends).tolist() == [0.0, 0.0, 0.25, 0.25]
        assert functions.softplus(ends)[:2].tolist() == [0.0, np.inf]
        assert functions.log_sigmoid(ends)[:2].tolist() == [-np.inf, 0.0]
        assert not np.signbit(functions.sigmoid(ends)).any()
        loss = functions.log_loss_from_logits
        assert loss(ends[:2], dtype(1)).tolist() == [np.inf, 0.0]
        assert loss(ends[:2], dtype(0)).tolist() == [0.0, np.inf]
        slope = functions.log_loss_grad_from_logits
        assert slope(ends[:2], dtype(1)).tolist() == [-1.0, 0.0]
        assert slope(ends[:2], dtype(0)).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("n", [1, 3, 5000])
def test_warnings_are_numpys(dtype: type, n: int) -> None:
    extreme = np.resize(
        np.array([-np.inf, np.inf, np.nan, -6e4, 6e4, -100, 100, -9, 0, 1e-6], dtype=dtype), n
    )
    large = np.resize(np.array([np.finfo(dtype).max, np.finfo(dtype).min]).astype(dtype), n)
    with np.errstate(all="raise"):
        for name in UNARY + BINARY:
            if name != "logit":
                for x in (extreme, large):
                    UFUNCS[name](*[x, np.ones_like(x)][: UFUNCS[name].nin])
        functions.logit(np.full(n, 0.3, dtype=dtype))
        assert np.isnan(functions.logit(dtype(np.nan)))
        for outside in (-1e-3, 1.5, -np.inf, np.inf):
            with pytest.raises(FloatingPointError, match="invalid value encountered in logit"):
                functions.logit(np.full(n, outside, dtype=dtype))
        for edge in (0.0, 1.0):
            with pytest.raises(FloatingPointError, match="divide by zero encountered in logit"):
                functions.logit(np.full(n, edge, dtype=dtype))
    with np.errstate(all="ignore"):
        result = functions.logit(np.array([0, 1, -0.0, 2, -1], dtype=dtype))
    assert result[:3].tolist() == [-np.inf, np.inf, -np.inf]
    assert np.isnan(result[3:]).all()


def test_flags_of_earlier_work_are_left_alone() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with np.errstate(all="warn"):
            functions.sigmoid(np.float32(-90.0))
            functions.sigmoid(rng.normal(size=(100, 3))[:, 1])


@pytest.mark.parametrize("dtype", REALS)
def test_nan_keeps_its_payload(dtype: type) -> None:
    word = {2: np.uint16, 4: np.uint32, 8: np.uint64}[np.dtype(dtype).itemsize]
    quiet = np.array([np.nan, -np.nan], dtype=dtype).view(word) | word(5)
    for name in UNARY:
        with np.errstate(all="ignore"):
            for n in (1, 50):
                bits = UFUNCS[name](np.repeat(quiet, n).view(dtype)).view(word)
                np.testing.assert_array_equal(bits, np.repeat(quiet, n))


@pytest.mark.parametrize("name", UNARY + BINARY)
@pytest.mark.parametrize("dtype", REALS)
def test_threads_change_nothing(name: str, dtype: type) -> None:
    arrays = operands(name, (2 * LEAST_PER_THREAD + 77,), dtype)
    before = functions.set_threads(1)
    try:
        alone = UFUNCS[name](*arrays)
        for count in (2, 3):
            functions.set_threads(count)
            np.testing.assert_array_equal(UFUNCS[name](*arrays), alone)
            np.testing.assert_array_equal(UFUNCS[name](*(a[::-1] for a in arrays)), alone[::-1])
    finally:
        functions.set_threads(before)


def test_thread_flags_reach_the_caller() -> None:
    p = np.full(2 * LEAST_PER_THREAD, 0.5)
    p[-1] = 2.0
    before = functions.set_threads(2)
    try:
        with np.errstate(invalid="raise"), pytest.raises(FloatingPointError, match="invalid"):
            functions.logit(p)
    finally:
        functions.set_threads(before)


def test_refuses_no_threads() -> None:
    with pytest.raises(ValueError, match="1 or more, found 0"):
        functions.set_threads(0)


def test_many_callers_at_once() -> None:
    x = rng.normal(size=300_000).astype(np.float32)
    expected = functions.sigmoid(x)
    with ThreadPoolExecutor(4) as pool:
        for result in pool.map(functions.sigmoid, [x] * 16):
            np.testing.assert_array_equal(result, expected)


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_import_compiles_nothing() -> None:
    code = "import trueodds.functions as f, sys; print('numba' in sys.modules, f.sigmoid.nin)"
    assert run(code) == "False 1\n"


def test_other_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'sigmoids'"):
        functions.sigmoids  # noqa: B018
    assert set(functions.__all__) == {"set_threads", *UFUNCS}


def test_a_new_process_finds_the_same_machine_code() -> None:
    # All functions and dtypes from the cache in one process: none is taken for another.
    code = (
        "import numpy as np, trueodds.functions.ufuncs as u\n"
        "x = np.array([0.125, 0.25, 0.875])\n"
        "for name in reversed(list(u.UFUNCS)):\n"
        "    f = u.UFUNCS[name]\n"
        "    for t in (np.float32, np.float64, np.float16):\n"
        "        print(name, f(*[x.astype(t)] * f.nin).tolist())\n"
    )
    x = np.array([0.125, 0.25, 0.875])
    expected = "".join(
        f"{name} {UFUNCS[name](*[x.astype(t)] * UFUNCS[name].nin).tolist()}\n"
        for name in reversed(list(UFUNCS))
        for t in (np.float32, np.float64, np.float16)
    )
    assert run(code) == expected


def test_a_failed_compilation_is_an_exception() -> None:
    code = (
        "import sys, numpy as np\n"
        "sys.modules['trueodds.functions.loops'] = None\n"
        "from trueodds.errors import KernelError\n"
        "from trueodds import functions\n"
        "for attempt in range(2):\n"
        "    try: print(functions.sigmoid(np.zeros(4)))\n"
        "    except KernelError as error: print(error)\n"
    )
    lines = run(code).splitlines()
    assert len(lines) == 2
    assert lines[0] == lines[1]
    assert lines[0].startswith("The compiled function sigmoid cannot be loaded: ModuleNotFound")
