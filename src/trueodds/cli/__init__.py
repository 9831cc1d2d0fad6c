"""The command line: ``trueodds fit · predict · evaluate · drift · inspect · demo · prove``.

Results go to stdout, progress and notes to stderr. Exit code 0 is good, 1 failed, 2 wrong usage,
3 drift beyond the threshold, 130 stopped by Ctrl-C. Every command imports what it needs when it
runs, so that scoring starts fast.
"""


def main() -> None:
    """Run the command that the arguments name; ends the process with its exit code."""
    import sys

    try:
        from trueodds.cli.app import app

        for stream in (sys.stdout, sys.stderr):
            # A terminal that lacks a letter shows a substitute; it is no reason to fail.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        app(prog_name="trueodds")
    except KeyboardInterrupt:
        print("Stopped: nothing was written.", file=sys.stderr)
        sys.exit(130)
