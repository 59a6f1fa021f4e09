import pytest

from accounts.models import Branch
from billing.services.gas_prices import gas_prices_of
from tests.counters.rows import refused
from tests.factories.counters import MORNING
from tests.gas import make_gas_account

pytestmark = pytest.mark.django_db


class TestGasPrices:
    def test_are_missing_where_no_tariff_prices_gas(self, branch: Branch) -> None:
        account = make_gas_account(branch)

        with refused("no_tariff"):
            gas_prices_of(account, MORNING.date())
