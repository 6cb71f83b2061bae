"""Serials of certificates for many people at once; re-exported by certificates.queries for the training room."""

from collections.abc import Sequence

from certificates.models import Certificate


def list_serials(*, user_ids: Sequence[int], achievement_keys: Sequence[str]) -> dict[tuple[int, str], str]:
    """Return the serials of issued certificates, neither replaced nor revoked, by (person, achievement). One query."""
    rows = Certificate.objects.filter(
        user_id__in=user_ids,
        achievement_key__in=achievement_keys,
        serial__isnull=False,
        superseded_at__isnull=True,
        revoked_at__isnull=True,
    )
    return {(row.user_id, row.achievement_key): row.serial for row in rows.order_by("pk")}
