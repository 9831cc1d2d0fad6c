"""The sentence for a source that needs a package which is not installed."""

from trueodds.errors import TableError


def missing_extra(what: str, package: str, extra: str) -> TableError:
    """Return the error, with the command that installs the package."""
    return TableError(
        f"{what} needs the package {package}, which is not installed: "
        f"pip install 'trueodds[{extra}]'"
    )
