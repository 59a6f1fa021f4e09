"""Clocks of working time: pure, without a database and without a look at the clock."""
