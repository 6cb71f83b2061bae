"""The people of the demo: one a role, with passwords that everybody may know."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group

from edu.accounts.models import User

PASSWORD = "golden-list-2026"  # noqa: S105 - the demo's password is printed on the sign-in page


@dataclass(frozen=True, kw_only=True)
class DemoPerson:
    """A person of the demo and what the sign-in button says: who it is, and in one line what there is to see."""

    role: str
    label_en: str
    label_zh: str
    detail_en: str
    detail_zh: str
    email: str
    display_name: str
    real_name: str
    language: str
    flags: tuple[str, ...] = ()


PEOPLE = (
    DemoPerson(
        role="learner",
        label_en="Learner · Lin Xiao",
        label_zh="学员 · 林晓",
        detail_en="Halfway in a course",
        detail_zh="正在学习会计",
        email="learner@example.com",
        display_name="林晓",
        real_name="林晓",
        language="",
    ),
    DemoPerson(
        role="newcomer",
        label_en="Newcomer · Alex",
        label_zh="新学员 · Alex",
        detail_en="No courses yet",
        detail_zh="还没有课程",
        email="newcomer@example.com",
        display_name="Alex",
        real_name="",
        language="",
    ),
    DemoPerson(
        role="instructor",
        label_en="Instructor · Shen",
        label_zh="讲师 · 沈若岚",
        detail_en="Accounting, in Chinese",
        detail_zh="出题与阅卷",
        email="instructor@example.com",
        display_name="沈若岚",
        real_name="沈若岚",
        language="",
        flags=("is_instructor", "is_staff"),
    ),
    DemoPerson(
        role="instructor_en",
        label_en="Instructor · Hartwell",
        label_zh="讲师 · Hartwell",
        detail_en="Statistics, in English",
        detail_zh="统计课程（英文）",
        email="statistics@example.com",
        display_name="Miriam Hartwell",
        real_name="Miriam Hartwell",
        language="",
        flags=("is_instructor", "is_staff"),
    ),
    DemoPerson(
        role="trainer",
        label_en="Trainer · Gao",
        label_zh="企业 · 高建平",
        detail_en="Assigns and follows",
        detail_zh="指派与跟进",
        email="trainer@example.com",
        display_name="高建平",
        real_name="高建平",
        language="",
    ),
    DemoPerson(
        role="operator",
        label_en="Operator · Jin",
        label_zh="运营 · 金小榜",
        detail_en="Sells and looks after",
        detail_zh="商品与订单",
        email="operator@example.com",
        display_name="运营小金",
        real_name="金小榜",
        language="",
        flags=("is_operator", "is_staff"),
    ),
)


def ensure_people() -> dict[str, User]:
    """Return the demo's people by role, made where they are missing."""
    found: dict[str, User] = {}
    for person in PEOPLE:
        user = User.objects.filter(email=person.email).first()
        if user is None:
            user = User.objects.create_user(
                email=person.email,
                password=PASSWORD,
                display_name=person.display_name,
                real_name=person.real_name,
                language=person.language,
                **dict.fromkeys(person.flags, True),
            )
            _verify_mail(user)
        for group in Group.objects.filter(name__in=_groups_of(person)):
            user.groups.add(group)
        found[person.role] = user
    return found


def _verify_mail(user: User) -> None:
    from allauth.account.models import EmailAddress

    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})


def _groups_of(person: DemoPerson) -> list[str]:
    """Return the groups that let the person into the page editor."""
    if "is_operator" in person.flags:
        return ["Site editors", "Moderators", "Editors"]
    return []


def write_accounts(*, staff: list[dict[str, Any]]) -> None:
    """Write who may sign in how, for the sign-in page (JSON) and for the console (text)."""
    rows = [
        {
            "role": person.role,
            "label_en": person.label_en,
            "label_zh": person.label_zh,
            "detail_en": person.detail_en,
            "detail_zh": person.detail_zh,
            "username": person.email,
            "password": PASSWORD,
        }
        for person in PEOPLE
    ]
    folder = Path(settings.VAR_DIR)
    (folder / "demo-accounts.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    lines = [f"  {row['label_en']:<26} {row['detail_en']:<32} {row['username']}" for row in rows]
    lines += [
        f"  Member of an organisation: code {row['organization']}, staff number {row['staff_number']}, "
        f"first password {row['password']}"
        for row in staff
    ]
    text = "\n".join([f"Demo accounts (password {PASSWORD}; the sign-in page has a button for each):", *lines])
    (folder / "demo-accounts.txt").write_text(text + "\n", encoding="utf-8")
