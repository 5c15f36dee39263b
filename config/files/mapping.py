"""What may stand in a mapping file."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from config.shapes import SCALAR, Names, Part, Word
from config.yamltext import Map, Text


def _from(value: object) -> object:
    return Map(value.place, {Text("from", value.place): value}) if isinstance(value, Text) else value


class FieldEntry(Part):
    """Where a lead field comes from."""

    source: Word = Field(alias="from", description="The field's name in the CRM.")
    transform: Word | None = Field(None, alias="as", description="The named transform that reads it.")
    values: Names = Field({}, description="What single values of the CRM mean here.")

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [SCALAR, handler(core)]}


class MappingFile(Part):
    """mapping/*.yaml: which field of the CRM fills which lead field."""

    fields: dict[Word, Annotated[FieldEntry, BeforeValidator(_from)]] = Field(
        description="The field of a lead: the CRM's field, or {from, as, values}."
    )
