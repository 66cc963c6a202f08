"""Say what an action can't take, and what it could: the fields there are, in place of a validator's own words."""

from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError

from state.said import said_of

_MOST: Final = 20
_SHAPES: Final = {"model_type", "model_attributes_type", "dict_type"}


def refusal(model: type[BaseModel], error: ValidationError) -> tuple[str, str]:
    """Return the first thing that is wrong, with its place, and what to do about it."""
    first = error.errors(include_url=False, include_input=False)[0]
    loc, kind = first["loc"], first["type"]
    where = ".".join(str(part) for part in loc) or "input"
    if kind == "extra_forbidden":
        fields = _fields(_model_at(model, loc[:-1]))
        return f"{where}: there is no such field", f"There are: {fields}." if fields else "Leave it out."
    if kind in _SHAPES:
        fields = _fields(_model_at(model, loc))
        return f"{where}: it should be a mapping", f"Give one with {fields}." if fields else "Give a mapping."
    if kind == "missing":
        fields = _fields(_model_at(model, loc[:-1]))
        return f"{where}: it is missing", f"Add it. There are: {fields}." if fields else "Add it."
    return f"{where}: {said_of(first)}", "Correct the step's `input`."


def _fields(model: type[BaseModel] | None) -> str:
    return ", ".join(list(model.model_fields)[:_MOST]) if model else ""


def _model_at(model: type[BaseModel], loc: tuple[Any, ...]) -> type[BaseModel] | None:
    """Return the model that stands at a place, None where none does."""
    here: type[BaseModel] | None = model
    for part in loc:
        if here is None:
            return None
        if isinstance(part, str) and part in here.model_fields:
            here = _model_in(here.model_fields[part].annotation)
        elif not isinstance(part, int):
            return None
    return here


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 # any type may stand at a field
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _model_in(one))), None)
