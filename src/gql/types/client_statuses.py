"""Client-facing statuses."""

import strawberry

from gql.fields import plain
from gql.types.node import Stored


@strawberry.type(description="What a client may see of where a job stands, apart from the job's own status.")
class ClientStatus(Stored):
    """A client-facing status."""

    name: str = plain("The status's name, unique in the firm.")
    color: str | None = plain("Its colour as #rrggbb.")
    description: str | None = plain("More about it for the client, with its shortcodes as they were written.")
