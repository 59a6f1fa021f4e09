"""Under which decision the bill was priced, and what the household had proved."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from billing.explaining.said import Said, day, units_en, units_zh
from billing.models import Bill, TariffVersion

DOCUMENTS = {
    "HOUSEHOLD_REGISTER": Said("户口簿", "household register"),
    "RESIDENCE_PERMIT": Said("居住证", "residence permit"),
    "LOW_INCOME_CERTIFICATE": Said("低保证", "low-income certificate"),
}
LOW_INCOME = "low_income"


def versions_of(bill: Bill, versions: Sequence[TariffVersion]) -> list[TariffVersion]:
    """The versions that priced the bill: those it names, or else the one in force on its last day."""
    named = bill.basis.get("versions")
    if named:
        return [version for version in versions if version.effective_from.isoformat() in named]
    return [version for version in versions if version.effective_from <= bill.period_to][-1:]


def said_price_list(bill: Bill, priced_by: Sequence[TariffVersion]) -> Said | None:
    """The price list by name and dates, and the decision behind it."""
    tariff = bill.tariff
    if tariff is None or not priced_by:
        return None
    starts = [version.effective_from.isoformat() for version in priced_by]
    decision = priced_by[-1].prices.get("decision") or tariff.source
    basis_zh, basis_en = (f"，依据：{decision}", f", as decided in: {decision}") if decision else ("", "")
    if len(starts) > 1:
        return Said(
            f"本期跨越调价，按《{tariff.name}》{'、'.join(starts)} 起执行的价格分段计算{basis_zh}。",
            f"The price changed during this bill: {tariff.name_en or tariff.name}, "
            f"prices from {' and '.join(starts)}{basis_en}.",
        )
    return Said(
        f"价格按《{tariff.name}》{starts[0]} 起执行的标准{basis_zh}。",
        f"Prices: {tariff.name_en or tariff.name}, in force from {starts[0]}{basis_en}.",
    )


def category_of(bill: Bill, priced_by: Sequence[TariffVersion]) -> Mapping[str, Any]:
    """What the price list says of the bill's category of use."""
    categories = priced_by[-1].prices.get("categories", {}) if priced_by else {}
    found = categories.get(bill.basis.get("category", ""), {})
    return found if isinstance(found, Mapping) else {}


def said_household(bill: Bill, category: Mapping[str, Any]) -> list[Said]:
    """What was proved and counted, what has ended since, and what that did to the price."""
    counted = {one["kind"]: one for one in bill.basis.get("evidence", ())}
    ended = {one["kind"]: one for one in bill.basis.get("evidence_ended", ())}
    said = []
    if "household" in category:
        said.append(_said_size(bill, counted.get("HOUSEHOLD_SIZE"), ended.get("HOUSEHOLD_SIZE")))
    if proof := counted.get("LOW_INCOME"):
        said.append(_said_low_income(bill, proof, category))
    if proof := ended.get("LOW_INCOME"):
        said.append(
            Said(
                f"低保证已于 {proof['until']} 到期，这一期按居民价格计算；带新的证明来就可以续办。",
                f"The low-income certificate ended on {proof['until']}, so this bill has the ordinary price; "
                "a renewed certificate can be recorded here.",
            )
        )
    return said


def _said_size(bill: Bill, proof: Mapping[str, Any] | None, ended: Mapping[str, Any] | None) -> Said:
    persons = bill.basis.get("persons")
    if proof is not None:
        document = DOCUMENTS[proof["document"]]
        return Said(
            f"阶梯按 {persons} 口人计算，凭{document.zh}，有效期至 {day(proof['until'])}。",
            f"The tiers count {persons} persons, as proved by the {document.en}, until {day(proof['until'])}.",
        )
    if ended is not None:
        document = DOCUMENTS[ended["document"]]
        return Said(
            f"{document.zh}证明的 {ended['persons']} 口人已于 {ended['until']} 到期，这一期按登记的 {persons} 口人计算；"
            "带新的证明来就可以续办。",
            f"The proof of {ended['persons']} persons by {document.en} ended on {ended['until']}, so this bill "
            f"counts the {persons} persons on file; a renewed document can be recorded here.",
        )
    return Said(f"阶梯按登记的 {persons} 口人计算。", f"The tiers count the {persons} persons on file.")


def _said_low_income(bill: Bill, proof: Mapping[str, Any], category: Mapping[str, Any]) -> Said:
    until = day(proof["until"])
    is_priced = bill.basis.get("category") == LOW_INCOME
    if bill.kind == Bill.Kind.USAGE and not is_priced:
        return Said(
            f"低保证有效期至 {until}，但这份价格没有低保优惠。",
            f"The low-income certificate counts until {until}, but this price list has no low-income price.",
        )
    free, unit = Decimal(str(category.get("free_per_month", "0"))), bill.basis.get("unit", "")
    free_zh = f"，每月免费 {units_zh(free, unit)}" if free else ""
    free_en = f", with {units_en(free, unit)} free every month" if free else ""
    return Said(
        f"按低保价格计算{free_zh}，凭低保证，有效期至 {until}。",
        f"Low-income price{free_en}, as proved by the certificate, until {until}.",
    )
