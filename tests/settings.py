"""The project's settings on the test servers, with cheap passwords, and tasks run where they are called."""

import os

os.environ.setdefault("STACK", "test")

from config.settings import *  # noqa: F403 - STACK must be set before the settings read it

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
