"""Documents that are known to be valid: what is sent again and again is parsed and validated once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import DocumentNode
from strawberry.extensions import SchemaExtension

MAX_CHARACTERS: Final = 500_000
"""Of all known documents together. A document in memory takes some hundred bytes a character."""


@dataclass(frozen=True, slots=True)
class Known:
    """A valid document, and what others want to remember of it."""

    document: DocumentNode
    facts: dict[Any, Any] = field(default_factory=dict)


class Documents:
    """Valid documents of one schema by their text. The one that was not asked for the longest goes first."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._characters = 0

    def get(self, text: str) -> Known | None:
        """What is known of a text."""
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
        return known

    def add(self, text: str, document: DocumentNode) -> None:
        """Takes note of a valid one."""
        if text in self._known:
            return
        self._known[text] = Known(document)
        self._characters += len(text)
        while self._characters > MAX_CHARACTERS:
            gone, _ = self._known.popitem(last=False)
            self._characters -= len(gone)


class KnownDocuments(SchemaExtension):
    """Spares known documents the parser and graphql-core's rules. Must come after the limits, which count variables."""

    @property
    def _documents(self) -> Documents:
        """Those of the schema."""
        schema: Any = self.execution_context.schema
        found: Documents = schema.documents
        return found

    def on_parse(self) -> Iterator[None]:
        """Finds the document of a known text."""
        context = self.execution_context
        known = self._documents.get(context.query or "")
        if known is not None:
            context.graphql_document = known.document
        yield

    def on_validate(self) -> Iterator[None]:
        """Passes what is known, unless a limit has refused it; takes note of what turns out to be valid."""
        context = self.execution_context
        text, document = context.query or "", context.graphql_document
        known = self._documents.get(text)
        if context.pre_execution_errors is None and known is not None and known.document is document:
            context.pre_execution_errors = []
        yield
        if document is not None and text and not context.pre_execution_errors:
            self._documents.add(text, document)
