"""The instructor's pages: templates, rules, and what was issued by them."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from certificates import issue, setup
from certificates import revoke as revoking
from certificates.achievements import Achievement, list_authored_achievements
from certificates.backlog import count_owed
from certificates.forms import ReasonForm, ReissueForm, RuleChangeForm, RuleForm, TemplateForm
from certificates.models import Certificate, CertificateRule, CertificateTemplate
from certificates.permissions import require_rule_right
from certificates.queries import view_of
from certificates.render import sample_pdf, sample_picture
from certificates.switching import STARTING_TEXTS
from edu.core.clock import now_utc
from edu.core.errors import DomainError, NotFound
from edu.documents.pdf import CONTENT_TYPE

PAGE_SIZE = 50


def _require_instructor(request: HttpRequest) -> None:
    if not (request.user.is_instructor or request.user.is_operator):
        raise Http404


def _templates(request: HttpRequest) -> QuerySet[CertificateTemplate]:
    """Return the templates that the person may use: her own, or all for an operator."""
    if request.user.is_operator:
        return CertificateTemplate.objects.all()
    return CertificateTemplate.objects.filter(owner=request.user)


def _achievements(request: HttpRequest) -> list[Achievement]:
    return list_authored_achievements(user_id=request.user.pk)


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """List the rules and templates that the person looks after."""
    _require_instructor(request)
    rules = CertificateRule.objects.select_related("template").annotate(
        issued_count=Count(
            "certificates",
            filter=Q(certificates__issued_at__isnull=False, certificates__superseded_at__isnull=True),
        )
    )
    if not request.user.is_operator:
        keys = [one.key for one in _achievements(request)]
        rules = rules.filter(Q(created_by=request.user) | Q(achievement_key__in=keys))
    context = {
        "desk": "instructor",
        "title": _("Certificates"),
        "rules": list(rules),
        "templates": list(_templates(request)),
    }
    return render(request, "certificates/teach.html", context)


def _preview(values: dict[str, Any]) -> str:
    """Return the picture of a template from form values; what is missing stays empty."""
    snapshot = {name: str(values.get(name) or "") for name in issue.SNAPSHOT_FIELDS}
    if snapshot["design"] not in CertificateTemplate.Design.values:
        snapshot["design"] = CertificateTemplate.Design.GOLDEN_LIST.value
    if snapshot["language"] not in {"en", "zh-hans"}:
        snapshot["language"] = "en"
    example = "初级会计实务入门" if snapshot["language"] == "zh-hans" else "Statistics for Everyday Decisions"
    limits = {"title": 80, "lead": 80, "body": 400, "issuer": 120, "signatory": 80, "seal": 4}
    snapshot |= {name: snapshot[name][:limit] for name, limit in limits.items()}
    return sample_picture(snapshot=snapshot, title=example, expires_at=None, now=now_utc())


@login_required
def edit_template(request: HttpRequest, public_id: uuid.UUID | None = None) -> HttpResponse:
    """Write a template, with a preview that follows; the button Preview does the same without a script."""
    _require_instructor(request)
    row = None
    if public_id is not None:
        row = _templates(request).filter(public_id=public_id).first()
        if row is None:
            raise Http404
    language = "en" if (request.LANGUAGE_CODE or "").startswith("en") else "zh"
    initial = {} if row else STARTING_TEXTS[language]
    form = TemplateForm(request.POST or None, instance=row, initial=initial)
    if request.method == "POST" and "preview" not in request.POST and form.is_valid():
        try:
            saved = setup.save_template(
                actor=request.user,
                template=CertificateTemplate.objects.get(pk=row.pk) if row else None,
                **form.cleaned_data,
            )
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("The template “%(name)s” was saved.") % {"name": saved.name})
            return redirect("certificates:template", public_id=saved.public_id)
    values = request.POST if request.method == "POST" else {name: form[name].value() for name in form.fields}
    context = {
        "desk": "instructor",
        "title": _("Certificate template"),
        "form": form,
        "template": row,
        # Our own drawing: every text in it is escaped by draw_svg.
        "picture": mark_safe(_preview(values)),  # noqa: S308 - our own drawing, its texts escaped
        "rules": list(row.rules.all()) if row else [],
    }
    status = 422 if form.is_bound and form.errors and "preview" not in request.POST else 200
    return render(request, "certificates/template_edit.html", context, status=status)


@login_required
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Answer the picture of what stands in the form of a template."""
    _require_instructor(request)
    return HttpResponse(_preview(request.POST))


