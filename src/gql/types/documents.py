"""Documents: files of the firm and its clients."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine.enums import DocumentState
from gql.fields import batched, plain
from gql.types.node import Stored
from gql.types.people import Member
from resolvers import documents

if TYPE_CHECKING:
    from gql.types.accounts import Account, Contact
    from gql.types.jobs import Job

_Account = Annotated["Account", strawberry.lazy("gql.types.accounts")]
_Contact = Annotated["Contact", strawberry.lazy("gql.types.accounts")]
_Job = Annotated["Job", strawberry.lazy("gql.types.jobs")]


@strawberry.type(
    description="A file: of a client's, or of the firm's own. Its content never changes. Who sees the whole of the "
    "account, or the job that it was added to, sees it; the firm's own everybody."
)
class Document(Stored):
    """A document."""

    name: str = plain("What the file is called, with its ending.")
    media_type: str = plain("What it is, such as application/pdf.")
    size: int = plain("How many bytes it has.")
    sha256: str | None = plain("The SHA-256 of its content, in hexadecimal digits; null before that has come.")
    state: DocumentState = plain("Whether its content has come; before, only who uploads it sees it.")
    account: _Account | None = batched(
        documents.account_of, "The client that it is about, if one sees that; null for one of the firm's own."
    )
    job: _Job | None = batched(documents.job_of, "The job that it was added to, if any, and if one sees that.")
    uploaded_by: Member | None = batched(documents.uploaders, "Which member uploaded it; null for clients.")
    uploaded_by_client: _Contact | None = batched(
        documents.client_uploaders,
        "Which client uploaded it, as far as one sees that; null for members.",
    )
    shared_at: datetime | None = plain("Since when the client may see it; null for never.")
    download_url: str | None = batched(
        documents.download_urls,
        "Where one gets its content, for some minutes and as long as one sees the document. Whoever has the address "
        "gets it, so hand it on to nobody. Null before the content has come.",
    )
    upload_url: str | None = batched(
        documents.upload_urls,
        "Where to PUT its content, as it is, within some minutes; ask again for another. Null once it came, and for "
        "tokens without the scope WRITE.",
    )
