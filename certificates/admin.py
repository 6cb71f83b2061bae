"""Certificates in Django's admin: to look at, never to change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from certificates.models import Certificate


@admin.register(Certificate)
class CertificateAdmin(admin.ModelAdmin):
    """A read-only list of certificates; changes go through use cases."""

    list_display = ["serial", "holder_name", "title", "issued_at", "expires_at", "revoked_at"]
    search_fields = ["serial", "holder_name", "title"]
    list_filter = ["revoked_at", "issued_at"]
    list_select_related = ["user"]

    def has_add_permission(self, _request: HttpRequest, *_arguments: Any) -> bool:
        """Nobody adds one here."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Nobody changes one here."""
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Nobody deletes one here."""
        return False
