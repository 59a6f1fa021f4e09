"""What the import contracts in pyproject.toml cannot see."""

import pytest
from django.apps import apps
from django.db import models

# From the lowest to the highest: each may know only those before it.
LAYERS = ["accounts", "billing", "counters", "service_quality"]


def relations() -> list[tuple[type[models.Model], str, type[models.Model]]]:
    """List every foreign key, one-to-one and many-to-many between our own models, string ones included."""
    return [
        (model, field.name, field.related_model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in LAYERS
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete
        if isinstance(field.related_model, type) and field.related_model._meta.app_label in LAYERS
    ]


class TestRelations:
    def test_exist_at_all(self) -> None:
        assert relations()

    def test_never_point_from_a_lower_app_to_a_higher_one(self) -> None:
        pointing_up = [
            f"{model._meta.label}.{name} -> {target._meta.label}"
            for model, name, target in relations()
            if LAYERS.index(target._meta.app_label) > LAYERS.index(model._meta.app_label)
        ]

        assert pointing_up == []


class TestApps:
    @pytest.mark.parametrize("label", LAYERS)
    def test_are_all_installed(self, label: str) -> None:
        assert apps.is_installed(label)
