import datetime
import json
import os
from pathlib import Path

from django.conf import settings

from billing.sms.gateway import Fate, Finding, Gateway, GatewayDown, Outgoing


class FileGateway(Gateway):
    """Adds one line of JSON for each message to SMS_FILE: for tests, and where somebody else carries the file."""

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = Path(path or settings.SMS_FILE)

    def send(self, message: Outgoing) -> str:
        line = {
            "key": message.key,
            "phone": message.phone,
            "template": message.template,
            "text": message.text,
        }
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            raise GatewayDown(str(error)) from error
        try:
            # One write, so that two workers never mix their lines.
            os.write(file, f"{json.dumps(line, ensure_ascii=False)}\n".encode())
        finally:
            os.close(file)
        return f"file-{message.key}"

    def look_up(self, *, key: str, phone: str, sent_on: datetime.date) -> Finding:
        """The file is all there is, so what does not stand in it never arrived."""
        if self.path.exists():
            with self.path.open(encoding="utf-8") as lines:
                if any(json.loads(line)["key"] == key for line in lines):
                    return Finding(Fate.TAKEN, f"file-{key}")
        return Finding(Fate.NEVER_ARRIVED)
