"""What comments carry (JB3): documents of their job, as long as those are there."""

from __future__ import annotations

from store.database import Database
from store.ids import new_id
from tests.jobs.kit import colleague
from tests.rules.kit import codes, digest, set_state, together
from tests.rules.test_comments import say
from tests.support.api import Api, Client, Shop
from tests.support.documents import stored_document

CARRIED = "query ($id: ID!) { node(id: $id) { ... on Comment { version editedAt documents { id name } } } }"


async def carried(client: Client, comment_id: str) -> list[str]:
    """The names of what a comment carries."""
    return [one["name"] for one in (await client.query(CARRIED, id=comment_id))["node"]["documents"]]


async def test_a_comment_carries_documents_of_its_job(api: Api, shop: Shop, database: Database) -> None:
    """JB3: whoever sees the job sees them; what is edited is what it carries."""
    ann, job = await colleague(api, shop), (await shop.job())["id"]
    b, a = [await stored_document(database, shop.account, job, name=name) for name in ("B.pdf", "a.pdf")]
    comment = await say(ann, job, documentIds=[b, a, b])
    assert await carried(shop.owner, comment) == ["a.pdf", "B.pdf"]
    await ann.do("updateComment", commentId=comment, documentIds=[b])
    found = (await ann.query(CARRIED, id=comment))["node"]
    assert (found["version"], [one["id"] for one in found["documents"]]) == (2, [b])
    await ann.do("updateComment", commentId=comment, text="Other words")
    assert await carried(ann, comment) == ["B.pdf"]
    await ann.do("updateComment", commentId=comment, documentIds=None)
    assert await carried(ann, comment) == []


async def test_archived_jobs_are_commented_on_with_what_they_have(shop: Shop, database: Database) -> None:
    """ST1."""
    job = (await shop.job())["id"]
    document = await stored_document(database, shop.account, job)
    await set_state(shop.owner, job, "ARCHIVED")
    assert await carried(shop.owner, await say(shop.owner, job, documentIds=[document])) == ["a.pdf"]


async def test_what_is_no_document_of_the_job_is_not_carried(api: Api, shop: Shop, database: Database) -> None:
    """JB3, AC4: of another job, of the account alone, still to come, or of nowhere: all the same."""
    ann, job, other = await colleague(api, shop), (await shop.job())["id"], (await shop.job())["id"]
    given = {"name": "a.pdf", "size": 9, "jobId": job}
    waiting = (await shop.owner.do("requestUpload", "document { id }", **given))["id"]
    wrong = [await stored_document(database, shop.account, where) for where in (other, None)] + [waiting, new_id("doc")]
    comment = await say(shop.owner, job)
    before = await digest(database)
    for one in wrong:
        for client, mutation, more in (
            (shop.owner, "createComment", {"jobId": job, "text": "Here"}),
            (ann, "createComment", {"jobId": job, "text": "Here"}),
            (shop.owner, "updateComment", {"commentId": comment}),
        ):
            code = await client.code(mutation, documentIds=[one], **more)
            assert code == ("NOT_FOUND", ["input", "documentIds"])
    many = [new_id("doc") for _ in range(21)]
    assert await ann.code("createComment", jobId=job, text="Here", documentIds=many) == (
        "TOO_MANY",
        ["input", "documentIds"],
    )
    assert await digest(database) == before


async def test_what_is_deleted_is_carried_no_more(shop: Shop, database: Database) -> None:
    """JB3: a deleted comment leaves its documents to the job; a deleted document leaves its comments."""
    job = (await shop.job())["id"]
    kept, gone = [await stored_document(database, shop.account, job, name=name) for name in ("kept.pdf", "gone.pdf")]
    one, two = await say(shop.owner, job, documentIds=[kept, gone]), await say(shop.owner, job, documentIds=[kept])
    await shop.owner.do("deleteDocument", documentId=gone)
    assert await carried(shop.owner, one) == ["kept.pdf"]
    await shop.owner.do("deleteComment", commentId=two)
    assert await carried(shop.owner, two) == []
    document = "query ($id: ID!) { job(id: $id) { documents { nodes { id } } } }"
    assert (await shop.owner.query(document, id=job))["job"]["documents"]["nodes"] == [{"id": kept}]


async def test_a_document_that_is_deleted_while_it_is_said_is_carried_or_not_there(
    shop: Shop, database: Database
) -> None:
    """JB3: never a comment that points at nothing."""
    job = (await shop.job())["id"]
    for _ in range(5):
        document = await stored_document(database, shop.account, job)
        said, deleted = await together(
            shop.owner.payload("createComment", "comment { id }", jobId=job, text="Here", documentIds=[document]),
            shop.owner.payload("deleteDocument", documentId=document),
        )
        assert codes(deleted) == []
        assert codes(said) in ([], ["NOT_FOUND"])
        assert not said["comment"] or await carried(shop.owner, said["comment"]["id"]) == []
