"""Automations: their inputs are made from the configurations of the kinds (AU7)."""

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

import strawberry

from engine.automating import configuring, delays, runs, setting
from engine.automating.delays import JobDate
from engine.automations import kinds
from gql.fields import given, optional, settable
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.base import MutationInput, input_of
from gql.inputs.conditions import ConditionInput
from gql.inputs.people import DurationInput
from resolvers.automations import config_typename

ID = strawberry.ID


_PLAIN: dict[type[setting.Setting], Any] = {
    setting.Text: str,
    setting.Flag: bool,
    setting.Number: int,
    setting.Span: DurationInput,
}


def _type(one: setting.Setting) -> Any:
    if isinstance(one, setting.Reference):
        return list[ID] if one.many else ID
    return one.values if isinstance(one, setting.Choice) else _PLAIN[type(one)]


def _field(one: setting.Setting, default: Any) -> tuple[Any, Any]:
    """A setting as a field of an input: its type, and its binding."""
    if isinstance(one, setting.Reference) and one.many:
        return _type(one), given(one.description, default_factory=list)
    if default is MISSING:
        return _type(one), given(one.description)
    if default is None:
        return _type(one) | None, given(one.description, default=None)
    return _type(one), given(one.description, default=default)


def _config(kind: str) -> Any:
    """The input of what an automation of a kind is to do."""
    config = kinds()[kind].config
    known = setting.settings(config)
    made = {part.name: _field(known[part.name], part.default) for part in fields(config)}
    body: dict[str, Any] = {name: bound for name, (_, bound) in made.items()}
    body["__annotations__"] = {name: typed for name, (typed, _) in made.items()}
    body["__doc__"] = kinds()[kind].description
    name = f"{config_typename(kind)}Input"
    return input_of(config, kinds()[kind].description)(type(name, (), body))


def _choice() -> Any:
    """The input that holds the configuration of one kind."""
    body: dict[str, Any] = {kind.lower(): optional(kinds()[kind].description) for kind in kinds()}
    body["__annotations__"] = {kind.lower(): _config(kind) | None for kind in kinds()}
    body["__doc__"] = "One configuration."
    description = "What an automation is to do: the settings of one kind."
    made: Any = strawberry.input(type("AutomationConfigInput", (), body), description=description, one_of=True)
    made.__unwrapped__ = True
    return made


if TYPE_CHECKING:
    AutomationConfigInput = object
else:
    AutomationConfigInput = _choice()


@input_of(delays.Until, "Until a date of the job, or some days before or after it.")
class DelayUntilInput:
    """A day of the job."""

    date: JobDate = given("Which date of the job.")
    days: int = given("How many days after it; before it where negative. At nine in the morning.", default=0)


@input_of(delays.Delay, "How long an automation is to wait after the entry.", one_of=True)
class DelayInput:
    """A delay."""

    span: DurationInput | None = optional("For a span of time; it stands still while the job's status pauses.")
    until: DelayUntilInput | None = optional("Until a date of the job; it moves with that date.")


@input_of(configuring.NewAutomation, "An automation of a stage that is being made.")
class NewAutomationInput:
    """An automation."""

    config: AutomationConfigInput = given("What it is to do.")
    condition: ConditionInput | None = given("For which jobs it runs, read when it is about to.", default=None)
    delay: DelayInput | None = given("How long it waits.", default=None)


@input_of(configuring.CreateAutomation, "A new automation, of a stage, or of a status in a pipeline.")
class CreateAutomationInput(MutationInput):
    """A new automation."""

    id: ID | None = optional(CLIENT_ID)
    config: AutomationConfigInput = given("What it is to do.")
    stage_id: ID | None = given("The stage on entering which it runs.", default=None)
    pipeline_id: ID | None = given("The pipeline, where it is attached to a status.", default=None)
    status_id: ID | None = given("The status on entering which it runs, instead of a stage.", default=None)
    position: int | None = given("Its place among the others, from 0; last by default.", default=None)
    condition: ConditionInput | None = given("For which jobs it runs, read when it is about to.", default=None)
    delay: DelayInput | None = given("How long it waits.", default=None)


@input_of(configuring.UpdateAutomation, "What to change of an automation. It counts from the next entry on.")
class UpdateAutomationInput(MutationInput):
    """Changes of an automation."""

    automation_id: ID = given("Which automation.")
    config: AutomationConfigInput | None = settable("What it is to do, of the same kind.")
    condition: ConditionInput | None = optional("For which jobs it runs; null for all.")
    delay: DelayInput | None = optional("How long it waits; null for not at all.")
    position: int | None = settable("Its place among the others, from 0.")


@input_of(configuring.DeleteAutomation, "Which automation to delete.")
class DeleteAutomationInput(MutationInput):
    """An automation to delete."""

    automation_id: ID = given("Which automation.")


@input_of(runs.RetryRun, "Which failed automation to try again.")
class RetryRunInput(MutationInput):
    """A run to retry."""

    run_id: ID = given("Which run.")


@input_of(runs.RunNow, "Which scheduled automation to run now.")
class RunNowInput(MutationInput):
    """A run not to wait for."""

    run_id: ID = given("Which run.")


@input_of(runs.DismissRun, "Which failed automation to take note of.")
class DismissRunInput(MutationInput):
    """A run to dismiss."""

    run_id: ID = given("Which run.")


@input_of(runs.CancelRun, "Which automation not to run any more.")
class CancelRunInput(MutationInput):
    """A run to cancel."""

    run_id: ID = given("Which run.")
