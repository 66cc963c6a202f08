"""Small expressions over references, such as `${steps.extract.pages} > 0 and ${input.kind} in ["pdf", "docx"]`.

Compared, combined and counted (`len(...)`) is all that they can: they are read as a syntax tree, and nothing is run.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import JsonValue

from state.errors import InvalidInputError
from state.references import MARK, Reference, look_up, parse_reference

_COMPARED: Final[dict[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}
_WORDS: Final[dict[str, JsonValue]] = {"true": True, "false": False, "null": None}
_PLACE: Final = "_reference_"


class ConditionSyntaxError(ValueError):
    """A condition that can't be read."""


class Condition:
    """A condition that was read, and can be asked; raises `ConditionSyntaxError`, `ReferenceSyntaxError`."""

    def __init__(self, text: str) -> None:
        self.references: list[Reference] = []
        try:
            self._tree = ast.parse(MARK.sub(self._place, text).strip(), mode="eval").body
        except (SyntaxError, RecursionError, MemoryError) as error:
            raise ConditionSyntaxError(f"`{text[:80]}` is no condition") from error
        _check(self._tree)

    def holds(self, scope: Mapping[str, JsonValue]) -> bool:
        """Tell whether it is true; raises `InvalidInputError` when its values can't be compared or aren't there."""
        try:
            return bool(self._value(self._tree, scope))
        except TypeError as error:
            raise InvalidInputError(
                f"The condition compares what can't be compared: {error}.", hint="Compare values of one kind."
            ) from error

    def _place(self, found: Any) -> str:  # noqa: ANN401 # a match of either group
        if found[1] is None:
            raise ConditionSyntaxError("`$${` has no place in a condition")
        self.references.append(parse_reference(found[1]))
        return f" {_PLACE}{len(self.references) - 1} "

    def _value(self, node: ast.expr, scope: Mapping[str, JsonValue]) -> Any:  # noqa: ANN401 # whatever the JSON has
        match node:
            case ast.Constant():
                found: Any = node.value
            case ast.Name():
                found = self._named(node.id, scope)
            case ast.List():
                found = [self._value(one, scope) for one in node.elts]
            case ast.UnaryOp():
                value = self._value(node.operand, scope)
                found = not value if isinstance(node.op, ast.Not) else -value
            case ast.BoolOp():
                ask = all if isinstance(node.op, ast.And) else any
                found = ask(self._value(one, scope) for one in node.values)
            case ast.Call():
                found = len(self._value(node.args[0], scope))
            case ast.Compare():
                found = self._compared(node, scope)
            case _:
                raise ConditionSyntaxError(ast.dump(node))
        return found

    def _named(self, name: str, scope: Mapping[str, JsonValue]) -> JsonValue:
        if name in _WORDS:
            return _WORDS[name]
        return look_up(self.references[int(name.removeprefix(_PLACE))], scope)

    def _compared(self, node: ast.Compare, scope: Mapping[str, JsonValue]) -> bool:
        left = self._value(node.left, scope)
        for sign, right_node in zip(node.ops, node.comparators, strict=True):
            right = self._value(right_node, scope)
            if not _COMPARED[type(sign)](left, right):
                return False
            left = right
        return True


def _check(tree: ast.expr) -> None:
    for node in ast.walk(tree):
        if not _allowed(node):
            raise ConditionSyntaxError(
                "a condition has references, numbers, texts, lists, true, false, null, ==, !=, <, <=, >, >=, in, not, "
                "and, or and len(...)"
            )


def _allowed(node: ast.AST) -> bool:
    match node:
        case ast.Name():
            return node.id in _WORDS or node.id == "len" or node.id.startswith(_PLACE)
        case ast.Constant():
            return isinstance(node.value, str | int | float | bool)
        case ast.Call():
            return (
                isinstance(node.func, ast.Name) and node.func.id == "len" and len(node.args) == 1 and not node.keywords
            )
        case ast.UnaryOp():
            return isinstance(node.op, ast.Not | ast.USub)
        case ast.Compare():
            return all(type(sign) in _COMPARED for sign in node.ops)
    return isinstance(node, ast.List | ast.BoolOp | ast.And | ast.Or | ast.Not | ast.USub | ast.Load | ast.cmpop)
