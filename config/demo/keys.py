"""Primary keys in blocks: asking the sequence for each day anew would cost more than the rows."""

from collections.abc import Iterator

from accounts.copying import reserve_ids

_BLOCK = 2_000


class Keys:
    """Hands out keys of any table; what is left of the last block stays unused."""

    def __init__(self) -> None:
        self.blocks: dict[str, Iterator[int]] = {}

    def next(self, table: str) -> int:
        key = next(self.blocks.get(table, iter(())), None)
        if key is None:
            self.blocks[table] = iter(reserve_ids(table, _BLOCK))
            return self.next(table)
        return key
