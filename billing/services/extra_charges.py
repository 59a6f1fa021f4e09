"""The bill of an extra charge: one line, and the sentence that explains it."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import override

from accounts.models import Account
from billing.business_date import business_date_of
from billing.models import Adjustment, Bill, BillRun
from billing.models.bill import EXTRA_CHARGE
from billing.rating.lines import RatedLine
from billing.services.bill_drafts import BillDraft
from billing.services.issue_bills import issue_bills

LONGEST_SENTENCE = 200
DUE_AFTER = datetime.timedelta(days=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraLine(RatedLine):
    """The one line of an extra charge: its sentence is the reason and the note."""

    adjustment: Adjustment

    @property
    def sentence_zh(self) -> str:
        return self._sentence("zh-hans", "：")

    @property
    def sentence_en(self) -> str:
        return self._sentence("en", ": ")

    def _sentence(self, language: str, colon: str) -> str:
        with override(language):
            reason = self.adjustment.get_reason_display()
        return f"{reason}{colon}{self.adjustment.note}"[:LONGEST_SENTENCE]


def bill_extra_charge(adjustment: Adjustment, account: Account, at: datetime.datetime) -> Bill:
    """Issue the bill of an extra charge: one line, and the sentence that explains it."""
    today = business_date_of(at)
    period = f"{EXTRA_CHARGE}{adjustment.pk}"
    about = adjustment.bill
    line = ExtraLine(
        component=adjustment.component,
        component_name="",
        tier=None,
        quantity=Decimal(1),
        unit_price=adjustment.amount,
        amount=adjustment.amount,
        category="",
        adjustment=adjustment,
    )
    draft = BillDraft(
        account.pk, account.account_no, None, Bill.Kind.ONE_OFF, period,
        about.period_from if about else today, about.period_to if about else today, today, today + DUE_AFTER,
        Decimal(1), adjustment.amount, [line],
        {"adjustment": adjustment.pk, "note": adjustment.note}, {},
    )  # fmt: skip
    (key,) = issue_bills([draft], {account.pk: account.branch_id}, BillRun(service=account.service), at)
    bill: Bill = Bill.objects.get(pk=key)
    return bill
