"""What resolvers declare to depend on: subscribers share what is declared not to depend on them."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

import resolvers
from resolvers.declare import DECLARATION, Depends

OF_THE_VIEWER = {"viewer", "asker", "identity"}
"""Attributes of the context that are not the firm's."""


def declared(depends: Depends) -> Iterator[FunctionType]:
    """All resolvers that declare to depend on exactly that."""
    for found in pkgutil.iter_modules(resolvers.__path__):
        module = importlib.import_module(f"resolvers.{found.name}")
        for value in vars(module).values():
            declaration = getattr(value, DECLARATION, None)
            own = isinstance(value, FunctionType) and value.__module__ == module.__name__
            if own and declaration and declaration.depends == depends:
                yield value


def looks_at_viewer(resolver: Callable[..., Any], known: set[Callable[..., Any]] | None = None) -> bool:
    """Whether a resolver, or what it calls of the resolvers, reads something of the viewer."""
    known = set() if known is None else known
    if resolver in known:
        return False
    known.add(resolver)
    nodes = list(ast.walk(ast.parse(textwrap.dedent(inspect.getsource(resolver)))))
    if any(isinstance(node, ast.Attribute) and node.attr in OF_THE_VIEWER for node in nodes):
        return True
    return any(looks_at_viewer(one, known) for one in _called(resolver, nodes))


def _called(resolver: Callable[..., Any], nodes: list[ast.AST]) -> Iterator[FunctionType]:
    local = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    local |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    names = {name: value for name, value in inspect.unwrap(resolver).__globals__.items() if name not in local}
    for node in nodes:
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if isinstance(names.get(name), ModuleType):
                found = getattr(names[name], attr, None)
            case ast.Name(id=name):
                found = names.get(name)
            case _:
                continue
        if isinstance(found, FunctionType) and found.__module__.startswith("resolvers."):
            yield found


def test_who_declares_to_depend_on_nothing_does_not_look_at_the_viewer() -> None:
    """LV1, AC4: what such a resolver answers is sent to all who see its parent."""
    resolvers_of_nothing = list(declared(Depends.NONE))
    assert len(resolvers_of_nothing) > 50
    assert [resolver.__qualname__ for resolver in resolvers_of_nothing if looks_at_viewer(resolver)] == []


def test_the_check_finds_those_that_do() -> None:
    """Of those that say so, nearly all are found: the rest hand the context on to a page or a loader."""
    of_sight = list(declared(Depends.SCOPE))
    assert sum(map(looks_at_viewer, of_sight)) > len(of_sight) // 2
