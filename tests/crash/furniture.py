"""A firm whose stage does ten things by itself: some at once, some by the worker, one after the other."""

from __future__ import annotations

from tests.support.api import Client, Json


async def furnish(owner: Client, hook: str) -> tuple[str, list[str]]:
    """Make two pipelines, and what they do by themselves; answers the first and its stages.

    Its second stage does the ten things, and lets jobs go on once their tasks are done. One of the ten is a status that
    asks for a task itself, and ends with it.
    """
    await owner.do("updateFirm", holdsClientMail=False)
    pipeline, stages = await _pipeline(owner, "Tax", "Collect", "Prepare", "Review")
    books, [inbox, _] = await _pipeline(owner, "Books", "Inbox", "Done")
    waiting = (await owner.do("createJobStatus", "status { id }", name="Waiting"))["id"]
    automove = [{"statusId": waiting, "automove": "WHEN_ITEMS_DONE"}]
    await owner.do("updatePipeline", pipelineId=pipeline, addStatusIds=[waiting], setStatusAutomove=automove)
    await owner.do("updateStage", stageId=stages[1], automove="WHEN_ITEMS_DONE")
    for config in await _ten(owner, hook, books, waiting):
        await _automate(owner, config, stageId=stages[1])
    await _automate(owner, {"createTask": {"title": "Answer"}}, pipelineId=pipeline, statusId=waiting)
    await _automate(owner, {"addComment": {"text": "Ready for review"}}, stageId=stages[2])
    await _automate(owner, {"addComment": {"text": "New in the books"}}, stageId=inbox)
    return pipeline, stages


async def _pipeline(owner: Client, name: str, *stages: str) -> tuple[str, list[str]]:
    given = [{"name": stage} for stage in stages]
    made = await owner.do("createPipeline", "pipeline { id stages { id } }", name=name, stages=given)
    return made["id"], [stage["id"] for stage in made["stages"]]


async def _ten(owner: Client, hook: str, books: str, waiting: str) -> list[Json]:
    tag = (await owner.do("createTag", "tag { id }", name="Busy"))["id"]
    begun = await _template(owner, "Begun")
    question = {"messageThread": {"text": "Well?"}}
    asked = {"name": "Asked", "title": "Asked: [JOB_NAME]", "content": question, "reminders": None}
    talk = (await owner.do("createItemTemplate", "template { id }", **asked))["id"]
    return [
        {"createTask": {"title": "Call"}},
        {"sendEmail": {"templateId": begun}},
        {"updateTags": {"addTagIds": [tag]}},
        {"setPriority": {"priority": "URGENT"}},
        {"updateAssignees": {"addMemberIds": [owner.member_id]}},
        {"addComment": {"text": "Begun"}},
        {"callWebhook": {"url": hook}},
        {"createJob": {"pipelineId": books, "name": "Books of [ACCOUNT_NAME]"}},
        {"setJobStatus": {"statusId": waiting}},
        {"sendMessage": {"templateId": talk, "blocking": False}},
    ]


async def _template(owner: Client, name: str) -> str:
    given = {"name": name, "subject": f"{name}: [JOB_NAME]", "text": "Dear [CONTACT_FIRST_NAME]"}
    return str((await owner.do("createEmailTemplate", "template { id }", **given))["id"])


async def _automate(owner: Client, config: Json, **place: str) -> None:
    await owner.do("createAutomation", "automation { id }", config=config, **place)
