"""The certificate room's jobs."""

from typing import Any

from certificates.models import Certificate, CertificateRule
from certificates.render import ensure_file
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
