"""The exit codes of all commands."""

DONE, FAILED, USAGE, DRIFTED, FIRED, STOPPED = 0, 1, 2, 3, 4, 130

MEANINGS = {
    DONE: "all went well",
    FAILED: "a failure: a table that cannot be used, a file that cannot be written, a proof that "
    "found a wrong result",
    USAGE: "the options cannot be used",
    DRIFTED: "`drift` found drift",
    FIRED: "a check fired that `--fail-on` names, also where `drift` found drift",
    STOPPED: "Ctrl-C or SIGTERM stopped the command",
}
"""What each code means, for people."""
