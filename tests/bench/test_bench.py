import json
import os
import re
import signal
import subprocess
import sys
from contextlib import closing
from typing import IO

import psycopg2
import pytest
from django.db import connections
from psycopg2.sql import SQL, Identifier

from config.bench.scratch import PREFIX
from config.embedded.place import CHECKOUT

pytestmark = pytest.mark.usefixtures("servers")

ABANDONED = f"{PREFIX}abandoned"


def start_bench(name: str, accounts: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "bench", name, f"--accounts={accounts}"],
        cwd=CHECKOUT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "STACK": "test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def as_owner(statement: SQL, *values: str) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(**connections["owner"].get_connection_params())) as session:
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute(statement, values)
            found: list[tuple[object, ...]] = cursor.fetchall() if cursor.description else []
            return found


def exists(database: str) -> bool:
    return bool(as_owner(SQL("SELECT 1 FROM pg_database WHERE datname = %s"), database))


def scratch_of(errors: str) -> str:
    found = re.search(rf"{PREFIX}\w+", errors)
    assert found, errors
    return found[0]


def read_until(word: str, stream: IO[str]) -> str:
    text = ""
    for line in stream:
        text += line
        if word in line:
            break
    return text


class TestBench:
    @pytest.mark.parametrize(
        ("name", "unit"),
        [
            ("arrears", "cases/s"),
            ("billing", "bills/s"),
            ("dashboard", "ms"),
            ("payment", "payments/s"),
            ("search", "ms (p95)"),
        ],
    )
    def test_ends_with_the_figure_and_leaves_nothing(self, name: str, unit: str) -> None:
        with start_bench(name, 800) as bench:
            output, errors = bench.communicate(timeout=300)

        assert output, errors
        figure = json.loads(output.splitlines()[-1])
        assert {key: figure[key] for key in ("bench", "accounts", "unit")} == {
            "bench": name,
            "accounts": 800,
            "unit": unit,
        }
        assert figure["value"] > 0
        assert figure["limit"] > 0
        assert figure["ratio"] > 0
        assert not exists(scratch_of(errors))

    def test_leaves_nothing_when_interrupted_and_sweeps_what_a_killed_one_left(self) -> None:
        as_owner(SQL("CREATE DATABASE {}").format(Identifier(ABANDONED)))

        with start_bench("payment", 2_000) as bench:
            assert bench.stderr
            begun = read_until("search words", bench.stderr)
            assert exists(scratch_of(begun))
            bench.send_signal(signal.SIGINT)
            bench.communicate(timeout=120)

        assert bench.returncode == 130
        assert not exists(scratch_of(begun))
        assert not exists(ABANDONED)
