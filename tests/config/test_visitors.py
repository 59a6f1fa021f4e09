import pytest
from django.test import RequestFactory
from pytest_django import Settings

from config.visitors import visitor_address


class TestVisitorAddress:
    @pytest.mark.parametrize(
        ("proxies", "header", "address"),
        [
            (0, "", "192.0.2.1"),
            (0, "203.0.113.9", "192.0.2.1"),
            (1, "203.0.113.9", "203.0.113.9"),
            (1, "198.51.100.66, 203.0.113.9", "203.0.113.9"),
            (2, "198.51.100.66, 203.0.113.9, 192.0.2.7", "203.0.113.9"),
            (2, "203.0.113.9", "192.0.2.1"),
            (1, "", "192.0.2.1"),
        ],
    )
    def test_believes_only_our_own_proxies(
        self, settings: Settings, rf: RequestFactory, proxies: int, header: str, address: str
    ) -> None:
        settings.TRUSTED_PROXIES = proxies
        request = rf.get("/", headers={"x-forwarded-for": header}, REMOTE_ADDR="192.0.2.1")

        assert visitor_address(request) == address
