"""The questions of organizers with whether they are shown, and their answers: for members and for clients."""

from collections.abc import Sequence
from typing import Any

from engine.items import forms, organizers
from engine.items.forms import OrganizerContent, Question
from resolvers.context import Context
from store.database import Row
from store.reads import organizers as reads

Drawn = dict[str, Any]


async def drawn(context: Context, rows: Sequence[Row], *, hidden: bool) -> list[list[Drawn]]:
    """The sections of organizers. ``hidden`` says whether answers to questions that are not shown are told."""
    said = await reads.answers(context.db, context.firm_id, {row["id"] for row in rows})
    return [_sections(organizers.content_of(row), said.get(row["id"], ()), hidden) for row in rows]


def _sections(content: OrganizerContent, rows: Sequence[Row], hidden: bool) -> list[Drawn]:
    answers = {row["question_key"]: row for row in rows if not organizers.value_of(row).is_empty}
    values = {key: organizers.value_of(row) for key, row in answers.items()}
    shown = forms.shown(content, values)
    lacking = {question.key for question in forms.missing(content, values)}

    def question(one: Question) -> Drawn:
        is_shown = one.key in shown.keys
        words = {name: getattr(one, name) for name in ("key", "kind", "text", "help", "options", "required")}
        answer = answers.get(one.key) if hidden or is_shown else None
        return words | {"shown": is_shown, "missing": one.key in lacking, "answer": answer}

    return [
        {"title": part.title, "text": part.text, "shown": there, "questions": [*map(question, part.questions)]}
        for part, there in zip(content.sections, shown.sections, strict=True)
    ]
