"""The limits on documents: a schema extension that refuses a dangerous one before it is validated or run (API4).

Tokens are counted while parsing. The other limits are read off the parsed document in linear time, before the rules of
graphql-core, some of which take quadratic time. Each refusal carries its code in ``extensions``: TOKEN_LIMIT,
DEPTH_LIMIT, ALIAS_LIMIT, COST_LIMIT, INTROSPECTION_DISABLED.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, cast

from graphql import GraphQLError, get_operation_ast
from strawberry.extensions import SchemaExtension
from strawberry.types.execution import ParseOptions

from gql.cost import cost_errors
from gql.measures import shape_errors
from gql.selections import Definitions
from gql.weights import weight_errors

MAX_TOKENS: Final = 2_000
"""Lexical tokens of one document: names, numbers, texts, punctuation."""

MAX_CHARACTERS: Final = 100_000
"""The length of one document."""

_PARSE_OPTIONS: Final = {"max_tokens": MAX_TOKENS, "max_source_length": MAX_CHARACTERS}


def limit_extensions(*, introspection: bool) -> list[Callable[[], SchemaExtension]]:
    """The extensions that a schema needs to keep the limits, as factories."""
    return [partial(Limits, introspection=introspection)]


class Limits(SchemaExtension):
    """Refuses documents that would cost too much to parse, to validate or to run."""

    def __init__(self, *, introspection: bool) -> None:
        self.introspection = introspection

    def on_parse(self) -> Iterator[None]:
        """Bounds the parser, and names its refusals."""
        context = self.execution_context
        context.parse_options = cast("ParseOptions", _PARSE_OPTIONS)
        yield
        for error in context.pre_execution_errors or ():
            _name(error)

    def on_validate(self) -> Iterator[None]:
        """Measures the document; where it breaks a limit, graphql-core's rules are not run on it."""
        errors = self._errors()
        if errors:
            self.execution_context.pre_execution_errors = errors
        yield

    def _errors(self) -> list[GraphQLError]:
        context = self.execution_context
        document = context.graphql_document
        if document is None:
            return []
        if errors := shape_errors(document, introspection=self.introspection):
            return errors
        definitions = Definitions.of(document)
        if len(definitions.operations) > 1 and context._provided_operation_name is None:  # noqa: SLF001
            return [_refusal("BAD_REQUEST", "The document has several operations: say which to run (operationName).")]
        operation = get_operation_ast(document, context.operation_name)
        schema = context.schema._schema  # noqa: SLF001
        if operation is None:
            return []
        variables = context.variables or {}
        return cost_errors(schema, definitions, operation, variables) or weight_errors(
            definitions, operation, variables
        )


def _name(error: GraphQLError) -> None:
    """Gives the parser's refusal of a document that is too large or too deep our code and words."""
    if "nested too deeply" in error.message:
        code, error.message = "DEPTH_LIMIT", "The document is nested too deeply."
    elif error.message.endswith("tokens. Parsing aborted."):
        code, error.message = "TOKEN_LIMIT", f"The document has more than {MAX_TOKENS:,} tokens."
    elif "code points" in error.message:
        code, error.message = "TOKEN_LIMIT", f"The document is longer than {MAX_CHARACTERS:,} characters."
    else:
        return
    error.extensions = {"code": code}


def _refusal(code: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})
