"""The certificate room's jobs."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from certificates.backlog import run_round, run_undoing
from certificates.models import Certificate, CertificateRule, IssueBatch
from certificates.render import ensure_file
from edu.accounts.queries import get_user
from edu.jobs.registry import job
from edu.jobs.run import JobContext


@job("certificates.render")
def render_certificate(_context: JobContext, *, certificate_id: int) -> dict[str, Any]:
    """Draw and store one certificate; nothing happens when its file is there."""
    certificate = Certificate.objects.get(pk=certificate_id)
    return {"pdf_name": ensure_file(certificate=certificate)}


@job("certificates.render_rule")
def render_rule(context: JobContext, *, rule_id: int) -> dict[str, Any]:
    """Give every current certificate of a rule the present look of its template and draw it again.

    Who holds it, for what, since when and its serial stay as they are.
    """
    from certificates.issue import take_snapshot

    rule = CertificateRule.objects.select_related("template").get(pk=rule_id)
    look = take_snapshot(rule.template)
    rows = Certificate.objects.filter(rule=rule, issued_at__isnull=False, superseded_at__isnull=True)
    total = rows.count()
    done = 0
    for certificate in rows.iterator(chunk_size=200):
        if certificate.snapshot != look:
            certificate.snapshot = look
            certificate.revision += 1
            certificate.save(update_fields=["snapshot", "revision"])
        ensure_file(certificate=certificate)
        done += 1
        if done % 10 == 0:
            context.progress(done * 100 // max(1, total), f"{done} / {total}")
    return {"count": done}


@job("certificates.issue_round")
def issue_round(context: JobContext, *, batch_id: int) -> dict[str, Any]:
    """Issue to everybody who met the rule of a round before it was made."""
    batch = IssueBatch.objects.select_related("rule").get(pk=batch_id)
    count = run_round(batch=batch, on_progress=_counter(context))
    text = ngettext("%(count)d certificate was issued.", "%(count)d certificates were issued.", count)
    return {"count": count, "message": text % {"count": count}}


@job("certificates.undo_round")
def undo_round(context: JobContext, *, batch_id: int) -> dict[str, Any]:
    """Take back what a round issued."""
    batch = IssueBatch.objects.select_related("rule").get(pk=batch_id)
    actor = None if context.owner_id is None else get_user(user_id=context.owner_id)
    undone = run_undoing(batch=batch, actor=actor, on_progress=_counter(context))
    text = _("%(revoked)d taken back, %(restored)d earlier ones valid again.")
    numbers = {"revoked": undone.revoked, "restored": undone.restored}
    return numbers | {"message": text % numbers}


def _counter(context: JobContext) -> Callable[[int, int], None]:
    """Return what tells the job how far it is."""
    return lambda done, total: context.progress(done * 100 // max(1, total), f"{done} / {total}")
