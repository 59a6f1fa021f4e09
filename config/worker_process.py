"""The first lines of a process that works for a benchmark: it is started afresh, so it carries nobody's memory."""

import os
import resource
import sys
from typing import Any


def sign_in(database: str) -> None:
    """Set Django up and point its sign-in at the benchmark's database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.db import connections

    django.setup()
    connections["default"].settings_dict["NAME"] = database


def call(path: str, *args: Any) -> Any:
    """Call a function by its dotted name: its module cannot be imported before Django is set up."""
    from django.utils.module_loading import import_string

    return import_string(path)(*args)


def peak_megabytes() -> float:
    """The most memory this process has ever held."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts kilobytes, macOS bytes.
    return used / (1024 * 1024 if sys.platform == "darwin" else 1024)
