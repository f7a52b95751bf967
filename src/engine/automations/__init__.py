"""The kinds of automations (AU7): every module of this package is one, and is found by being here."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any

from engine.automating.kinds import Kind


@cache
def kinds() -> Mapping[str, Kind]:
    """All kinds by name."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    found: list[Kind] = [module.KIND for module in modules]
    return MappingProxyType({kind.name: kind for kind in sorted(found, key=lambda kind: kind.name)})


@cache
def _by_config() -> Mapping[type, Kind]:
    return MappingProxyType({kind.config: kind for kind in kinds().values()})


def kind_of(config: Any) -> Kind:
    """The kind that a configuration is of."""
    return _by_config()[type(config)]
