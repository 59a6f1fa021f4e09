import pytest
from functools import partial
from tests.counters.meeting import *
from tests.counters.test_shift_races import close, run_together
@pytest.mark.django_db(transaction=True)
def test_x(shift, monkeypatch):
    remove_row_locks(monkeypatch)
    from counters.models import Shift
    print(Shift.objects.select_for_update(no_key=True).query)
    make_them_meet(monkeypatch, "counters.services.shifts._check_difference", 2)
    results = run_together(partial(close, shift), partial(close, shift))
    import traceback
    for r in results:
        print(repr(r)); 
        if isinstance(r, Exception): traceback.print_exception(r)
