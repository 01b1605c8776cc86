"""A wire as a schema that the emulator serves, so that clients can be checked on somebody's own wire too."""

from typing import Any

from azureml_contract.broken import Refused
from azureml_contract.wire import Wire


def served(wire: Wire) -> Any:
    """Give the emulator's own schema for a wire that was made of one, or else one made of the wire."""
    from azureml_emulator.schemas import all_schemas

    schema = all_schemas().get(wire.name)
    return schema if schema is not None and schema.example == wire.example else _made(wire)


def _made(wire: Wire) -> Any:
    from azureml_emulator.api_type import API_TYPES
    from azureml_emulator.errors import WrongShape
    from azureml_emulator.schema import Prompt, Reading, Schema, Scoring

    def read(document: Any) -> Reading:
        try:
            asked = wire.read(document)
        except Refused as refused:
            raise WrongShape(str(refused), []) from None
        return Reading(tuple(Prompt(one, asked.messages) for one in asked.prompts), dict(asked.parameters))

    def write(scoring: Scoring) -> Any:
        return wire.write(scoring.texts[0])

    return Schema(
        name="own",
        about="A wire of somebody's own",
        request=Any,
        response=Any,
        read=read,
        write=write,
        example=wire.example,
        evidence="somebody's own",
        api_type=API_TYPES[wire.api_type],
        paths=(wire.path,),
    )
