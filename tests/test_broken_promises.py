"""Each promise of docs/security.md has a test that fails without it; over 300 lines, as one list.

Each case changes one line in a copy of the package and runs the test that watches over it, which
must fail (slow). A case whose line is no longer there fails in the quick suite: find the promise's
new place.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "trueodds"


@dataclass(frozen=True)
class Break:
    """One line changed, and the test that must notice."""

    promise: str
    file: str
    old: str
    new: str
    test: str
    seconds: int = 120
    """After so many a test has failed: a broken promise may make it wait for ever."""


BREAKS = [
    Break(
        "a damaged checkpoint is not taken", "execution/checkpoints.py",
        "return body if raw[:start] == good else None", "return body",
        "execution/test_checkpoints.py",
    ),
    Break(
        "another run's checkpoint is not taken", "execution/checkpoints.py",
        "        if key != self.key.encode():", "        if not key:",
        "execution/test_checkpoints.py",
    ),
    Break(
        "a changed table, option or version is noticed", "execution/work_folder.py",
        "    if before == run:", "    if before:",
        "execution/test_work_folder.py",
    ),
    Break(
        "what a killed fit has done is kept", "execution/work_folder.py",
        "            if work.members:", "            if False:",
        "execution/test_work_folder.py",
    ),
    Break(
        "a resumed fit takes what was done", "execution/checkpoints.py",
        "        body = checked(self.path(order))", "        body = None",
        "cli/test_resume.py",
    ),
    Break(
        "work files are removed at success", "execution/work_folder.py",
        "            self.path.rmdir()", "            pass",
        "execution/test_work_folder.py",
    ),
    Break(
        "two fits to one file: one is refused", "execution/work_folder.py",
        "    if not _try_lock(handle):", "    if False:",
        "execution/test_work_folder.py::test_one_output_one_run_at_a_time",
    ),
    Break(
        "a work folder with files of others is refused", "execution/work_files.py",
        "    if others:\n", "    if False:\n",
        "execution/test_work_files.py",
    ),
    Break(
        "files of others stay in the work folder", "execution/work_files.py",
        "            if names.fullmatch(name):", "            if True:",
        "execution/test_work_files.py",
    ),
    Break(
        "no array is written through a link", "files.py",
        '        path.unlink()\n    return open(path, "xb")',
        '        pass\n    return open(path, "wb")',
        "test_files.py",
    ),
    Break(
        "workers do not see the working directory", "launch.py",
        "    return [entry for entry in path if entry]", "    return path",
        "test_launch.py",
    ),
    Break(
        "a failed run leaves the old file as it was", "files.py",
        'with open(temporary, "xb") as file:', 'with open(path, "wb") as file:',
        "table/test_stream.py::test_what_fails_halfway_leaves_the_old_file",
    ),
    Break(
        "nothing half-written is left", "files.py",
        "            temporary.unlink()", "            pass",
        "table/test_stream.py::test_what_fails_halfway_leaves_the_old_file",
    ),
    Break(
        "a training table that changes is refused", "cli/fit.py",
        "    if sha256 != after:", "    if False:",
        "cli/test_faults.py::test_a_training_table_that_changes_while_it_is_read",
    ),
    Break(
        "new rows that change while they are read are refused", "table/textfile.py",
        "        if self._state() != self._before:", "        if False:",
        "table/test_stream.py::test_a_file_written_to_while_it_is_read_is_refused",
    ),
    Break(
        "a place that cannot be written is said before the work", "cli/outputs.py",
        "    if not os.access(folder, os.W_OK)", "    if False",
        "cli/test_faults.py::test_permissions_that_are_missing",
    ),
    Break(
        "a model file's checksum is verified", "model/file.py",
        '        raise ValueError("its content does not match its checksum")', "        pass",
        "model/test_file.py::test_damage_is_refused_or_harmless",
    ),
    Break(
        "sizes are checked before arrays are taken", "model/arrays.py",
        "    if values > MOST_VALUES:", "    if False:",
        "model/test_fuzz.py::test_a_header_of_millions_of_values_is_refused",
    ),
    Break(
        "the header's values are counted outside its strings too", "model/arrays.py",
        "    _require_few(text)  #", "    #",
        "model/test_fuzz.py::test_a_header_of_millions_of_values_is_refused",
    ),
    Break(
        "the scorer's memory is bounded by the file", "model/consistent.py",
        "    _require_room(model.networks", "    if False: _require_room(model.networks",
        "model/test_fuzz.py::test_members_of_too_different_sizes_are_refused",
    ),
    Break(
        "every part of a model fits the others", "model/file.py",
        "    require_consistent(model)\n", "",
        "model/test_fuzz.py",
    ),
    Break(
        "a level's slot lies within its block", "model/consistent_inputs.py",
        "good = good and all(-1 <= slot < block.width for slot in slots)", "pass",
        "model/test_fuzz.py::test_what_would_trip_a_row_is_refused_and_named",
    ),
    Break(
        "a calibrator is finite", "model/consistent.py",
        "    require(good, \"the calibrator is out of range\")", "",
        "model/test_fuzz.py::test_what_would_trip_a_row_is_refused_and_named",
    ),
    Break(
        "deep JSON is one sentence", "table/objects.py",
        "(ValueError, RecursionError) as", "ValueError as",
        "test_tables_from_hell.py::test_the_corpus",
    ),
    Break(
        "messages are printable", "text.py",
        "    if not shown.isprintable():", "    if False:",
        "test_errors.py",
    ),
    Break(
        "cells pass through untouched", "table/write_delimited.py",
        'pl.when(text != "").then(text)', 'pl.when(text != "").then(text.str.replace("^=", ""))',
        "test_tables_from_hell.py::test_formulas_pass_through_the_command_untouched",
    ),
    Break(
        "unseen levels are reported", "model/monitor.py",
        "self._unseen[name] += int(np.count_nonzero(codes == UNSEEN))", "pass",
        "model/test_monitor.py",
    ),
    Break(
        "missing shares that changed are reported", "model/monitor.py",
        "self._missing[name] += int(np.count_nonzero(np.isnan(numbers)))", "pass",
        "model/test_monitor.py",
    ),
    Break(
        "numbers outside the range are reported", "model/monitor.py",
        "self._above[name] += int(np.count_nonzero(numbers > column.high))", "pass",
        "model/test_monitor.py",
    ),
    Break(
        "drift ends with exit code 3", "cli/drift.py",
        "raise SystemExit(DRIFTED)", "return",
        "cli/test_drift.py::test_moved_rows_leave_with_3",
    ),
    Break(
        "chance is not drift", "model/drift.py",
        "psi >= threshold and p_value < needed", "psi >= threshold",
        "model/test_drift.py::test_the_same_distribution_does_not_drift_and_another_does",
    ),
    Break(
        "rows of the training table are reported first", "model/evaluate.py",
        "        return self.training_table or (self.seen or 0.0) >= NEARLY_ALL",
        "        return False",
        "cli/test_evaluate.py",
    ),
    Break(
        "rows equal by chance are no overlap", "model/overlap.py",
        "len(hashes)) > SURPRISE:", "len(hashes)) >= 0.0:",
        "model/test_overlap.py",
    ),
    Break(
        "missing weights are reported", "model/labelled.py",
        "    return None, None, text, True", "    return None, None, \"\", False",
        "cli/test_evaluate.py::test_lacking_weights_are_said_aloud",
    ),
    Break(
        "a small file does not expand without end", "table/packed.py",
        "        if self._given > self._most:", "        if False:",
        "cases/test_refused_sources.py::test_a_small_file_that_expands_without_end_is_refused",
    ),
    Break(
        "the sizes that an archive states are not believed", "table/packed.py",
        "        info.file_size = max(stated, 1 << 62)", "        pass",
        "cases/test_refused_sources.py::test_a_false_size_of_a_member_is_found_out",
    ),
    Break(
        "the password of a URL is not shown", "table/sources.py",
        "    _, at, rest = rest.rpartition(\"@\")", "    at = \"\"",
        "table/test_sources.py",
    ),
    Break(
        "another server gets no password", "table/fetch.py",
        "request.add_unredirected_header(", "request.add_header(",
        "table/test_fetch.py::test_user_and_password_go_to_their_server_alone",
    ),
    Break(
        "predict holds some thousand rows at a time", "table/stream.py",
        "or found.st_size <= small", "or True",
        "cli/test_memory.py::test_more_rows_to_score_take_no_more_memory",
    ),
    Break(
        "fit --memory maps what it would hold", "array_store.py",
        "        full = self.limit is not None and", "        full = False and",
        "cli/test_memory.py",
    ),
    Break(
        "a fork after a table was read is refused", "table/forked.py",
        "    if _lost:", "    if False:",
        "cli/test_concurrent.py::test_a_fork_after_a_table_was_read_is_refused_and_does_not_hang",
        seconds=40,
    ),
    Break(
        "threads may share a model", "model/scorer.py",
        "            X = np.empty((len(part.flags), widest))",
        '            X = vars(self).setdefault("X", np.empty((BLOCK, widest)))[: len(part.flags)]',
        "model/test_same_bits.py",
    ),
    Break(
        "the rows of a fold choose no weights for their own forecast", "ensemble/ensemble.py",
        "[(of_row == fold, of_row != fold)", "[(of_row == fold, of_row >= 0)",
        "ensemble/test_ensemble.py",
    ),
    Break(
        "by time nothing later chooses", "ensemble/ensemble.py",
        "(of_row >= 0) & (of_row < fold)", "(of_row >= 0) & (of_row <= fold)",
        "ensemble/test_ensemble.py",
    ),
    Break(
        "the rows of a fold do not choose how long its members are trained", "training/pilot.py",
        "[rows] != fold % folds.each", "[rows] >= 0",
        "training/test_pilot.py",
    ),
    Break(
        "by time members are trained for epochs chosen on earlier rows", "training/pilot.py",
        "range(max(1, fold))", "range(min(fold + 1, folds.each))",
        "training/test_pilot.py",
    ),
    Break(
        "labels left out are in no input", "training/prepare.py",
        "sample_weight, folds.trained_on(fold), [seed",
        "sample_weight, np.arange(len(labels)), [seed",
        "training/test_prepare.py",
    ),
    Break(
        "labels left out decide no cure", "training/training_record.py",
        "                base_loss=base_loss,\n                held_out_loss=(),\n", "",
        "training/test_heal.py",
    ),
    Break(
        "labels left out do not stop a member", "training/member_run.py",
        "recipe.patience * self._planned if until is None else None",
        "recipe.patience * self._planned", "training/test_member_run.py",
    ),
    Break(
        "the model by time is trained on all rows", "training/folds.py",
        "np.flatnonzero(of_row < fold)", "np.flatnonzero(of_row < min(fold, self.held - 1))",
        "training/test_folds.py",
    ),
    Break(
        "a malformed body is refused", "serve/rows.py",
        "except (msgspec.DecodeError, ValueError, RecursionError)", "except (RecursionError,)",
        "serve/test_fuzz.py::test_a_few_bodies",
    ),
    Break(
        "a request has a limit", "serve/service.py",
        "if len(found) > self.limits.body:", "if False:",
        "serve/test_service.py::test_what_is_refused",
    ),
    Break(
        "the server's log holds no cell", "serve/service.py",
        '"rows": len(made.probability),', '"rows": len(made.probability), "notes": made.notes,',
        "serve/test_service.py::test_what_is_measured_and_what_is_logged",
    ),
    Break(
        "a worker of the server runs no file beside the models", "serve/run.py",
        "worker.stdin.write(path_line().encode())",
        'worker.stdin.write(os.fsencode("\0".join(["", *sys.path])).hex().encode() + b"\n")',
        "serve/test_processes.py::test_a_stop_answers_what_has_begun",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", BREAKS, ids=[case.promise for case in BREAKS])
def test_a_promise_has_its_line_and_its_test(case: Break) -> None:
    assert case.old in (PACKAGE / case.file).read_text(encoding="utf-8"), "the line is elsewhere"
    file, _, function = case.test.partition("::")
    test = (ROOT / "tests" / file).read_text(encoding="utf-8")
    assert f"def {function or 'test_'}" in test


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, compiled kernels and all, where a test may break it."""
    folder = tmp_path_factory.mktemp("broken")
    shutil.copytree(PACKAGE, folder / "trueodds")
    return folder


@pytest.fixture
def broken(copy: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """The copy with the case's line changed; afterwards as it was, to the time stamp."""
    case: Break = request.param
    path = copy / "trueodds" / case.file
    text, stamp = path.read_text(encoding="utf-8"), path.stat()
    assert case.old in text, f"{case.file} no longer has {case.old!r}: where is the promise kept?"
    path.write_text(text.replace(case.old, case.new), encoding="utf-8")
    yield copy
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("broken", "case"), [(case, case) for case in BREAKS], indirect=["broken"],
    ids=[case.promise for case in BREAKS],
)  # fmt: skip
def test_a_broken_promise_fails_its_test(broken: Path, case: Break, tmp_path: Path) -> None:
    done = run(case, broken)
    assert done.returncode == 1, done.stdout[-2000:] + done.stderr[-2000:]
    assert "FAILED" in done.stdout, done.stdout[-2000:]


def run(case: Break, package: Path) -> "subprocess.CompletedProcess[str]":
    """The named tests, the slow ones too, against a package of one's own."""
    words = ["-x", "-rf", "-m", "", "-p", "no:cacheprovider", "--timeout", str(case.seconds)]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *words, str(ROOT / "tests" / case.test)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(package), "TRUEODDS_FUZZ": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
