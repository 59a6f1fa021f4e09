"""How Python's memory is looked after while a company is founded."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nothing_to_collect() -> Iterator[None]:
    """Everything made in a founding is kept until its end: to look for garbage again and again took longer than
    all the rest, at 20,000 accounts."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
