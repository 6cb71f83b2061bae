"""The states of an attempt and what leads from one to the next; use cases ask here before their conditional
UPDATE."""

from enum import StrEnum

from exams.domain.errors import InvalidTransition


class AttemptState(StrEnum):
    """Where an attempt stands."""

    OPEN = "open"
    PAUSED = "paused"
    SUBMITTED = "submitted"
    NEEDS_MARKING = "needs_marking"
    GRADED = "graded"
    VOIDED = "voided"


class AttemptEvent(StrEnum):
    """What can happen to an attempt."""

    PAUSE = "pause"
    RESUME = "resume"
    SUBMIT = "submit"
    GRADE = "grade"
    ASK_FOR_MARKING = "ask_for_marking"
    VOID = "void"


_S, _E = AttemptState, AttemptEvent
TRANSITIONS: dict[tuple[AttemptState, AttemptEvent], AttemptState] = {
    (_S.OPEN, _E.PAUSE): _S.PAUSED,
    (_S.PAUSED, _E.RESUME): _S.OPEN,
    (_S.OPEN, _E.SUBMIT): _S.SUBMITTED,
    (_S.PAUSED, _E.SUBMIT): _S.SUBMITTED,
    (_S.SUBMITTED, _E.GRADE): _S.GRADED,
    (_S.SUBMITTED, _E.ASK_FOR_MARKING): _S.NEEDS_MARKING,
    (_S.NEEDS_MARKING, _E.GRADE): _S.GRADED,
    **{(state, _E.VOID): _S.VOIDED for state in _S if state is not _S.VOIDED},
}


def next_state(state: AttemptState, event: AttemptEvent, /) -> AttemptState:
    """Return the state after an event; InvalidTransition when the event cannot happen there. Voided is
    final."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise InvalidTransition(f"An attempt that is {state.value} cannot {event.value.replace('_', ' ')}.") from None


def source_states(event: AttemptEvent, /) -> frozenset[AttemptState]:
    """Return the states in which an event can happen: the WHERE clause of its conditional UPDATE."""
    return frozenset(state for state, happening in TRANSITIONS if happening is event)


def is_running(state: AttemptState, /) -> bool:
    """Tell whether the learner has not submitted yet."""
    return state in {AttemptState.OPEN, AttemptState.PAUSED}
