"""The command `coverledger`, and `python -m coverledger`: the program itself, with its arguments and exit codes."""

from __future__ import annotations

import signal
import sys

from . import _native


def main() -> int:
    """Executes the command line of this process and returns the exit code.

    It is the whole of a process: Ctrl-C is heard by the program and not by Python, and some commands start the process anew.
    """
    # Python's handler would only note the signal, and look at the note once the program is done.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.main(sys.executable, ["-m", "coverledger"], sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
