"""Numbers of people who do not exist: none of them can be anybody's (domain.md 6.7, 6.8)."""

from config.demo.chance import Chance

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_PREFIXES = [f"1{second}{third}" for second in "35789" for third in range(10)]
_CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def right_check_digit(body: str) -> str:
    """The eighteenth character that GB 11643 asks for."""
    return _CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def id_number(chance: Chance, born: int) -> str:
    """An ID number whose check digit is wrong on purpose."""
    body = f"2101{chance.randint(2, 14):02}{born}{chance.randint(1, 12):02}{chance.randint(1, 28):02}{chance.digits(3)}"
    wrong = int(chance.random() * 10)
    return body + [digit for digit in _CHECK_DIGITS if digit != right_check_digit(body)][wrong]


def unified_code(chance: Chance) -> str:
    """A unified social credit code that ends in Z, a letter such codes never use."""
    return "91210100MA" + "".join(chance.choices(_CODE_LETTERS, k=7)) + "Z"


def mobile(chance: Chance) -> str:
    """Four zeros in the middle: no such number is given out."""
    return f"{chance.choice(_PREFIXES)}0000{chance.digits(4)}"


def landline(chance: Chance) -> str:
    return f"024-0000{chance.digits(4)}"
