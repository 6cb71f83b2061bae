"""Questions, banks and papers in Wagtail's admin: listings with filters that lead to our own editor.

Wagtail checks permissions by model, not by object, in most of its snippet views. ScopedViewSet therefore wraps
every address of a
viewset with the domain's policy: what is not the person's answers 404, on GET and on POST.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.chooser import SnippetChooserViewSet
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet, SnippetViewSetGroup

from exams.models import Bank, Paper, Question
from exams.policies_authoring import can_author, list_editable_banks, list_editable_papers

View = Callable[..., HttpResponse]


def guard(view: View, is_allowed: Callable[[HttpRequest, str | None], bool]) -> View:
    """Wrap a view: 404 unless the policy allows this person this object (None for views without one)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = kwargs.get("pk", args[0] if args else None)
        if not is_allowed(request, None if key is None else unquote(str(key))):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def guard_patterns(
    patterns: list[URLPattern], is_allowed: Callable[[HttpRequest, str | None], bool]
) -> list[URLPattern]:
    """Wrap every pattern's view."""
    for pattern in patterns:
        pattern.callback = guard(pattern.callback, is_allowed)
    return patterns


class ClosedChooserViewSet(SnippetChooserViewSet):
    """A chooser for superusers only: nothing of ours is chosen inside Wagtail pages."""

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the chooser's addresses, closed to everybody else."""
        return guard_patterns(super().get_urlpatterns(), lambda request, _key: request.user.is_superuser)


class KeptPolicy(ModelPermissionPolicy):
    """Nobody deletes here: papers, quizzes and learners hold on to questions, and only our own pages ask whether they
    do."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Whether the person may do this at all."""
        return action != "delete" and super().user_has_permission(user, action)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        """Whether the person may do any of these."""
        return any(self.user_has_permission(user, action) for action in actions)


class PlainIndexView(IndexView):
    """A listing without the boxes of Wagtail's bulk actions, which know no policy of ours."""

    @property
    def columns(self) -> list[Any]:
        """Return the columns without the boxes."""
        return super().columns[1:]


class ScopedViewSet(SnippetViewSet):
    """A viewset whose every address asks the domain's policy; writing happens in our own pages."""

    chooser_viewset_class = ClosedChooserViewSet
    index_view_class = PlainIndexView
    index_template_name = "wagtailadmin/generic/index.html"
    editor_url_name = ""
    new_url_name = ""

    def scope(self, user: Any) -> Any:
        """Return the rows that the person may write; each viewset says its own."""
        raise NotImplementedError

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the rows of the listing."""
        return self.scope(request.user)

    def is_allowed(self, request: HttpRequest, key: str | None) -> bool:
        """Whether the person may meet this row, or the viewset at all."""
        if key is None:
            return can_author(request.user)
        return key.isdecimal() and self.scope(request.user).filter(pk=key).exists()

    @property
    def edit_view(self) -> View:
        """Lead to our own editor instead of Wagtail's form."""

        def to_editor(request: HttpRequest, pk: str) -> HttpResponse:
            row = self.scope(request.user).get(pk=unquote(str(pk)))
            return redirect(self.editor_url_name, public_id=row.public_id)

        return to_editor

    @property
    def add_view(self) -> View:
        """Lead to our own page for a new row."""

        def to_new(request: HttpRequest) -> HttpResponse:
            return redirect(self.new_url_name)

        return to_new

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the viewset's addresses, each behind the policy."""
        return guard_patterns(super().get_urlpatterns(), self.is_allowed)


class QuestionFilterSet(WagtailFilterSet):
    """Filters of questions; only the person's own banks can be chosen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["bank"].queryset = list_editable_banks(self.request.user)

    class Meta:
        model = Question
        fields = ["bank", "type", "difficulty", "status"]


class QuestionViewSet(ScopedViewSet):
    """Questions of the banks that the person may write in."""

    model = Question
    icon = "help"
    copy_view_enabled = False
    list_display = ["summary", "bank", "type", "difficulty", "status", "updated_at"]
    filterset_class = QuestionFilterSet
    list_per_page = 50
    search_fields = ["search_text"]
    exclude_form_fields = ["content", "key"]
    editor_url_name = "authoring:question"
    new_url_name = "authoring:banks"

    def scope(self, user: Any) -> Any:
        """Return questions of editable banks."""
        return Question.objects.filter(bank__in=list_editable_banks(user).values("pk")).select_related("bank")


class BankViewSet(ScopedViewSet):
    """Banks that the person may write in."""

    model = Bank
    icon = "folder-open-inverse"
    copy_view_enabled = False
    list_display = ["name", "language", "visibility", "organization"]
    list_filter = ["language", "visibility"]
    exclude_form_fields = ["owner", "organization"]
    editor_url_name = "authoring:bank"
    new_url_name = "authoring:new_bank"

    def scope(self, user: Any) -> Any:
        """Return editable banks."""
        return Bank.objects.filter(pk__in=list_editable_banks(user).values("pk"))


class PaperViewSet(ScopedViewSet):
    """Papers that the person may change."""

    model = Paper
    icon = "doc-full"
    copy_view_enabled = False
    list_display = ["title", "language", "is_practice", "updated_at"]
    list_filter = ["language", "is_practice"]
    exclude_form_fields = ["owner", "organization", "current_version", "archived_at"]
    editor_url_name = "authoring:paper"
    new_url_name = "authoring:new_paper"

    def scope(self, user: Any) -> Any:
        """Return editable papers."""
        return list_editable_papers(user)


class ExamsGroup(SnippetViewSetGroup):
    """The menu of question banks in Wagtail's admin."""

    menu_label = _("Question banks")
    menu_icon = "help"
    menu_order = 300
    items = (QuestionViewSet, BankViewSet, PaperViewSet)


# The policies first: a viewset without one makes one of its own.
for _model in (Question, Bank, Paper):
    register_permission_policy(_model, KeptPolicy(_model))
register_snippet(ExamsGroup)


class ClosedBulkDelete(SnippetBulkAction):
    """Stands in the place of Wagtail's deleting of many, which asks neither whose a row is nor what uses it."""

    display_name = _("Delete")
    action_type = "delete"
    aria_label = _("Delete")
    models: Sequence[Any] = (Question, Bank, Paper)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer as if there were nothing."""
        raise Http404


# After Wagtail's own, whose place it takes.
hooks.register("register_bulk_action", ClosedBulkDelete, order=100)
