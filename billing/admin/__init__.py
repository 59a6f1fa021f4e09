from billing.admin import books, corrections, gas, heating, meters, prices

__all__ = ["books", "corrections", "gas", "heating", "meters", "prices"]
