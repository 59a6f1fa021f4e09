"""Keys of thousands of rows as one value of a statement."""

from collections.abc import Iterable


def key_array(keys: Iterable[int]) -> str:
    """Keys for `id = ANY (%s)`. A list would be written out as so many constants, each parsed and planned alone:
    five thousand of them take longer to read than the rows they name."""
    return f"{{{','.join(map(str, keys))}}}"
