"""The form of an exam's settings: paper, window and duration have to be set; all else has a default, stands in a folded
group, and says in one line what it holds.
"""

import ipaddress
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext

from exams.delivery.reviewing import AFTER_CLOSE
from exams.domain.integrity import Integrity
from exams.integrity_words import HONEST, LABELS
from exams.models import Exam
from exams.policies_authoring import list_editable_papers

MAXIMUM_RANGES = 50
REVIEW = ("marks", "answers", "keys", "explanations")
INTEGRITY = tuple(LABELS)
DATETIME = {"type": "datetime-local"}

FELT = {
    "opens_at": _("Who is inside stays inside, whatever the window."),
    "closes_at": _("Who is inside keeps the time that was given. To change it, use the exam room."),
    "duration_minutes": _("Who is inside keeps the time that was given. To change it, use the exam room."),
    "grace_seconds": _("The new grace holds when a room is opened again."),
    "layout": _("Whoever loads the room again sees the new layout."),
    "access_code": _("Whoever comes back through the exam's page is asked for the new code."),
    "address_ranges": _("Whoever comes back through the exam's page has to be at one of the new addresses."),
    "pass_percent": _("Attempts marked from now on are judged by the new pass mark, earlier ones are not."),
    "release": _("Those who hand in from now on see results by the new rule."),
    "after_close": _("Whoever has a result may review it from now on, or not before the close."),
    **dict.fromkeys(INTEGRITY, _("Whoever loads the room again finds the option off.")),
}
"""What candidates who are inside feel of a change, by field."""


