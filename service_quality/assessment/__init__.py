"""How a month is reckoned: pure, no database, no clock. Whoever changes a formula gives it a new version."""

FORMULA_VERSION = "2026-1"
