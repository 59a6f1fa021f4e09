from celery import current_app, shared_task


@shared_task
def nothing() -> None:
    """A task as an app would write it."""


class TestCelery:
    def test_publishes_to_our_broker(self) -> None:
        """Unless the application is loaded, a shared task goes to amqp://localhost."""
        assert nothing.app.conf.broker_url.startswith(("redis+socket://", "redis://"))

    def test_gives_a_killed_workers_task_to_another(self) -> None:
        conf = current_app.conf

        assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.worker_prefetch_multiplier) == (
            True,
            True,
            1,
        )
        assert conf.task_time_limit < conf.broker_transport_options["visibility_timeout"]

    def test_reads_nothing_but_json(self) -> None:
        assert list(current_app.conf.accept_content) == ["json"]
