"""The question types there are: every module of exams.domain.types, discovered. Adding a module there adds a
type everywhere."""

import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any, cast

from pydantic import BaseModel

from exams.domain import types
from exams.domain.corrections import KeyPlace
from exams.domain.errors import InvalidCorrection, Problem, UnknownQuestionType
from exams.domain.marks import Completeness, GradingPolicy, Mark
from exams.domain.opaque_ids import NameChoices
from exams.domain.responses import PostedForm
from exams.domain.schema import TypeInfo, gettext_noop

_CONTRACT = [
    "TYPE",
    "Content",
    "Key",
    "parse_response",
    "read_form",
    "grade",
    "completeness",
    "validate",
    "option_order",
    "public_content",
    "list_feedback",
    "summarise",
    "summarise_key",
    "summarise_response",
]


class QuestionType:
    """One question type, typed for callers that do not know which: content, key and response are that type's
    own."""

    def __init__(self, module: Any) -> None:
        missing = [name for name in _CONTRACT if not hasattr(module, name)]
        if missing:
            raise TypeError(f"{module.__name__} is no question type: it lacks {', '.join(missing)}.")
        self._module = module
        self._bind = getattr(module, "bind", None)
        self.info: TypeInfo = module.TYPE
        self.content_model: type[BaseModel] = module.Content
        self.key_model: type[BaseModel] = module.Key

    @property
    def name(self) -> str:
        """The name stored with questions."""
        return self.info.name

    def parse_content(self, content: object, /) -> BaseModel:
        """Return the content model; pydantic.ValidationError when it does not fit."""
        return content if isinstance(content, self.content_model) else self.content_model.model_validate(content)

    def parse_key(self, key: object, /) -> BaseModel:
        """Return the key model; pydantic.ValidationError when it does not fit."""
        return key if isinstance(key, self.key_model) else self.key_model.model_validate(key)

    def read_form(self, content: Mapping[str, Any], form: PostedForm, name: str, /) -> Any:
        """Return the raw response in a posted form whose fields begin with `name`; None where nothing was answered.
        The content is as stored; what comes back is untrusted."""
        return self._module.read_form(content, form, name)

    def parse_response(self, content: BaseModel, raw: object, /) -> Any:
        """Return the clean response, None for a blank; InvalidResponse for what does not fit."""
        return self._module.parse_response(content, raw)

    def grade(self, content: BaseModel, key: BaseModel, response: Any, policy: GradingPolicy, /) -> Mark:
        """Return the mark of a parsed response."""
        return cast("Mark", self._module.grade(content, key, response, policy))

    def completeness(self, content: BaseModel, response: Any, /) -> Completeness:
        """Return how much of the question a parsed response answers."""
        return cast("Completeness", self._module.completeness(content, response))

    def is_complete(self, content: BaseModel, response: Any, /) -> bool:
        """Tell whether a parsed response leaves nothing open."""
        return self.completeness(content, response) is Completeness.ANSWERED

    def validate(self, content: BaseModel, key: BaseModel, /) -> list[Problem]:
        """Return what is wrong between content and key."""
        return cast("list[Problem]", self._module.validate(content, key))

    def option_order(self, content: BaseModel, /) -> dict[str, tuple[str, ...]]:
        """Return the ids that may be shuffled, by group (`options`, `right`, `items`, a gap,
        `q1/options`)."""
        return cast("dict[str, tuple[str, ...]]", self._module.option_order(content))

    def drawn_groups(self, content: BaseModel, /) -> dict[str, tuple[str, ...]]:
        """Return the ids of which one is drawn for each learner, by group (`variant`, `q1/variant`); most types have
        none. A module that draws has `drawn_groups` and `bind`."""
        drawn = getattr(self._module, "drawn_groups", None)
        return {} if drawn is None else cast("dict[str, tuple[str, ...]]", drawn(content))

    def listed_options(self, content: BaseModel, /) -> list[tuple[str, str]]:
        """Return the options of a choice, as id and text; most types have nothing of the kind. A module that lists has
        `listed_options` and `right_options`."""
        listed = getattr(self._module, "listed_options", None)
        return [] if listed is None else cast("list[tuple[str, str]]", listed(content))

    def right_options(self, key: Mapping[str, Any], /) -> set[str]:
        """Return the options that a stored key holds for right; none where the type lists nothing."""
        right = getattr(self._module, "right_options", None)
        return set() if right is None else cast("set[str]", right(key))

    def key_places(self, content: BaseModel, key: BaseModel, /) -> tuple[KeyPlace, ...]:
        """Return what a corrected key can say otherwise, in the order in which it is asked; none for a type whose key
        is written in its editor alone. A module with `key_places` has `key_with` too, which gets the places that say
        something else, checked, and leaves the rest of the key as it is."""
        places = getattr(self._module, "key_places", None)
        return () if places is None else cast("tuple[KeyPlace, ...]", places(content, key))

    def key_with(
        self, content: BaseModel, key: Mapping[str, Any], given: Mapping[str, Sequence[str]], /
    ) -> dict[str, Any]:
        """Return the stored key under which what is given is right at its places; a place that is not named, or of
        which the key says the same, stays. Whether the whole is sound is still to be checked
        (`grading.check_question`).

        InvalidCorrection for a place or an option that the question does not have, and for what cannot stand there.
        """
        places = {place.id: place for place in self.key_places(content, self.parse_key(key))}
        changed = {}
        for id_, values in given.items():
            if id_ not in places:
                raise InvalidCorrection(gettext_noop("The question has no such part."), field=id_)
            clean = places[id_].checked(values)
            if places[id_].is_changed_by(clean):
                changed[id_] = clean
        return cast("dict[str, Any]", self._module.key_with(content, key, changed)) if changed else dict(key)

    def conceal(self, content: Mapping[str, Any], key: Mapping[str, Any], /) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return stored content and key with parts renamed whose ids could tell the key; most types have none. A module
        whose parts have places or partners has `conceal`. The pair is sound (`grading.check_question`)."""
        conceal = getattr(self._module, "conceal", None)
        pair = (dict(content), dict(key))
        return pair if conceal is None else cast("tuple[dict[str, Any], dict[str, Any]]", conceal(*pair))

    def rename_choices(
        self, content: Mapping[str, Any], key: Mapping[str, Any], name: NameChoices, /
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return stored content and key, which fit the type, with options renamed as `name` says of each group; most
        types have none. A module whose options are chosen from has `rename_choices`."""
        rename = getattr(self._module, "rename_choices", None)
        renamed = (content, key) if rename is None else rename(content, key, name)
        return dict(renamed[0]), dict(renamed[1])

    @property
    def has_choices(self) -> bool:
        """Whether the type has options of its own that are chosen from."""
        return hasattr(self._module, "rename_choices")

    @property
    def conceals(self) -> bool:
        """Whether the type has parts whose ids could tell the key."""
        return self.has_choices or hasattr(self._module, "conceal")

    def bind(self, content: BaseModel, order: Mapping[str, Sequence[str]] | None = None, /) -> BaseModel:
        """Return the content as this learner drew it, by the frozen order; the content itself where nothing is
        drawn."""
        return content if self._bind is None else cast("BaseModel", self._bind(content, order or {}))

    def public_content(self, content: BaseModel, order: Mapping[str, Sequence[str]] | None = None, /) -> dict[str, Any]:
        """Return what the browser may see, options in the frozen order by group; never anything of the
        key."""
        return cast("dict[str, Any]", self._module.public_content(content, order or {}))

    def review_key(self, content: BaseModel, key: Mapping[str, Any], /) -> Mapping[str, Any]:
        """Return a stored key as reviews show it for a bound content; most types show it as it is. A module whose right
        answer depends on what was drawn has `review_key`."""
        shown = getattr(self._module, "review_key", None)
        return key if shown is None else cast("Mapping[str, Any]", shown(content, key))

    def list_feedback(self, content: BaseModel, key: BaseModel, /) -> dict[str, str]:
        """Return rich feedback by the ids that a mark's `feedback_ids` name."""
        return cast("dict[str, str]", self._module.list_feedback(content, key))

    def summarise(self, content: BaseModel, /) -> str:
        """Return the question as plain text."""
        return cast("str", self._module.summarise(content))

    def summarise_key(self, content: BaseModel, key: BaseModel, /) -> str:
        """Return the right answer as plain text."""
        return cast("str", self._module.summarise_key(content, key))

    def summarise_response(self, content: BaseModel, response: Any, /) -> str:
        """Return a parsed response as plain text; nothing for a blank."""
        return cast("str", self._module.summarise_response(content, response))


@cache
def question_types() -> Mapping[str, QuestionType]:
    """Return all question types by name, the most used first; the modules are loaded at the first call."""
    found = {}
    for module in pkgutil.iter_modules(types.__path__):
        question_type = QuestionType(import_module(f"{types.__name__}.{module.name}"))
        found[question_type.name] = question_type
    return MappingProxyType(dict(sorted(found.items(), key=lambda pair: (pair[1].info.order, pair[0]))))


def get_type(name: str, /) -> QuestionType:
    """Return a question type; UnknownQuestionType when there is none of that name."""
    try:
        return question_types()[name]
    except KeyError:
        raise UnknownQuestionType(f"There is no question type {name!r}.", field="type") from None
