import pytest
from django.test import Client

from tests.hall import Hall, signed_in, text_of

pytestmark = pytest.mark.django_db


class TestTheLanguage:
    def test_is_chinese_at_first(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get("/counter/")

        assert '<html lang="zh-hans">' in text_of(answer)
        assert answer.headers["Content-Language"] == "zh-hans"

    def test_is_switched_for_good_and_leads_back(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)

        answer = client.post("/language/", {"language": "en", "next": "/counter/?q=王"})

        assert answer.headers["Location"] == "/counter/?q=%E7%8E%8B"
        assert '<html lang="en">' in text_of(client.get("/counter/"))
        client.post("/language/", {"language": "zh-hans"})
        assert '<html lang="zh-hans">' in text_of(client.get("/counter/"))

    def test_can_be_switched_before_signing_in(self, clock: None) -> None:
        client = Client()

        client.post("/language/", {"language": "en"})

        assert '<html lang="en">' in text_of(client.get("/sign-in/"))

    @pytest.mark.parametrize("language", ["", "xx", "de", "\x00", "../../etc", "a" * 5000, "zh-hans\x00"])
    def test_that_nobody_speaks_changes_nothing(self, hall: Hall, language: str) -> None:
        client = signed_in(hall.cashier)

        answer = client.post("/language/", {"language": language})

        assert answer.status_code in (302, 204)
        assert '<html lang="zh-hans">' in text_of(client.get("/counter/"))

    @pytest.mark.parametrize("cookie", ["xx", "", "../..", "a" * 4000, "zh-hans;x"])
    def test_of_a_damaged_cookie_is_chinese(self, hall: Hall, cookie: str) -> None:
        client = signed_in(hall.cashier)
        client.cookies["django_language"] = cookie

        assert '<html lang="zh-hans">' in text_of(client.get("/counter/"))

    @pytest.mark.parametrize("place", ["https://example.com/", "//example.com", "javascript:alert(1)"])
    def test_leads_to_no_other_site(self, hall: Hall, place: str) -> None:
        answer = signed_in(hall.cashier).post("/language/", {"language": "en", "next": place})

        assert "example.com" not in answer.headers.get("Location", "")
        assert "javascript" not in answer.headers.get("Location", "")
