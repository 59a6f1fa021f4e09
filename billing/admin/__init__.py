from billing.admin import books, corrections, gas, heating, meters, prices, supply

__all__ = ["books", "corrections", "gas", "heating", "meters", "prices", "supply"]
