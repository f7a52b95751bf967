"""The same document is validated once: half the time of these tests, which send few documents very often."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from graphql import DocumentNode, GraphQLError, GraphQLSchema
from strawberry.schema import schema as strawberry_schema


@contextmanager
def validated_once() -> Iterator[None]:
    """While it is entered, a text that was found valid is not validated again."""
    validate = strawberry_schema.validate_document
    valid: set[tuple[int, str]] = set()

    def look(schema: GraphQLSchema, document: DocumentNode, rules: Any) -> list[GraphQLError]:
        assert document.loc
        key = (id(schema), document.loc.source.body)
        if key in valid:
            return []
        errors = validate(schema, document, rules)
        if not errors:
            valid.add(key)
        return errors

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strawberry_schema, "validate_document", look)
        yield
