"""Dead letters."""

import strawberry

from engine import dead_letters
from gql.fields import given
from gql.inputs.base import MutationInput, input_of

ID = strawberry.ID


@input_of(dead_letters.RetryDeadLetter, "Which dead work to take up again.")
class RetryDeadLetterInput(MutationInput):
    """A dead letter to retry."""

    dead_letter_id: ID = given("Which dead letter.")


@input_of(dead_letters.DismissDeadLetter, "Which dead work not to do.")
class DismissDeadLetterInput(MutationInput):
    """A dead letter to dismiss."""

    dead_letter_id: ID = given("Which dead letter.")
