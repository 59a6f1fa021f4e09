"""The program at a window whose card reader hangs on its own computer.

    python -m counters.readers.agent --server https://hall.example --token-file token.txt

It speaks to the server over HTTPS with the token of its window and nothing else: it has no password of the database
and decides nothing. It reads the card that lies in the reader, writes what the server says, and tells what it saw.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from billing.card_content import CardCode, CardContent, CardError, CardReader, write_and_look
from counters.readers.file_reader import FileReader
from counters.readers.pcsc_reader import PcscReader

TIMEOUT = 10
# After the server could not be reached; it may be restarting.
PATIENCE = 5.0
_AT_HOME = {"localhost", "127.0.0.1", "::1"}

Json = dict[str, Any]
ReaderFor = Callable[[Json], CardReader]


class ServerRefused(Exception):
    """The server answered, and said no."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status


class Server:
    """The three questions and answers of docs/gas_cards.md."""

    def __init__(self, address: str, token: str) -> None:
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _AT_HOME):
            raise ValueError("The address of the server must begin with https://.")
        self.address = address.rstrip("/")
        self.token = token

    def next_job(self) -> Json | None:
        return self._post("next/", {})

    def card(self, job: int, code: CardCode, content: CardContent | None) -> CardContent | None:
        answer = self._post(f"jobs/{job}/card/", _seen(code, content)) or {}
        wanted = answer.get("write")
        return CardContent(**wanted) if wanted is not None else None

    def written(self, job: int, code: CardCode, content: CardContent | None) -> None:
        self._post(f"jobs/{job}/written/", _seen(code, content))

    def _post(self, path: str, body: Json) -> Json | None:
        request = Request(  # noqa: S310 - the scheme was checked
            f"{self.address}/api/v1/reader/{path}",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Window {self.token}", "Content-Type": "application/json"},
            method="POST",
        )
        try:
            with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - the scheme was checked
                if answer.status == HTTPStatus.NO_CONTENT:
                    return None
                found: Json = json.loads(answer.read())
                return found
        except HTTPError as error:
            raise ServerRefused(error.code, _detail(error)) from None


def serve_next(server: Server, reader_for: ReaderFor) -> str | None:
    """Do the oldest job that waits: read, write what the server says, tell what was seen. None where none waits."""
    job = server.next_job()
    if job is None:
        return None
    reader = reader_for(job)
    try:
        code, content = CardCode.OK, reader.read()
    except CardError as error:
        server.card(job["job"], error.code, None)
        return f"{job['card_no']}: {error.code.name}"
    wanted = server.card(job["job"], code, content)
    if wanted is not None:
        code, content_after = write_and_look(reader, wanted)
        server.written(job["job"], code, content_after)
    return f"{job['card_no']}: {code.name}"


def work(
    server: Server, reader_for: ReaderFor, *, pause: float, once: bool, say: Callable[[str], object]
) -> int:
    """Serve jobs until Ctrl-C, or until none waits; answers the exit code."""
    while True:
        try:
            served = serve_next(server, reader_for)
        except ServerRefused as refusal:
            say(str(refusal))
            if once or refusal.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
                return 1
            time.sleep(PATIENCE)
            continue
        except (URLError, OSError, ValueError) as error:
            say(f"The server does not answer: {error}")
            if once:
                return 1
            time.sleep(PATIENCE)
            continue
        if served is not None:
            say(served)
        elif once:
            return 0
        else:
            time.sleep(pause)


def serve(options: Json, *, say: Callable[[str], object]) -> int:
    """Serve the reader of one window as the command line asks; answers the exit code."""
    token = os.environ.get("READER_TOKEN", "")
    try:
        if options["token_file"] is not None:
            token = options["token_file"].read_text(encoding="utf-8").strip()
        server = Server(options["server"], token)
        key = bytes.fromhex(os.environ.get("GAS_CARD_KEY", ""))
    except (OSError, ValueError) as error:
        say(str(error))
        return 2
    if not token:
        say("Name the file of the window's token with --token-file, or set READER_TOKEN.")
        return 2

    def reader_for(job: Json) -> CardReader:
        if options["reader"] == "file":
            return FileReader(options["folder"], job["card_no"], has_new_card=job["is_new"])
        return PcscReader(options["name"], key)

    try:
        return work(server, reader_for, pause=options["pause"], once=options["once"], say=say)
    except KeyboardInterrupt:
        return 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--server", required=True, metavar="https://…", help="the address of the hall")
    parser.add_argument(
        "--token-file", type=Path, help="a file with the token of the window (or READER_TOKEN)"
    )
    parser.add_argument("--reader", choices=["pcsc", "file"], default="pcsc")
    parser.add_argument(
        "--folder", type=Path, default=Path("cards"), help="files instead of cards, for practice"
    )
    parser.add_argument("--name", default="", help="part of the reader's name, where a computer has several")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two looks at the queue")
    parser.add_argument("--once", action="store_true", help="serve what waits now, and end")


def main() -> int:
    parser = argparse.ArgumentParser(description="Serve the card reader of one window.")
    add_arguments(parser)
    return serve(vars(parser.parse_args()), say=_say)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _seen(code: CardCode, content: CardContent | None) -> Json:
    return {"code": int(code), "content": content.as_json() if content is not None else None}


def _detail(error: HTTPError) -> str:
    try:
        return str(json.loads(error.read()).get("detail", ""))
    except (ValueError, AttributeError, OSError):
        return str(error.reason)


if __name__ == "__main__":
    sys.exit(main())
