"""ADD_COMMENT: says something about the job, to members."""

from dataclasses import dataclass

from engine.automating import setting
from engine.automating.kinds import Batch, Kind
from engine.checks import TEXT_LENGTH
from engine.job import comments


@dataclass(frozen=True, slots=True)
class AddComment:
    """What to say, and to whom."""

    text: str = setting.text("What it says.")
    mention_ids: tuple[str, ...] = setting.refs("member", "Members to mention, those of them who see the job.")


async def run(batch: Batch[AddComment]) -> None:
    """A comment on each job, without an author."""
    [texts] = await batch.texts(batch.config.text)
    cut = {job_id: text[:TEXT_LENGTH] for job_id, text in texts.items()}
    made = await comments.add(batch.work, cut, batch.config.mention_ids)
    for turn in batch.turns:
        turn.things.append(made[turn.job_id])


KIND = Kind("ADD_COMMENT", "Adds a comment to the job.", AddComment, run)
