"""What the ledgers are called in the books that people read."""

from django.utils.translation import gettext as _


def ledger_name(ledger: str) -> str:
    """revenue:supply → what finance calls it; what follows the colon is a component, a shift or a channel."""
    kind, _colon, part = ledger.partition(":")
    names = {
        "receivable": _("receivable"),
        "prepaid": _("prepaid credit"),
        "revenue": _("revenue"),
        "cash": _("cash in the drawer"),
        "clearing": _("to be cleared"),
        "late_charge": _("late charge"),
        "refund_payable": _("refunds payable"),
        "write_off": _("written off"),
        "cash_difference": _("cash over and short"),
        "opening": _("opening balance"),
    }
    channels = {
        "clearing:pos": _("POS card"),
        "clearing:wechat": _("WeChat"),
        "clearing:alipay": _("Alipay"),
        "clearing:bank": _("bank"),
    }
    name, detail = names.get(kind, kind), channels.get(ledger, part)
    return f"{name} · {detail}" if detail else name
