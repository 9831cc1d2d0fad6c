"""What a person is told about the work folder of a fit."""

from trueodds.cli.console import note
from trueodds.execution.work_folder import WorkFolder


def members_text(work: WorkFolder) -> str:
    """How many members a work folder holds, with the verb."""
    return f"{work.members} member{' is' if work.members == 1 else 's are'}"


def print_folder_notes(work: WorkFolder) -> None:
    """Print the notes about a work folder that are not printed yet."""
    for text in work.notes:
        note(text)
    work.notes.clear()


def kept_text(work: WorkFolder) -> str:
    """What a run leaves for the next run; empty if nothing."""
    if not work.members:
        return ""
    return f"{members_text(work)} kept in {work.path}; the same command continues from there"
