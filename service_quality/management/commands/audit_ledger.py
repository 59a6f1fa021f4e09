from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from billing.queries.books import examine
from service_quality.queries.books import BOOKS


class Command(BaseCommand):
    help = "Prove the books: one line per invariant, exit 1 if any is broken. Writes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            # One picture of all tables: money that moves meanwhile is seen everywhere or nowhere.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            for invariant in BOOKS:
                finding = examine(invariant, cursor)
                broken += not finding.holds
                self.stdout.write(str(finding))
        if broken:
            raise CommandError(f"{broken} of {len(BOOKS)} invariants are broken.")