@login_required
@require_GET
def sample(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Answer a template with example facts as PDF, to be looked at on paper."""
    _require_instructor(request)
    row = _templates(request).filter(public_id=public_id).first()
    if row is None:
        raise Http404
    data = sample_pdf(snapshot=issue.take_snapshot(row), title=row.name, now=now_utc())
    return HttpResponse(
        data, content_type=CONTENT_TYPE, headers={"Content-Disposition": 'inline; filename="sample.pdf"'}
    )


@login_required
def new_rule(request: HttpRequest) -> HttpResponse:
    """Choose an exam or course of one's own and the look of its certificates."""
    _require_instructor(request)
    mine = _achievements(request)
    form = RuleForm(
        request.POST or None,
        achievements=[(one.key, one.title) for one in mine],
        templates=_templates(request),
    )
    if request.method == "POST" and form.is_valid():
        titles = {one.key: one.title for one in mine}
        try:
            row = setup.create_rule(
                achievement_key=form.cleaned_data["achievement_key"],
                achievement_title=titles[form.cleaned_data["achievement_key"]],
                template=form.cleaned_data["template"],
                valid_months=form.cleaned_data["valid_months"],
                minimum_percent=form.cleaned_data["minimum_percent"] or 0,
                actor=request.user,
            )
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("From now on certificates are issued for “%(title)s”.") % {"title": row})
            return redirect("certificates:rule", public_id=row.public_id)
    context = {
        "desk": "instructor",
        "title": _("New certificate"),
        "form": form,
        "has_choice": bool(mine),
        "has_template": _templates(request).exists(),
    }
    return render(request, "certificates/rule_new.html", context, status=422 if form.errors else 200)


def get_own_rule(request: HttpRequest, public_id: uuid.UUID) -> CertificateRule:
    """Return a rule that the person looks after, with its template; 404 otherwise."""
    _require_instructor(request)
    row = CertificateRule.objects.select_related("template").filter(public_id=public_id).first()
    if row is None:
        raise Http404
    try:
        require_rule_right(actor=request.user, rule=row)
    except NotFound as error:
        raise Http404 from error
    return row


@login_required
def rule(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show a rule with everything issued by it; change its look and validity."""
    row = get_own_rule(request, public_id)
    templates = (_templates(request) | CertificateTemplate.objects.filter(pk=row.template_id)).distinct()
    form = RuleChangeForm(
        request.POST or None,
        templates=templates,
        initial={"template": row.template_id, "valid_months": row.valid_months, "is_active": row.is_active},
    )
    if request.method == "POST" and form.is_valid():
        try:
            setup.change_rule(rule=row, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("Saved. Certificates that were issued before stay as they are."))
            return redirect("certificates:rule", public_id=row.public_id)
    rows = Certificate.objects.filter(rule=row)
    sought = request.GET.get("q", "").strip()[:80]
    if sought:
        rows = rows.filter(Q(holder_name__icontains=sought) | Q(serial__icontains=sought))
    batches = list(row.batches.select_related("job"))
    running = next((one.job for one in batches if one.job and not one.job.is_finished), None)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    now = now_utc()
    context = {
        "desk": "instructor",
        "title": row.achievement_title,
        "rule": row,
        "form": form,
        "owed_count": 0 if running else count_owed(rule=row),
        "batches": [one for one in batches if one.undone_at is None and one.job != running],
        "job": running,
        "siblings": list(
            CertificateRule.objects.filter(achievement_key=row.achievement_key)
            .exclude(pk=row.pk)
            .select_related("template")
        ),
        "page_obj": page,
        "issued": [view_of(one, now=now) for one in page.object_list],
        "sought": sought,
    }
    return render(request, "certificates/rule.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def redraw(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Draw all certificates of a rule anew in the present look of its template."""
    row = get_own_rule(request, public_id)
    setup.redraw_rule(rule=row, actor=request.user)
    messages.success(request, _("The certificates are being drawn anew. Serials and names stay the same."))
    return redirect("certificates:rule", public_id=row.public_id)


def _get_issued(request: HttpRequest, public_id: uuid.UUID) -> Certificate:
    row = Certificate.objects.select_related("rule").filter(public_id=public_id).first()
    if row is None:
        raise Http404
    get_own_rule(request, row.rule.public_id)
    return row


@login_required
def revoke(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask for the reason and revoke."""
    row = _get_issued(request, public_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            revoking.revoke_certificate(certificate=row, actor=request.user, reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("The certificate was revoked. You can take this back in the list."))
            return redirect("certificates:rule", public_id=row.rule.public_id)
    context = {
        "desk": "instructor",
        "title": _("Revoke a certificate"),
        "form": form,
        "certificate": row,
        "submit_label": _("Revoke"),
        "submit_class": "button--danger",
        "lead": _("The certificate stays on record, but everybody who checks it sees that it was revoked, and why."),
    }
    return render(request, "certificates/issued_change.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def reinstate(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take a revocation back."""
    row = _get_issued(request, public_id)
    revoking.reinstate_certificate(certificate=row, actor=request.user)
    messages.success(request, _("The certificate is valid again."))
    return redirect("certificates:rule", public_id=row.rule.public_id)


@login_required
def reissue(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask for the corrected name and issue anew."""
    row = _get_issued(request, public_id)
    form = ReissueForm(request.POST or None, initial={"holder_name": row.holder_name})
    if request.method == "POST" and form.is_valid():
        try:
            issue.reissue(
                certificate=row,
                holder_name=form.cleaned_data["holder_name"],
                reason=form.cleaned_data["note"],
                actor=request.user,
            )
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("Issued anew with the corrected name. The old serial shows as replaced."))
            return redirect("certificates:rule", public_id=row.rule.public_id)
    context = {
        "desk": "instructor",
        "title": _("Correct the name"),
        "form": form,
        "certificate": row,
        "submit_label": _("Issue anew"),
        "lead": _("A new certificate with a new serial takes the place of this one. Score and dates stay."),
    }
    return render(request, "certificates/issued_change.html", context, status=422 if form.errors else 200)
