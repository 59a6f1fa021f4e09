"""The price board (公示): what is in force on a day, written from the rows that bills are priced with."""

from billing.queries.price_board.board import ServiceBoard, price_boards
from billing.queries.price_board.parts import Published

__all__ = ["Published", "ServiceBoard", "price_boards"]
