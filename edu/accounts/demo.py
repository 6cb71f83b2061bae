"""The accounts of the demo, offered as buttons on the sign-in page of the embedded world and nowhere else."""

import json
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language

FILE_NAME = "demo-accounts.json"
ICONS = {
    "learner": "book-open",
    "newcomer": "star",
    "instructor": "edit",
    "instructor_en": "edit",
    "trainer": "building",
    "operator": "chart",
}


@dataclass(frozen=True, kw_only=True)
class DemoAccount:
    """One account of the demo: its role, its label and a line on it in both languages, and what signs it in."""

    role: str
    label_en: str
    label_zh: str
    username: str
    password: str
    detail_en: str = ""
    detail_zh: str = ""

    @property
    def label(self) -> str:
        """Return the label in the language of the page."""
        return self.label_zh if (get_language() or "").startswith("zh") else self.label_en

    @property
    def detail(self) -> str:
        """Return what there is to see, in the language of the page; the user name where nothing is said."""
        said = self.detail_zh if (get_language() or "").startswith("zh") else self.detail_en
        return said or self.username

    @property
    def icon(self) -> str:
        """Return the icon of the role."""
        return ICONS.get(self.role, "user")


def list_demo_accounts() -> list[DemoAccount]:
    """Return the accounts of var/demo-accounts.json in its order; none while DEMO_SIGN_IN is off."""
    if not settings.DEMO_SIGN_IN:
        return []
    try:
        rows = json.loads((settings.VAR_DIR / FILE_NAME).read_text(encoding="utf-8"))
        return [
            DemoAccount(**{name: str(row.get(name, "")) for name in DemoAccount.__dataclass_fields__}) for row in rows
        ]
    except (OSError, ValueError, AttributeError):
        return []


def write_demo_accounts(*, accounts: list[DemoAccount]) -> None:
    """Write var/demo-accounts.json; the demo's loader calls it when its people exist."""
    rows = [{name: getattr(row, name) for name in DemoAccount.__dataclass_fields__} for row in accounts]
    path = settings.VAR_DIR / FILE_NAME
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