class ExamForm(forms.ModelForm):
    """An exam. Paper, window and duration are enough."""

    paper = forms.ChoiceField(label=_("Paper"))
    duration_minutes = forms.IntegerField(label=_("Duration (minutes)"), min_value=1, max_value=1440, initial=60)
    shows_marks = forms.BooleanField(label=_("Review shows marks"), required=False, initial=True)
    shows_answers = forms.BooleanField(label=_("Review shows the learner's answers"), required=False, initial=True)
    shows_keys = forms.BooleanField(label=_("Review shows right answers"), required=False, initial=True)
    shows_explanations = forms.BooleanField(label=_("Review shows explanations"), required=False, initial=True)
    after_close = forms.BooleanField(
        label=_("Review waits until the exam has closed for everybody"),
        required=False,
        initial=True,
        help_text=_(
            "Scores come out as chosen above. The questions with their answers, keys and explanations stay hidden "
            "until the window is over and nobody is inside any more, those with more time included. Appeals and the "
            "wrong-answer book begin then."
        ),
    )
    address_ranges = forms.CharField(
        label=_("Addresses from which it may be started"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    multiple_choice = forms.ChoiceField(
        label=_("Multiple choice is marked"),
        required=False,
        choices=[
            ("partial_if_no_wrong", _("part for some right and none wrong")),
            ("all_or_nothing", _("all or nothing")),
            ("sum_of_fractions", _("by adding up shares")),
            ("net_correct", _("right minus wrong")),
            ("each_option", _("by each option")),
        ],
    )
    partial_fraction = forms.FloatField(
        label=_("That part is (0 to 1)"), required=False, min_value=0, max_value=1, initial=0.5
    )
    asks_certainty = forms.BooleanField(
        label=_("Candidates say how certain they are"),
        required=False,
        help_text=_(
            "Certainty-based marking: low, middle, high certainty earn 1/3, 2/3, all of the marks when right and cost"
            " none, 2/3, twice the marks when wrong. What a person marks is left out."
        ),
    )

    class Meta:
        model = Exam
        fields = [
            *("title", "opens_at", "closes_at", "audience", "attempts_allowed", "pass_percent", "description", "rules"),
            *("layout", "shuffle_questions", "shuffle_options", "forward_only", "release", "access_code", "language"),
            "grace_seconds",
        ]
        widgets = {
            "opens_at": forms.DateTimeInput(attrs=DATETIME, format="%Y-%m-%dT%H:%M"),
            "closes_at": forms.DateTimeInput(attrs=DATETIME, format="%Y-%m-%dT%H:%M"),
            "description": forms.Textarea(attrs={"rows": 3, "data-rich": ""}),
            "rules": forms.Textarea(attrs={"rows": 4, "data-rich": ""}),
            "language": forms.Select(choices=settings.LANGUAGES),
        }
        help_texts = {
            "release": _(
                "Until a result is given out, practice hides its questions from the learner; where it never is, until "
                "30 days after the close for everybody."
            ),
            "title": _("Empty: the paper's title."),
            "closes_at": _("Every attempt ends by then. Empty: a week after it opens."),
            "access_code": _("Asked before the start; say it in the room when everybody is there."),
            "grace_seconds": _("Saves that were on their way when time ran out are still taken."),
            "forward_only": _(
                "One question at a time; whoever goes on cannot return, and later questions are not sent before."
            ),
        }

    GROUPS = (
        ("when", _("What and when"), ("paper", "opens_at", "closes_at", "duration_minutes", "title")),
        ("who", _("Who may sit it"), ("audience", "attempts_allowed", "access_code", "address_ranges")),
        (
            "results",
            _("Passing and results"),
            ("pass_percent", "release", *(f"shows_{name}" for name in REVIEW), AFTER_CLOSE),
        ),
        (
            "room",
            _("In the room"),
            ("layout", "forward_only", "shuffle_questions", "shuffle_options", "grace_seconds"),
        ),
        ("integrity", _("Honesty in the room"), INTEGRITY),
        ("marking", _("Marking"), ("multiple_choice", "partial_fraction", "asks_certainty")),
        ("texts", _("Texts"), ("description", "rules", "language")),
    )
    OPTIONAL = (
        *("title", "closes_at", "attempts_allowed", "pass_percent", "audience", "layout", "release", "language"),
        "grace_seconds",
    )

    def __init__(self, *args: Any, user: Any, address: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        papers = list_editable_papers(user).filter(current_version__isnull=False, archived_at__isnull=True)
        self.paper_titles = {str(row.public_id): row.title for row in papers}
        exam = self.instance
        integrity = Integrity.from_fields(exam.integrity)
        for name in INTEGRITY:
            self.fields[name] = forms.BooleanField(
                label=LABELS[name], help_text=HONEST[name], required=False, initial=getattr(integrity, name)
            )
        ranges = self.fields["address_ranges"]
        ranges.help_text = _(
            "One address or CIDR range a line, such as 192.0.2.0/24. Empty: from anywhere. Whoever goes on from "
            "elsewhere after the start loses nothing; the invigilator sees it as a signal."
        )
        if address:
            ranges.help_text += " " + _("You are at %(address)s now.") % {"address": address}
        if exam.pk:
            # An exam keeps its paper even when nobody may choose it any more.
            self.paper_titles.setdefault(str(exam.paper.public_id), exam.paper.title)
            self.fields["paper"].initial = str(exam.paper.public_id)
            self.fields["duration_minutes"].initial = exam.duration_seconds // 60
            for name in REVIEW:
                self.fields[f"shows_{name}"].initial = exam.review_policy.get(name, True)
            self.fields[AFTER_CLOSE].initial = exam.review_policy.get(AFTER_CLOSE, False)
            self.fields["multiple_choice"].initial = exam.grading_policy.get("multiple_choice", "partial_if_no_wrong")
            self.fields["partial_fraction"].initial = exam.grading_policy.get("partial_fraction", 0.5)
            self.fields["asks_certainty"].initial = exam.grading_policy.get("asks_certainty", False)
            ranges.initial = "\n".join(exam.address_ranges)
        self.fields["paper"].choices = list(self.paper_titles.items())
        for name in self.OPTIONAL:
            self.fields[name].required = False

    def clean_pass_percent(self) -> Any:
        """Return the pass mark; 0 to 100 per cent."""
        value = self.cleaned_data["pass_percent"]
        if value is not None and not 0 <= value <= 100:
            raise forms.ValidationError(_("The pass mark lies between 0 and 100 per cent."))
        return value

    def clean_address_ranges(self) -> list[str]:
        """Return the ranges one by one, written the usual way; the error names the line."""
        ranges = []
        lines = self.cleaned_data["address_ranges"].replace(",", "\n").replace("，", "\n").split("\n")
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                ranges.append(str(ipaddress.ip_network(line.strip(), strict=False)))
            except ValueError:
                raise forms.ValidationError(
                    _("Line %(number)d is neither an address nor a range: %(text)s"),
                    params={"number": number, "text": line.strip()[:60]},
                ) from None
        if len(ranges) > MAXIMUM_RANGES:
            raise forms.ValidationError(_("At most %(n)d ranges.") % {"n": MAXIMUM_RANGES})
        return list(dict.fromkeys(ranges))

    def clean(self) -> dict[str, Any]:
        """Check what belongs together: the window, and options that cannot go with one another."""
        data = super().clean() or self.cleaned_data
        opens, closes = data.get("opens_at"), data.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("The exam has to close after it opens."))
        elif opens and closes and data.get("duration_minutes"):
            window = int((closes - opens).total_seconds() // 60)
            if window < data["duration_minutes"]:
                words = _("The window is only %(window)d minutes long, so nobody would have the whole duration.")
                self.add_error("duration_minutes", words % {"window": window})
        if data.get("forward_only") and data.get("full_screen"):
            self.add_error(
                "full_screen",
                _("Full screen ends whenever a page is loaded, and forward only loads one a question. Choose one."),
            )
        return data

    def groups(self) -> list[dict[str, Any]]:
        """Return the fields in groups for the page; the first holds all that has to be set."""
        return [
            {
                "name": name,
                "label": label,
                "fields": [self[field] for field in fields],
                "is_first": place == 0,
                "has_errors": any(field in self.errors for field in fields),
                "summary": "" if place == 0 else self._summary(name),
            }
            for place, (name, label, fields) in enumerate(self.GROUPS)
        ]

    def _words(self, name: str) -> str:
        """Return the label of the choice that a field holds now."""
        value = self[name].value()
        return str(dict(self.fields[name].widget.choices).get(value, value) or "")

    def _is_on(self, name: str) -> bool:
        return bool(self[name].value()) and self[name].value() not in ("False", "0")

    def _summary(self, name: str) -> str:
        words = {
            "who": self._who,
            "results": self._results,
            "room": self._room,
            "integrity": self._integrity,
            "marking": self._marking,
            "texts": self._texts,
        }
        return str(words[name]())

    def _who(self) -> str:
        tries = self["attempts_allowed"].value()
        number = int(tries) if str(tries or "").isdecimal() else 1
        parts = [self._words("audience"), ngettext("%(n)d attempt", "%(n)d attempts", number) % {"n": number}]
        if self["access_code"].value():
            parts.append(_("access code"))
        if self["address_ranges"].value():
            parts.append(_("certain addresses only"))
        return _join(parts)

    def _results(self) -> str:
        short = {"marks": _("marks"), "answers": _("answers"), "keys": _("right answers"),
                 "explanations": _("explanations")}  # fmt: skip
        shown = [word for name, word in short.items() if self._is_on(f"shows_{name}")]
        review = _("review shows %(what)s") % {"what": _listed(shown)} if shown else _("no review")
        if shown and self._is_on(AFTER_CLOSE):
            review = _("review shows %(what)s, after the close") % {"what": _listed(shown)}
        percent = _("pass mark %(percent)s%%") % {"percent": _plain(self["pass_percent"].value() or 60)}
        return _join([str(percent), self._words("release"), str(review)])

    def _room(self) -> str:
        parts = [_("one at a time, forward only") if self._is_on("forward_only") else self._words("layout")]
        if self._is_on("shuffle_questions"):
            parts.append(_("questions shuffled"))
        if self._is_on("shuffle_options"):
            parts.append(_("options shuffled"))
        return _join(parts)

    def _integrity(self) -> str:
        names = {
            "watermark": _("watermark"),
            "no_clipboard": _("no copying and pasting"),
            "log_page_leaves": _("leaving the page is noted"),
            "full_screen": _("full screen"),
            "one_device": _("one device"),
        }
        return _join([str(word) for name, word in names.items() if self._is_on(name)]) or str(_("nothing is asked for"))

    def _marking(self) -> str:
        parts = [self._words("multiple_choice") or str(_("part for some right and none wrong"))]
        if self._is_on("asks_certainty"):
            parts.append(str(_("with certainty")))
        return _join(parts)

    def _texts(self) -> str:
        parts = [str(_("description"))] if self["description"].value() else []
        parts += [str(_("rules"))] if self["rules"].value() else []
        return _join([*parts, self._words("language")])

    def title(self, paper_title: str) -> str:
        """Return the title given, or the paper's."""
        return self.cleaned_data["title"].strip() or paper_title

    def felt_changes(self) -> list[tuple[str, str]]:
        """Return what candidates who are inside would feel of the changes: label and sentence."""
        return [(str(self.fields[name].label), str(FELT[name])) for name in self.changed_data if name in FELT]

    def exam_fields(self) -> dict[str, Any]:
        """Return the arguments for `save_exam` beside paper, title, window and actor; call after is_valid()."""
        data = self.cleaned_data
        grading = dict(self.instance.grading_policy or {})
        if data["multiple_choice"]:
            grading["multiple_choice"] = data["multiple_choice"]
        if data["partial_fraction"] is not None:
            grading["partial_fraction"] = data["partial_fraction"]
        if data["asks_certainty"] or "asks_certainty" in grading:
            grading["asks_certainty"] = data["asks_certainty"]
        plain = {
            name: data[name]
            for name in self.Meta.fields
            if name not in {"title", "opens_at", "closes_at"} and data[name] not in (None, "")
        }
        plain |= {name: data[name] for name in ("description", "rules", "access_code", "address_ranges")}
        return plain | {
            "review_policy": {name: data[f"shows_{name}"] for name in REVIEW} | {AFTER_CLOSE: data[AFTER_CLOSE]},
            "grading_policy": grading,
            "integrity": {name: data[name] for name in INTEGRITY if data[name]},
        }


def _listed(words: Iterable[Any]) -> str:
    return pgettext("between conditions", ", ").join(str(word) for word in words)


def _join(parts: list[str]) -> str:
    return " · ".join(str(part) for part in parts if part)


def _plain(value: object) -> str:
    """Return a number without the zeros behind its point; anything else as it was typed."""
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text
