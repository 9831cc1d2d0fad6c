"""``trueodds check``, and the option ``--fail-on`` of several commands."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from trueodds.cli.console import fail, print_facts, print_json
from trueodds.cli.exit_codes import FIRED
from trueodds.errors import UsageError
from trueodds.model import load
from trueodds.model.check import Check
from trueodds.model.checks import codes_of
from trueodds.model.checks.registry import Command


def run_check(model_file: Path, fail_on: Sequence[str], *, as_json: bool) -> None:
    """Print all checks of a model that fired; the exit code is 4 if ``fail_on`` names one."""
    chosen = chosen_codes(fail_on, "check")
    found = load(model_file).checks()
    if as_json:
        print_json(
            "check", {"model": str(model_file), "checks": [check.to_json() for check in found]}
        )
    else:
        print_checks(found)
    leave_if_fired(chosen, found)


def print_checks(found: Sequence[Check]) -> None:
    """Print each check: its code, how bad it is, what was found, and what to do."""
    if not found:
        print(f"None of {len(codes_of('check'))} checks fired.")
    for check in found:
        print_facts(
            [(check.code, f"{check.severity}: {check.sentence}"), ("", f"To do: {check.remedy}")]
        )


def chosen_codes(given: Sequence[str], command: Command) -> frozenset[str]:
    """The codes that ``--fail-on`` names, by themselves or by a prefix.

    Raises
    ------
    UsageError
        If the command finds no check of this code.
    """
    known = codes_of(command)
    chosen = set[str]()
    for text in given:
        prefix = text.strip().upper()
        named = {code for code in known if len(prefix) > 2 and code.startswith(prefix)}
        if not named:
            raise UsageError(
                f"--fail-on {text}: {command} finds no such check; name one of {', '.join(known)}, "
                f"or the start of several, such as {known[0][:3]}"
            )
        chosen |= named
    return frozenset(chosen)


def leave_if_fired(chosen: Iterable[str], found: Iterable[Check]) -> None:
    """Leave with exit code 4 and one sentence if one of the chosen checks fired."""
    fired = sorted({check.code for check in found}.intersection(chosen))
    if fired:
        fail(f"Check fired: {', '.join(fired)}, which --fail-on names.")
        raise SystemExit(FIRED)
