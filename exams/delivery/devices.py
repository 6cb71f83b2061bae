"""One device for an attempt, where the exam asks for it: bound at the first opening, released by the candidate or moved
by the invigilator. A device is a browser profile that keeps our cookie: the same computer in a private window is
another one.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from edu.core.errors import NotAllowed
from exams.delivery.signals import note_signal
from exams.domain.integrity import Integrity, SignalKind
from exams.models import Attempt, AttemptDevice


class OtherDevice(NotAllowed):
    """This exam is open on another device. Release it there, or ask the invigilator to let you go on here."""

    code = "other_device"


@dataclass(frozen=True, kw_only=True)
class Device:
    """The device a request came from: a random id out of a cookie, and browser and system in words."""

    id: str
    label: str = ""


NO_DEVICE = Device(id="api")
"""Programs that call the API without a browser; together they count as one device."""

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("MicroMessenger", "WeChat"), ("Firefox", "Firefox"),
             ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
            ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def device_label(user_agent: str, /) -> str:
    """Return browser and system of a User-Agent header in words, as far as they say: "Chrome, Windows"."""
    named = [
        next((name for sign, name in signs if re.search(rf"{sign}\b", user_agent)), "")
        for signs in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in named if name)


def check_device(*, attempt: Attempt, device: Device, now: datetime) -> None:
    """Let an attempt (with its exam) be opened on its own device only; OtherDevice for another.

    Nothing is asked of exams without the option. The first device that opens a free attempt takes it; the one that is
    refused is noted, for the invigilator to let it in. Nothing of what the first device holds is touched.
    """
    if not Integrity.from_fields(attempt.exam.integrity).one_device:
        return
    bound = AttemptDevice.objects.filter(attempt_id=attempt.pk).first()
    if bound is None:
        bound, _made = AttemptDevice.objects.get_or_create(
            attempt_id=attempt.pk, defaults={"device": device.id, "label": device.label, "bound_at": now}
        )
    if bound.device == device.id:
        return
    if not bound.device and AttemptDevice.objects.filter(attempt_id=attempt.pk, device="").update(
        device=device.id, label=device.label, bound_at=now, wanted="", wanted_label="", wanted_at=None
    ):
        return
    AttemptDevice.objects.filter(attempt_id=attempt.pk).update(
        wanted=device.id, wanted_label=device.label, wanted_at=now
    )
    if bound.wanted != device.id:
        note_signal(attempt_id=attempt.pk, kind=SignalKind.DEVICE_REFUSED, now=now)
    raise OtherDevice


def release_device(*, attempt: Attempt, device: Device) -> bool:
    """Free an attempt from the device that holds it, asked from that very device; False when it holds it not."""
    return bool(
        AttemptDevice.objects.filter(attempt_id=attempt.pk, device=device.id).update(
            device="", label="", bound_at=None, wanted="", wanted_label="", wanted_at=None
        )
    )


def move_device(*, attempt_id: int, now: datetime) -> str:
    """Bind an attempt to the device that was refused last; return its label, "" when none waits any more."""
    with transaction.atomic():
        bound = AttemptDevice.objects.select_for_update().filter(attempt_id=attempt_id).exclude(wanted="").first()
        if bound is None:
            return ""
        label = bound.wanted_label or "?"
        AttemptDevice.objects.filter(attempt_id=attempt_id, wanted=bound.wanted).update(
            device=bound.wanted, label=bound.wanted_label, bound_at=now, wanted="", wanted_label="", wanted_at=None
        )
    return label
