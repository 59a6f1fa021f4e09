import pytest
from django.test import Client
from pytest_django import Settings


@pytest.mark.django_db
class TestHealth:
    def test_answers_anybody_when_both_servers_answer(self, client: Client) -> None:
        response = client.get("/health/")

        assert (response.status_code, response.json()) == (200, {"database": True, "cache": True})

    def test_is_unwell_without_the_cache_and_says_no_more(self, client: Client, settings: Settings) -> None:
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere.sock"}}

        response = client.get("/health/")

        assert (response.status_code, response.json()) == (503, {"database": True, "cache": False})

    def test_changes_nothing(self, client: Client) -> None:
        assert client.post("/health/").status_code == 405
