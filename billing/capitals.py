"""An amount in the capital figures that cannot be altered with a pen (大写).

Source: domain.md 6.16, the rule for filling in negotiable instruments.
"""

from decimal import Decimal

from billing.money import to_money

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def capitals(amount: Decimal) -> str:
    """325.04 → 叁佰贰拾伍元零肆分, 10.00 → 壹拾元整."""
    amount = to_money(amount)
    if amount < 0:
        return "负" + capitals(-amount)
    yuan, fen = divmod(int(amount * 100), 100)
    jiao, fen = divmod(fen, 10)
    words = f"{_whole(yuan)}元" if yuan else ""
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif fen and yuan:
        words += "零"
    if fen:
        return f"{words}{_DIGITS[fen]}分"
    return f"{words or '零元'}整"


def _whole(number: int) -> str:
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    words = ""
    gap = False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if group == 0:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):
            words += "零"
        words += _group(group) + _GROUPS[place]
        gap = False
    return words


def _group(number: int) -> str:
    """Four digits at most: 1009 → 壹仟零玖, 16 → 壹拾陆."""
    words = ""
    gap = False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit == 0:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return words
