"""The price board (公示): what is in force on a day, written from the rows that bills are priced with."""

from billing.queries.price_board.board import ServiceBoard, price_boards, services_on_board

__all__ = ["ServiceBoard", "price_boards", "services_on_board"]
