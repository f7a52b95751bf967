"""Action items (what every kind shares), tasks, and what items for clients are made by."""

from typing import Any

from tortoise import fields

from store.models.base import FirmThing, KeyField, MadeByTemplate, Template


class Item(FirmThing):
    """What somebody must finish, whatever its kind."""

    kind = fields.TextField()
    title = fields.TextField()
    open = fields.BooleanField()
    due_date = fields.DateField(null=True)
    outcome = fields.TextField(null=True)
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        """Table."""

        table = "items"
        unique_together = (("firm_id", "id"), ("firm_id", "id", "kind"))


class Task(MadeByTemplate):
    """A to-do for members; the item with the same id holds title, due date and whether it is open."""

    status = fields.TextField()
    description = fields.TextField(null=True)
    priority = fields.SmallIntField()
    created_by = KeyField(null=True)

    class Meta:
        """Table."""

        table = "tasks"
        unique_together = (("firm_id", "id"),)


class Subtask(FirmThing):
    """A line of a task's check list; never blocks anything. Ordered by rank."""

    task_id = KeyField()
    title = fields.TextField()
    done = fields.BooleanField()
    rank = KeyField()

    class Meta:
        """Table."""

        table = "subtasks"
        unique_together = (("firm_id", "id"),)


class TaskTemplate(Template):
    """What tasks are made by. The due date is a span after the day on which one is made."""

    title = fields.TextField()
    description = fields.TextField(null=True)
    subtasks: fields.JSONField[Any] = fields.JSONField()
    priority = fields.SmallIntField()
    people: fields.JSONField[Any] = fields.JSONField()
    due_after: fields.JSONField[Any] = fields.JSONField(null=True)

    class Meta:
        """Table."""

        table = "task_templates"
        unique_together = (("firm_id", "id"),)


class ItemTemplate(Template):
    """What items for clients are made by."""

    kind = fields.TextField()
    title = fields.TextField()
    message = fields.TextField(null=True)
    content: fields.JSONField[Any] = fields.JSONField()
    remind_days = fields.IntField(null=True)
    remind_times = fields.IntField(null=True)
    due_after: fields.JSONField[Any] = fields.JSONField(null=True)

    class Meta:
        """Table."""

        table = "item_templates"
        unique_together = (("firm_id", "id"),)
