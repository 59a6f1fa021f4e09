"""Settings, addresses, background jobs and the start-up of the embedded servers."""

# Without this import a task would be published to amqp://localhost: Celery finds its app only once it is
# loaded.
from config.celery import app as celery_app

__all__ = ["celery_app"]
