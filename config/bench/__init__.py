"""Benchmarks: each measures our own way beside hand-written SQL, in turns, on one server."""

from collections.abc import Callable, Mapping

from config.bench.arrears import bench_arrears
from config.bench.billing import bench_billing
from config.bench.figure import Figure
from config.bench.hall import bench_hall
from config.bench.payment import bench_payment
from config.bench.search import bench_search
from config.bench.town import Say

# By the name that `manage.py bench` knows it by.
BENCHES: Mapping[str, Callable[[int, Say], Figure]] = {
    "arrears": bench_arrears,
    "billing": bench_billing,
    "hall": bench_hall,
    "payment": bench_payment,
    "search": bench_search,
}
