"""Drawing issued certificates through edu.documents, keeping the files, and drawing them again when one is missing."""

import re
from datetime import datetime

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from certificates.domain.eligibility import fill_placeholders
from certificates.domain.layout import Facts, lay_out
from certificates.drawing import draw_pdf, draw_svg
from certificates.models import Certificate
from edu.core.errors import Conflict
from edu.jobs.services import enqueue

SAMPLE_SERIAL = "JB-2026-AAAA-AAAA-AAAA"


def verification_url(serial: str) -> str:
    """Return the full public address at which a serial is checked."""
    return f"{settings.BASE_URL.rstrip('/')}{reverse('certificates:verify', args=[serial])}"


def facts_of(
    *,
    snapshot: dict[str, str],
    name: str,
    title: str,
    score_text: str,
    hours_text: str,
    issued_at: datetime,
    expires_at: datetime | None,
    serial: str,
) -> Facts:
    """Return the words of a certificate in the language of its template."""
    with translation.override(snapshot["language"]):
        issued_on = _day(issued_at)
        values = {
            "name": name,
            "achievement": title,
            "score": score_text,
            "hours": hours_text,
            "issued_on": issued_on,
        }
        page = re.sub(r"^https?://", "", settings.BASE_URL.rstrip("/")) + reverse("certificates:verify_form")
        return Facts(
            title=fill_placeholders(snapshot["title"], values),
            lead=snapshot["lead"],
            name=name,
            body=" ".join(fill_placeholders(snapshot["body"], values).split()),
            issuer=snapshot["issuer"],
            signatory=snapshot["signatory"],
            issued_label=_("Issued on"),
            issued_on=issued_on,
            expires_label=_("Valid until"),
            expires_on=_day(expires_at) if expires_at else "",
            serial_label=_("Serial number"),
            serial=serial,
            check_label=_("Scan, or check at %(address)s") % {"address": page},
            check_url=verification_url(serial),
            seal=snapshot["seal"],
        )


def _day(moment: datetime) -> str:
    """Return a day as certificates write it: in full, in the language that is active."""
    chinese = (translation.get_language() or "").startswith("zh")
    return date_format(timezone.localtime(moment), "Y 年 n 月 j 日" if chinese else "j F Y")


def draw_certificate(certificate: Certificate) -> bytes:
    """Return the certificate as PDF; NotIssued's parent Conflict when it still waits for a name."""
    facts = _facts(certificate)
    return draw_pdf(
        lay_out(design=certificate.snapshot["design"], facts=facts),
        title=f"{facts.title} · {facts.name}",
        author=facts.issuer,
        subject=certificate.title,
        language=certificate.snapshot["language"],
        keywords=facts.serial,
        url=facts.check_url,
    )


def picture_of(certificate: Certificate) -> str:
    """Return the certificate as SVG for the screen."""
    facts = _facts(certificate)
    return draw_svg(
        lay_out(design=certificate.snapshot["design"], facts=facts),
        label=f"{facts.title}: {facts.name}, {certificate.title}",
    )


def sample_facts(*, snapshot: dict[str, str], title: str, expires_at: datetime | None, now: datetime) -> Facts:
    """Return facts with an example name, for the preview of a template."""
    chinese = snapshot["language"].startswith("zh")
    return facts_of(
        snapshot=snapshot,
        name="王小燕" if chinese else "Amelia Hartley",
        title=title,
        score_text="92 / 100",
        hours_text="24",
        issued_at=now,
        expires_at=expires_at,
        serial=SAMPLE_SERIAL,
    )


def sample_picture(*, snapshot: dict[str, str], title: str, expires_at: datetime | None, now: datetime) -> str:
    """Return a template with example facts as SVG."""
    facts = sample_facts(snapshot=snapshot, title=title, expires_at=expires_at, now=now)
    return draw_svg(lay_out(design=snapshot["design"], facts=facts), label=_("Preview"))


def sample_pdf(*, snapshot: dict[str, str], title: str, now: datetime) -> bytes:
    """Return a template with example facts as PDF."""
    facts = sample_facts(snapshot=snapshot, title=title, expires_at=None, now=now)
    return draw_pdf(
        lay_out(design=snapshot["design"], facts=facts),
        title=facts.title,
        author=facts.issuer,
        subject=title,
        language=snapshot["language"],
        keywords="",
        url=facts.check_url,
    )


def _facts(certificate: Certificate) -> Facts:
    if certificate.issued_at is None or certificate.serial is None:
        message = "The certificate waits for the real name of its holder."
        raise Conflict(message, code="certificate_not_issued")
    return facts_of(
        snapshot=certificate.snapshot,
        name=certificate.holder_name,
        title=certificate.title,
        score_text=certificate.score_text,
        hours_text=certificate.hours_text,
        issued_at=certificate.issued_at,
        expires_at=certificate.expires_at,
        serial=certificate.serial,
    )


def queue_rendering(*, certificate: Certificate) -> None:
    """Ask for the file of this revision, in the caller's transaction; asking again finds the same job."""
    job = enqueue(
        kind="certificates.render",
        arguments={"certificate_id": certificate.pk},
        title=certificate.title,
        unique_key=f"certificate:{certificate.pk}:{certificate.revision}",
    )
    Certificate.objects.filter(pk=certificate.pk).update(render_job=job)
    certificate.render_job = job


def ensure_file(*, certificate: Certificate) -> str:
    """Return the name of the drawn file of the present revision; draw and store it when it is not there."""
    wanted = f"certificates/{certificate.public_id.hex[:2]}/{certificate.public_id.hex}-{certificate.revision}.pdf"
    if certificate.pdf_name.startswith(wanted.removesuffix(".pdf")) and default_storage.exists(certificate.pdf_name):
        return certificate.pdf_name
    data = draw_certificate(certificate)
    if default_storage.exists(wanted):
        default_storage.delete(wanted)
    name = default_storage.save(wanted, ContentFile(data))
    old = certificate.pdf_name
    Certificate.objects.filter(pk=certificate.pk, revision=certificate.revision).update(pdf_name=name)
    certificate.pdf_name = name
    if old and old != name and default_storage.exists(old):
        default_storage.delete(old)
    return name
