from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Lets Django find the project's own commands; it has no tables."""

    name = "config"
