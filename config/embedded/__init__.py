"""A real PostgreSQL and a real Redis-protocol server (Valkey), started from the installed wheels.

They serve a checkout on a fresh machine: development, the demo company and the tests. Production names its
own servers in DATABASE_URL and REDIS_URL, and then nothing of this package runs.
"""
