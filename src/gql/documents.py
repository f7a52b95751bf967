"""Documents that are known to be valid: what is sent again and again is parsed and validated once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import DocumentNode
from strawberry.extensions import SchemaExtension

MAX_CHARACTERS: Final = 500_000
"""Of all known documents together, once for each and once more for each of its plans, which are no larger.

In memory that is some hundred bytes a character.
"""


@dataclass(slots=True)
class Known:
    """A valid document, and what others want to remember of it."""

    text: str
    document: DocumentNode
    documents: Documents
    facts: dict[Any, Any] = field(default_factory=dict)
    plans: int = 0
    """How many plans are kept among the facts."""

    @property
    def weight(self) -> int:
        """What it counts, in characters."""
        return len(self.text) * (1 + self.plans)

    def keeps(self, more: int) -> None:
        """Says how many more plans are kept; it may be forgotten for that."""
        before, self.plans = self.weight, self.plans + more
        self.documents.weighs(self, self.weight - before)


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
        _unchain(document)
        known = self._known[text] = Known(text, document, self)
        self.weighs(known, known.weight)

    def weighs(self, known: Known, more: int) -> None:
        """Takes note of how much a document weighs more, if it is still known."""
        if self._known.get(known.text) is known:
            self._characters += more
        while self._characters > MAX_CHARACTERS:
            _, gone = self._known.popitem(last=False)
            self._characters -= gone.weight
            gone.facts.clear()  # some of them know it: what is forgotten is to be gone at once


def _unchain(document: DocumentNode) -> None:
    """Lets go of the tokens, which hold one another: most of a document's memory, and freed only by the collector.

    Errors tell where they are by numbers alone.
    """
    token = document.loc.start_token if document.loc else None
    while token is not None:
        following, token.prev, token.next = token.next, None, None
        token = following


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
