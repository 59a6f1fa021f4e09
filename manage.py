#!/usr/bin/env python
"""Django's command line. A command that needs the database finds the embedded servers running."""

import os
import signal
import sys
import warnings
from types import FrameType

# Everything else gets the servers: a command that does not need them only loses half a second.
WITHOUT_SERVERS = frozenset(
    {
        "", "help", "version", "check", "compilemessages", "makemessages", "makemigrations", "collectstatic",
        "diffsettings", "findstatic", "quote", "spectacular", "startapp",
    }
)  # fmt: skip


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here: run `make setup`, then use .venv/bin/python manage.py.")
    if not _needs_servers(sys.argv[1:]):
        # makemigrations asks the database whether its history fits, and may go without an answer.
        warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
        execute_from_command_line(sys.argv)
        return
    from config.embedded.errors import ServersUnavailable
    from config.embedded.stack import Stack

    # Ended politely, the command must still give the servers back.
    signal.signal(signal.SIGTERM, _exit)
    try:
        with Stack.from_environment():
            execute_from_command_line(sys.argv)
    except ServersUnavailable as refusal:
        sys.exit(str(refusal))


def _needs_servers(arguments: list[str]) -> bool:
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    return command not in WITHOUT_SERVERS and not {"-h", "--help"}.intersection(arguments)


def _exit(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
