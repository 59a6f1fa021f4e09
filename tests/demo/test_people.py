"""Invented people: nobody real can be meant."""

import re

from config.demo.chance import Chance
from config.demo.identity import id_number, landline, mobile, right_check_digit, unified_code
from config.demo.names import person_name


class TestIdNumber:
    def test_knows_the_right_check_digit(self) -> None:
        # The example of the standard, GB 11643.
        assert right_check_digit("11010519491231002") == "X"

    def test_never_has_it(self) -> None:
        chance = Chance(1, "test")
        numbers = [id_number(chance, 1970) for _ in range(500)]

        assert all(re.fullmatch(r"[0-9]{17}[0-9X]", number) for number in numbers)
        assert not [number for number in numbers if number[-1] == right_check_digit(number[:-1])]


class TestPhones:
    def test_have_four_zeros_in_the_middle(self) -> None:
        chance = Chance(1, "test")

        assert all(re.fullmatch(r"1[0-9]{2}0000[0-9]{4}", mobile(chance)) for _ in range(100))
        assert all(re.fullmatch(r"024-0000[0-9]{4}", landline(chance)) for _ in range(100))


class TestUnifiedCode:
    def test_ends_in_a_letter_that_such_codes_never_use(self) -> None:
        assert re.fullmatch(r"[0-9A-Z]{17}Z", unified_code(Chance(1, "test")))


class TestNames:
    def test_are_the_same_for_the_same_seed(self) -> None:
        assert person_name(Chance(7, "x")) == person_name(Chance(7, "x"))

    def test_include_some_with_a_middle_dot(self) -> None:
        chance = Chance(1, "test")
        names = [person_name(chance)[0] for _ in range(1_000)]

        assert 5 < sum("·" in name for name in names) < 60
