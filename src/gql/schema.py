"""Assembly of the schema, and its text."""

from functools import cache

from strawberry.schema.config import StrawberryConfig

import gql.enums  # noqa: F401  # gives the domain's enumerations their descriptions
from gql.documents import KnownDocuments
from gql.errors import ERRORS
from gql.execution.extension import Execution
from gql.limits import limit_extensions
from gql.masking import MaskedSchema, Masking
from gql.mutation import Mutation
from gql.query import Query
from gql.scalars import SCALARS
from gql.sources import read, type_by_typename
from gql.subscription import Subscription
from gql.types.accounts import Contact
from gql.types.client_items import ITEMS


@cache
def build_schema(*, introspection: bool = True) -> MaskedSchema:
    """The schema with its limits and masking; without introspection it makes no suggestions either."""
    schema = MaskedSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[*ERRORS, Contact, *ITEMS],
        extensions=[
            Masking,
            *limit_extensions(introspection=introspection),
            KnownDocuments,
            Execution,
        ],
        config=StrawberryConfig(default_resolver=read, scalar_map=SCALARS, disable_field_suggestions=not introspection),
    )
    type_by_typename(schema._schema)  # noqa: SLF001  # there is no public way to graphql-core's schema
    return schema


def sdl() -> str:
    """The contract: the schema's definition in GraphQL."""
    return build_schema().as_str() + "\n"
