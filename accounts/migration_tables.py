"""Many changes of tables in one step of a migration."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.models import CreateModel

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState


class ChangeTables(Operation):
    """New tables and changes of others, drawn up together.

    Django would draw up the classes of the whole project anew after each operation: most of the time that a new
    database took. A new table is made once, as all the operations leave it. A field is changed at most once.
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
        for operation in self._steps():
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: "BaseDatabaseSchemaEditor",
        from_state: "ProjectState",
        to_state: "ProjectState",
    ) -> None:
        for operation in reversed(list(self._steps())):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return "Make and change tables"

    def _steps(self) -> Iterator[Any]:
        """A new table comes with what is added to it later."""
        new = {one.name_lower for one in self.operations if isinstance(one, CreateModel)}
        for operation in self.operations:
            model: str | None = getattr(operation, "model_name_lower", None)
            if model not in new:
                yield operation
