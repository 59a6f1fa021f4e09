"""How an ordinary system bills: account by account, object by object. The price is of the same engine."""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from billing.models import Balance, Bill, BillLine, BillRun, Posting, Reading, Tariff
from billing.rating.metered import compile_tariff
from billing.rating.usage import Facts, Usage


def bill_one_by_one(run: BillRun, account_ids: Sequence[int], issued_on: datetime.date) -> int:
    """Bill each account in a transaction of its own; says how many."""
    tariff = Tariff.objects.get(service="WATER")
    compiled = compile_tariff(tariff.definition(), tariff.code)
    for account_id in account_ids:
        with transaction.atomic():
            account = Account.objects.select_for_update().get(pk=account_id)
            earlier = Bill.objects.filter(account=account, kind=Bill.Kind.USAGE)
            since = earlier.latest("period_to").period_to
            readings = Reading.objects.filter(installation__account=account)
            before = readings.filter(read_on__lte=since).latest("read_on")
            after = readings.filter(read_on__gt=since).latest("read_on")
            used: dict[str, Decimal] = {}
            for bill in earlier:
                for key, units in bill.tier_uses.items():
                    used[key] = used.get(key, Decimal(0)) + Decimal(units)
            rated = compiled.rate(
                Usage(after.read_on, after.value - before.value), Facts(account.category.lower()), used
            )
            bill = Bill.objects.create(
                number=f"{account.account_no}-{run.period}",
                account=account,
                service=account.service,
                kind=Bill.Kind.USAGE,
                period=run.period,
                period_from=since,
                period_to=after.read_on,
                run=run,
                tariff=tariff,
                issued_on=issued_on,
                due_on=issued_on + datetime.timedelta(days=tariff.due_days),
                quantity=rated.quantity,
                amount=rated.total,
                outstanding=rated.total,
                state=Bill.State.OPEN if rated.total else Bill.State.PAID,
                basis={"category": account.category.lower(), "unit": compiled.unit},
                tier_uses={key: str(units) for key, units in rated.counted.items()},
            )
            BillLine.objects.bulk_create(
                BillLine(
                    bill=bill,
                    position=position,
                    component=line.component,
                    component_name=line.component_name,
                    category=line.category,
                    tier=line.tier,
                    quantity=line.quantity,
                    unit_price=line.unit_price,
                    amount=line.amount,
                    sentence=line.sentence_zh,
                    sentence_en=line.sentence_en,
                )
                for position, line in enumerate(rated.lines, 1)
            )
            for line in rated.lines:
                Posting.objects.create(
                    debit="receivable",
                    credit=f"revenue:{line.component}",
                    amount=line.amount,
                    account=account,
                    bill=bill,
                    business_date=issued_on,
                    posted_at=timezone.now(),
                )
            balance, _ = Balance.objects.get_or_create(account=account)
            balance.receivable += rated.total
            balance.save()
    return len(account_ids)
