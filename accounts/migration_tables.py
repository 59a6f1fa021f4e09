"""Many tables in one step of a migration."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.models import CreateModel

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState


class MakeTables(Operation):
    """The tables of new models, each made once as all the operations leave it.

    Django would draw up the classes of the whole project anew after each of them, and again for each field,
    index and constraint that is added later: most of the time that a new database took. Every operation has to
    be about a model that one of them creates.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: "ProjectState") -> None:
        # Drawn up once, when somebody asks for it.
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: "BaseDatabaseSchemaEditor",
        from_state: "ProjectState",
        to_state: "ProjectState",
    ) -> None:
        for model in self._models(app_label, schema_editor, to_state):
            schema_editor.create_model(model)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: "BaseDatabaseSchemaEditor",
        from_state: "ProjectState",
        to_state: "ProjectState",
    ) -> None:
        for model in reversed(self._models(app_label, schema_editor, from_state)):
            schema_editor.delete_model(model)

    def describe(self) -> str:
        return "Make the tables of new models"

    def _models(
        self, app_label: str, schema_editor: "BaseDatabaseSchemaEditor", state: "ProjectState"
    ) -> list[Any]:
        created = (one for one in self.operations if isinstance(one, CreateModel))
        models = [state.apps.get_model(app_label, one.name) for one in created]
        return [one for one in models if self.allow_migrate_model(schema_editor.connection.alias, one)]
