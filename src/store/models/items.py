"""Action items (what every kind shares) and tasks, the first kind."""

from tortoise import fields

from store.models.base import FirmThing, KeyField


class Item(FirmThing):
    """What somebody must finish, whatever its kind."""

    kind = fields.TextField()
    title = fields.TextField()
    open = fields.BooleanField()
    due_date = fields.DateField(null=True)

    class Meta:
        """Table."""

        table = "items"
        unique_together = (("firm_id", "id"), ("firm_id", "id", "kind"))


class Task(FirmThing):
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
