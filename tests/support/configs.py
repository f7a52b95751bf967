"""What automations may do: for every kind a configuration that names everything it can name."""

from __future__ import annotations

from collections.abc import Mapping

from engine.automations import kinds
from tests.support.api import Json

SENDING = {
    "createInvoice": "invoice",
    "requestApproval": "approval",
    "requestDocuments": "documentRequest",
    "requestSignature": "signatureRequest",
    "sendMessage": "messageThread",
    "sendOrganizer": "organizer",
    "sendProposal": "proposal",
}
"""The kinds that send an item to the client, with the kind of items that they send."""


def configs(one: Mapping[str, str]) -> dict[str, Json]:
    """By the names that kinds have in GraphQL.

    ``one`` has an id for every prefix, for a ``tag_spare``, and for the item template of each of ``SENDING``.

    The stage is one of the pipeline.
    """
    people = {"memberIds": [one["member"]], "roleIds": [one["role"]]}
    assignees = {"assigneeIds": [one["member"]], "assigneeRoleIds": [one["role"]]}
    named = {"addMemberIds": [one["member"]], "addRoleIds": [one["role"]], "removeMemberIds": [one["member"]]}
    found: dict[str, Json] = {
        "addComment": {"text": "Look", "mentionIds": [one["member"]]},
        "callWebhook": {"url": "https://hooks.example.com/jobs"},
        "createJob": {
            "pipelineId": one["pipeline"],
            "stageId": one["stage"],
            "templateId": one["jobtemplate"],
            "name": "Next",
            **assignees,
        },
        "createTask": {
            "title": "Call",
            "templateId": one["tasktemplate"],
            "description": "Twice",
            "checkList": "One\nTwo",
            "dueAfter": {"amount": 2, "unit": "DAYS"},
            **assignees,
        },
        "notifyMembers": {"text": "Look", **people},
        **{kind: {"templateId": one[f"itemtemplate_{kind}"]} for kind in SENDING},
        "sendEmail": {"templateId": one["emailtemplate"], **people},
        "setClientStatus": {"clientStatusId": one["clientstatus"]},
        "setDates": {"startAfter": {"amount": 1, "unit": "DAYS"}, "dueAfter": {"amount": 2, "unit": "WORKING_DAYS"}},
        "setJobStatus": {"statusId": one["status"]},
        "setPriority": {"priority": "HIGH"},
        "shareDocument": {"documentIds": [one["doc"]]},
        "updateAccountAccess": named,
        "updateAssignees": {**named, "removeRoleIds": [one["role"]]},
        "updateTags": {"addTagIds": [one["tag"]], "removeTagIds": [one["tag_spare"]]},
    }
    assert set(found) == {camel(kind) for kind in kinds()}, "a new kind needs a configuration here"
    return found


def camel(kind: str) -> str:
    """The name of a kind's configuration in GraphQL inputs."""
    first, *more = kind.lower().split("_")
    return first + "".join(word.capitalize() for word in more)
