"""Names of plug-ins in a spec: checked against what is found, offered to editors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from .plugins import names


@dataclass(frozen=True)
class PluginName:
    """Marks a text field as the name of a plug-in: `Annotated[str, PluginName("exporters")]`.

    Attributes:
        group: of `plugins.FOLDERS`.
    """

    group: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Text, then the check that there is such a plug-in."""
        return core_schema.no_info_after_validator_function(self._known, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The names there are, for editors."""
        return {**handler(schema), "enum": list(names(self.group))}

    def _known(self, value: str) -> str:
        """Refuse a name that no plug-in has.

        Raises:
            PydanticCustomError: of the type `plugin_name`, with the allowed names as context.
        """
        allowed = names(self.group)
        if value not in allowed:
            raise PydanticCustomError(
                "plugin_name",
                "{value} is not allowed; allowed: {allowed}",
                {"value": repr(value), "allowed": allowed},
            )
        return value
