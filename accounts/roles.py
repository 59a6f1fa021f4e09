"""The roles of a payment hall. Each app's migration gives them that app's permissions."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes

ROLES = (
    "cashier",
    "adviser",
    "collector",
    "complaints",
    "finance",
    "supervisor",
    "manager",
    "administrator",
    "auditor",
)


def give_permissions(
    apps: Any, schema_editor: Any, app_label: str, given: Mapping[str, Sequence[str]]
) -> None:
    """Create the app's permissions if they are not there yet and give them to the roles in `given`.

    `given` maps a codename to the roles that hold it. Django creates permissions only after all
    migrations have run; a migration that needs them has to ask for them.
    """
    database = schema_editor.connection.alias
    app = installed.get_app_config(app_label)
    create_contenttypes(app, using=database, verbosity=0)
    create_permissions(app, using=database, verbosity=0)
    group_model = apps.get_model("auth", "Group")
    permission_model = apps.get_model("auth", "Permission")
    groups = {role: group_model.objects.using(database).get_or_create(name=role)[0] for role in ROLES}
    for codename, roles in given.items():
        permission = permission_model.objects.using(database).get(
            content_type__app_label=app_label, codename=codename
        )
        for role in roles:
            groups[role].permissions.add(permission)
