import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils.translation import override

from tests.factories.accounts import make_staff
from tests.hall import Hall, form_for, signed_in, text_of

pytestmark = pytest.mark.django_db

TEMPLATES = ["400.html", "403.html", "403_csrf.html", "404.html", "500.html", "503.html"]


class TestTheErrorPages:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    @pytest.mark.parametrize("template", TEMPLATES)
    def test_stand_in_both_languages_without_any_context(self, template: str, language: str) -> None:
        with override(language):
            shown = render_to_string(template)

        assert f'<html lang="{language}">' in shown
        assert 'href="/"' in shown

    @pytest.mark.parametrize("template", TEMPLATES)
    def test_say_something_else_in_each_language(self, template: str) -> None:
        with override("zh-hans"):
            chinese = render_to_string(template)
        with override("en"):
            english = render_to_string(template)

        assert chinese.partition("<h1>")[2].partition("</h1>") != english.partition("<h1>")[2].partition(
            "</h1>"
        )

    def test_answer_an_address_that_is_not_there(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get("/nowhere/")

        assert (answer.status_code, answer.templates[0].name) == (404, "404.html")

    def test_ask_nobody_to_sign_in_for_what_is_not_there(self, clock: None) -> None:
        assert Client().get("/nowhere/").status_code == 404

    def test_answer_a_post_that_does_not_allow_it(self, hall: Hall) -> None:
        answer = signed_in(make_staff(role="adviser", branch=hall.branch)).get("/counter/")

        assert (answer.status_code, answer.templates[0].name) == (403, "403.html")

    def test_answer_a_form_without_its_token(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier, enforce_csrf_checks=True).post("/counter/", form_for(hall))

        assert (answer.status_code, answer.templates[0].name) == (403, "403_csrf.html")

    def test_answer_a_form_of_too_many_fields(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).post("/counter/", {f"field{number}": "" for number in range(10_001)})

        assert (answer.status_code, answer.templates[0].name) == (400, "400.html")

    def test_answer_a_fault_of_ours_without_a_word_of_its_cause(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def break_down(*args: object, **kwargs: object) -> None:
            raise RuntimeError("SELECT secret FROM drawer")

        monkeypatch.setattr("counters.views.counter.recent_payments", break_down)

        answer = signed_in(hall.cashier).get("/counter/")

        assert answer.status_code == 500
        assert "secret" not in text_of(answer)
        assert "Traceback" not in text_of(answer)

    @pytest.mark.parametrize("method", ["put", "patch", "delete"])
    def test_are_not_needed_for_a_method_nobody_uses(self, hall: Hall, method: str) -> None:
        send = getattr(signed_in(hall.cashier), method)
        addresses = ["/counter/", "/counter/results/", "/counter/shift/open/", "/look/", "/"]

        assert [send(address).status_code for address in addresses] == [405] * 5
