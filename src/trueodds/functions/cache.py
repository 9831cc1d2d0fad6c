"""Machine code that is kept on disk, and compiled again if it is old, damaged or cannot be kept.

Numba keeps a compiled function in a folder that this user can write to, and compares only the file
of the function. Here three more rules hold. The code is old if any source beside the function, or
of this package, has changed, because a loop holds kernels and coefficients of other files. A folder
that cannot be written to, or a file that cannot be read, never ends a run: the function is
compiled. No folder named ``~`` is made for a user without a home.
"""

# Numba's types, not Python's.
# mypy: ignore-errors

import hashlib
import os
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from numba import config, njit
from numba.core.caching import (
    CompileResultCacheImpl,
    FunctionCache,
    InTreeCacheLocator,
    NullCache,
    UserProvidedCacheLocator,
    UserWideCacheLocator,
)
from numba.core.ccallback import CFunc
from numba.core.sigutils import normalize_signature

from trueodds.errors import CacheWarning, KernelError

HERE = Path(__file__).parent
UNKEPT = (
    "Compiled functions cannot be kept on disk: no folder for them can be written to. They are "
    "compiled again in every process. Set NUMBA_CACHE_DIR to a folder that can be written to."
)


def jit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return ``numba.njit`` with these options, the machine code kept as this module says.

    Raises
    ------
    KernelError
        If Numba is told not to compile.
    """
    require_jit()

    def decorate(function: Callable[..., Any]) -> Any:
        compiled = njit(**options)(function)
        compiled._cache = code_cache(function)
        return compiled

    return decorate


def require_jit() -> None:
    """Raise KernelError when Numba is told not to compile."""
    if config.DISABLE_JIT:
        raise KernelError(
            "NUMBA_DISABLE_JIT is set, but trueodds runs compiled functions only: unset it."
        )


def c_function(signature: Any, function: Callable[..., Any]) -> Any:
    """Compile a C function, or fetch it from disk; its ``address`` is that of the machine code."""
    require_jit()
    made = CFunc(function, normalize_signature(signature), locals={}, options={})
    made._cache = code_cache(function)
    made.compile()
    return made


def code_cache(function: Callable[..., Any]) -> Any:
    """Return where the machine code of a function is kept; nowhere (said once) if need be."""
    try:
        return CodeCache(function)
    except (RuntimeError, OSError):  # no locator has found a folder
        warn_unkept()
        return NullCache()


@cache
def warn_unkept() -> None:
    """Warn, once in a process, that nothing is kept."""
    warnings.warn(UNKEPT, CacheWarning, stacklevel=2)


@cache
def sources_digest(folder: Path) -> str:
    """SHA-256 of the Python files of a folder and of this package, with their names."""
    digest = hashlib.sha256()
    for home in dict.fromkeys((HERE, folder)):
        for source in sorted(home.glob("*.py")):
            digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()


class _Stamped:
    """A place whose code is old when any source has changed."""

    def get_source_stamp(self) -> str:
        return sources_digest(Path(self._py_file).parent)


class _UserProvided(_Stamped, UserProvidedCacheLocator):
    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> Any:
        """Return the place that the environment names, None without one.

        Numba also takes it from a file ``.numba_config.yaml`` in the working directory. Kept code
        is run, so a file beside a table must not say where that code lies.
        """
        if not os.environ.get("NUMBA_CACHE_DIR"):
            return None
        return super().from_function(function, file)


class _InTree(_Stamped, InTreeCacheLocator):
    pass


class _UserWide(_Stamped, UserWideCacheLocator):
    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> Any:
        """Return the place below the user's home, None for a user without one."""
        if os.name != "nt" and not os.path.isabs(os.path.expanduser("~")):
            return None
        return super().from_function(function, file)


class _Places(CompileResultCacheImpl):
    _locator_classes = (_UserProvided, _InTree, _UserWide)


class CodeCache(FunctionCache):
    """A function's machine code on disk; what goes wrong there is as if nothing were kept."""

    _impl_class = _Places

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the code of a signature, None where it is not there or not readable."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # whatever a damaged pickle leads to
            with suppress(OSError):
                self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the code of a signature, where the disk takes it."""
        try:
            super().save_overload(sig, data)
        except OSError:
            warn_unkept()
