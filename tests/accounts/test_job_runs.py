import datetime

import pytest

from accounts.models import JobRun
from accounts.services import job_runs
from accounts.services.job_runs import JobRunLost, claim_job_run, fail_job_run, finish_job_run
from tests.counters.meeting import at_once

AT = datetime.datetime(2026, 11, 23, 6, 30, tzinfo=datetime.UTC)
SLOT = AT.date()
LATER = datetime.timedelta(minutes=31)


def claim(at: datetime.datetime = AT, *, by_hand: bool = False) -> JobRun | None:
    return claim_job_run("arrears", SLOT, at, by_hand=by_hand)


def claimed(at: datetime.datetime = AT) -> JobRun:
    run = claim(at)
    assert run
    return run


@pytest.mark.django_db
class TestClaimJobRun:
    def test_takes_a_slot_once(self) -> None:
        first, second = claim(), claim()

        assert first
        assert (first.state, first.attempts, first.started_at) == (JobRun.State.AT_WORK, 1, AT)
        assert second is None

    def test_takes_each_job_and_day_by_itself(self) -> None:
        claimed()

        assert claim_job_run("messages", SLOT, AT)
        assert claim_job_run("arrears", SLOT + datetime.timedelta(days=1), AT)

    def test_leaves_what_is_done(self) -> None:
        finish_job_run(claimed(), {"opened": 3}, AT)

        assert claim(AT + LATER, by_hand=True) is None
        assert JobRun.objects.get().summary == {"opened": 3}

    @pytest.mark.parametrize(("silent_for", "is_taken"), [(29, False), (30, False), (31, True)])
    def test_takes_over_from_a_runner_that_is_gone(self, silent_for: int, is_taken: bool) -> None:
        claimed()

        again = claim(AT + datetime.timedelta(minutes=silent_for))

        assert (again is not None) == is_taken
        assert JobRun.objects.get().attempts == 1 + is_taken

    def test_tries_a_failed_slot_five_times(self) -> None:
        for _attempt in range(5):
            fail_job_run(claimed(), "no disk", AT)

        assert claim() is None
        assert JobRun.objects.get().error == "no disk"
        by_hand = claim(by_hand=True)
        assert by_hand
        assert (by_hand.attempts, by_hand.finished_at) == (6, None)


@pytest.mark.django_db
class TestARunnerThatWasGivenUp:
    def test_can_no_longer_say_how_it_ended(self) -> None:
        slow = claimed()
        quick = claimed(AT + LATER)

        with pytest.raises(JobRunLost) as refusal:
            finish_job_run(slow, {"opened": 1}, AT + LATER)
        with pytest.raises(JobRunLost):
            fail_job_run(slow, "late", AT + LATER)
        finish_job_run(quick, {"opened": 2}, AT + LATER)

        assert refusal.value.code == "job_run_lost"
        run = JobRun.objects.get()
        assert (run.state, run.summary, run.error) == (JobRun.State.DONE, {"opened": 2}, "")

    def test_ends_once(self) -> None:
        run = finish_job_run(claimed(), {}, AT)

        with pytest.raises(JobRunLost):
            fail_job_run(run, "after all", AT)


@pytest.mark.django_db(transaction=True)
class TestTwoBeatsAtOnce:
    def test_give_the_slot_to_one(self) -> None:
        outcomes = at_once(claim, claim, claim)

        assert sum(isinstance(one, JobRun) for one in outcomes) == 1
        assert outcomes.count(None) == 2

    def test_take_over_a_dead_one_once(self) -> None:
        claimed()

        outcomes = at_once(lambda: claim(AT + LATER), lambda: claim(AT + LATER))

        assert sum(isinstance(one, JobRun) for one in outcomes) == 1
        assert JobRun.objects.get().attempts == 2

    def test_both_take_over_where_the_row_is_not_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        claimed()
        blind = job_runs._CLAIM.replace("accounts_jobrun.started_at < %(gone)s", "TRUE")
        assert blind != job_runs._CLAIM
        monkeypatch.setattr(job_runs, "_CLAIM", blind)

        outcomes = at_once(lambda: claim(AT + LATER), lambda: claim(AT + LATER))

        assert sum(isinstance(one, JobRun) for one in outcomes) == 2
