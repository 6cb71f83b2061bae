"""Which providers this installation offers: settings.PAYMENT_PROVIDERS names them."""

from django.conf import settings
from django.utils.translation import gettext as _

from edu.core.errors import NotFound
from payments.providers.base import Provider
from payments.providers.offline import OfflineTransfer
from payments.providers.sandbox import Sandbox

KNOWN: dict[str, type[Provider]] = {provider.name: provider for provider in (Sandbox, OfflineTransfer)}


def get_provider(name: str) -> Provider:
    """Return an offered provider; NotFound when there is none of this name or it is not offered here."""
    if name not in settings.PAYMENT_PROVIDERS or name not in KNOWN:
        raise NotFound(_("This way to pay is not offered."))
    return KNOWN[name]()


def get_known_provider(name: str) -> Provider:
    """Return the provider of a payment that exists already, offered still or not; KeyError when it was never known."""
    return KNOWN[name]()


def list_providers() -> list[Provider]:
    """Return the offered providers in the order of the settings."""
    return [KNOWN[name]() for name in settings.PAYMENT_PROVIDERS if name in KNOWN]


def provider_label(name: str) -> str:
    """Return the name of a provider for people, also of one that is offered no more."""
    return str(KNOWN[name].label) if name in KNOWN else name
