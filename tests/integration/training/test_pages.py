import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone

from edu.audit.models import AuditEntry
from edu.documents.xlsx import read_rows
from edu.organizations.models import Department, Invitation, Membership
from edu.organizations.services import create_invitation
from edu.training.models import Assignment, AssignmentTarget, Seat, StaffImport
from edu.training.services import assign_seats, preview_import
from tests.factories.organizations import make_department, make_member, make_organization, make_trainer
from tests.factories.training import make_assignment, make_pool, pass_deadline
from tests.integration.training.test_staff_import import workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(run_jobs):
    """An organisation with one of everything that has an address."""
    organization = make_organization()
    trainer = make_trainer(organization).user
    department = make_department(organization, "仓储部")
    member = make_member(organization, department=department)
    pool = make_pool(organization, seats=10)
    assign_seats(actor=trainer, organization_id=organization.pk, pool_id=pool.pk, user_ids=[member.user_id])
    assignment = make_assignment(organization, pool)
    run_jobs()
    invitation = create_invitation(actor=trainer, organization_id=organization.pk)
    staff_import = preview_import(
        actor=trainer,
        organization_id=organization.pk,
        file_name="员工.xlsx",
        data=workbook(["甲", "Q1", "", "", "", ""]),
    )
    ids = {
        "person": member.public_id,
        "department": department.public_id,
        "invitation": invitation.public_id,
        "import": staff_import.public_id,
        "pool": pool.public_id,
        "seats": pool.public_id,
        "assignment": assignment.public_id,
        "remind": assignment.public_id,
        "task": AssignmentTarget.objects.get(assignment=assignment, user=member.user).public_id,
    }
    return organization, trainer, member, ids


def addresses(ids):
    """Every address of the room, with the ids of the house in it."""
    patterns = get_resolver("edu.training.urls").url_patterns
    for pattern in patterns:
        if pattern.pattern.converters:
            kind = next(name for name in sorted(ids, key=len, reverse=True) if pattern.name.startswith(name))
            yield pattern.name, reverse(f"training:{pattern.name}", args=[ids[kind]])
        else:
            yield pattern.name, reverse(f"training:{pattern.name}")


def snapshot():
    return {
        "members": list(Membership.objects.order_by("pk").values_list("pk", "department_id", "role", "left_at")),
        "departments": list(Department.objects.order_by("pk").values_list("pk", "name", "parent_id")),
        "invitations": list(Invitation.objects.order_by("pk").values_list("pk", "revoked_at")),
        "imports": list(StaffImport.objects.order_by("pk").values_list("pk", "state")),
        "seats": list(Seat.objects.order_by("pk").values_list("pk", "released_at")),
        "assignments": list(Assignment.objects.order_by("pk").values_list("pk", "due_at", "closed_at", "deleted_at")),
        "passwords": list(Membership.objects.order_by("pk").values_list("user__password", flat=True)),
        "audit": AuditEntry.objects.exclude(action="access.refused_often").count(),
    }


POST = {
    "action": "remove",
    "role": "trainer",
    "remove": "1",
    "name": "抢",
    "days": "5",
    "due_on": "2099-01-01",
    "title": "x",
    "real_name": "x",
    "staff_number": "x9",
}


def test_every_address_opens_for_its_trainer(house, client):
    _organization, trainer, member, ids = house
    client.force_login(trainer)
    for name, url in addresses(ids):
        if name == "task":
            continue
        assert client.get(url).status_code in (200, 405), name
    client.force_login(member.user)
    assert client.get(reverse("training:task", args=[ids["task"]])).status_code == 200


@pytest.mark.parametrize("who", ["trainer of another organisation", "plain member", "former trainer"])
def test_every_address_is_nothing_to_others_and_nothing_changes(house, client, who):
    organization, _trainer, _member, ids = house
    if who == "plain member":
        user = make_member(organization).user
    elif who == "former trainer":
        user = make_trainer(organization, left_at=timezone.now()).user
    else:
        user = make_trainer(make_organization()).user
    data = POST | {"member": [str(ids["person"])], "seat": [str(Seat.objects.first().public_id)]}
    client.force_login(user)
    before = snapshot()
    for name, url in addresses(ids):
        carries_id = url != reverse("training:desk") and any(str(value) in url for value in ids.values())
        foreign_trainer = who == "trainer of another organisation"
        if foreign_trainer and not carries_id and name not in ("people_bulk", "people_restore"):
            continue  # a page of her own organisation
        assert client.get(url).status_code in ((404, 405) if foreign_trainer else (404,)), (name, "GET")
        assert client.post(url, data).status_code == 404, (name, "POST")
    assert snapshot() == before


def test_visitors_are_sent_to_sign_in(house, client):
    *_rest, ids = house
    for name, url in addresses(ids):
        answer = client.get(url)
        assert answer.status_code == 302, name
        assert "login" in answer["Location"]


def test_people_of_elsewhere_cannot_be_mixed_into_a_bulk_act(house, client):
    _organization, trainer, member, _ids = house
    outsider = make_member(make_organization())
    client.force_login(trainer)
    data = {"action": "remove", "member": [str(member.public_id), str(outsider.public_id)]}
    assert client.post(reverse("training:people_bulk"), data).status_code == 404
    assert not Membership.objects.filter(left_at__isnull=False).exists()


def test_people_are_removed_and_brought_back(house, client):
    _organization, trainer, member, _ids = house
    client.force_login(trainer)
    answer = client.post(
        reverse("training:people_bulk"), {"action": "remove", "member": [str(member.public_id)]}, follow=True
    )
    member.refresh_from_db()
    assert member.left_at is not None
    assert str(member.public_id) in answer.content.decode()
    client.post(reverse("training:people_restore"), {"member": [str(member.public_id)]})
    member.refresh_from_db()
    assert member.left_at is None


def test_a_new_password_is_shown_once_and_kept_nowhere(house, client):
    _organization, trainer, member, _ids = house
    client.force_login(trainer)
    answer = client.post(reverse("training:person_password", args=[member.public_id]))
    password = answer.context["password"]
    member.user.refresh_from_db()
    assert member.user.check_password(password)
    assert password in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert password not in str(list(AuditEntry.objects.values_list("changes", flat=True)))
    assert password not in client.get(reverse("training:person", args=[member.public_id])).content.decode()


def test_an_assignment_is_made_in_the_form(house, client, run_jobs):
    organization, trainer, _member, _ids = house
    client.force_login(trainer)
    department = Department.objects.get(organization=organization)
    key = Assignment.objects.get().product_keys[0]
    form = {
        "title": "第二次",
        "products": [key],
        "departments": [str(department.public_id)],
        "starts_on": timezone.localdate().isoformat(),
        "due_on": (timezone.localdate() + timedelta(days=5)).isoformat(),
    }
    answer = client.post(reverse("training:add_assignment"), form | {"departments": []})
    assert answer.status_code == 200
    assert "departments" in answer.context["form"].errors
    answer = client.post(reverse("training:add_assignment"), form)
    assert answer.status_code == 302
    made = Assignment.objects.get(title="第二次")
    assert made.targets.count() == 1
    assert timezone.localtime(made.due_at).hour == 23


def test_the_lists_export_as_spreadsheets(house, client):
    _organization, trainer, member, ids = house
    client.force_login(trainer)
    rows = read_rows(data=client.get(reverse("training:assignment_export", args=[ids["assignment"]])).content)
    assert len(rows) == 4  # the title, the headers, two people
    assert member.staff_number in [row[1] for row in rows]
    evidence = client.get(reverse("training:assignment_evidence", args=[ids["assignment"]])).content
    assert read_rows(data=evidence, sheet_index=1)[2:]


def test_the_remind_button_tells_how_many(house, client):
    _organization, trainer, _member, ids = house
    client.force_login(trainer)
    assignment = Assignment.objects.get()
    pass_deadline(assignment)
    client.post(reverse("training:remind", args=[ids["assignment"]]))
    assert assignment.targets.filter(reminded_at__isnull=False).count() == 2


def test_a_trainer_of_two_organisations_chooses(house, client):
    _organization, trainer, _member, ids = house
    other = make_organization()
    make_trainer(other, user=trainer)
    client.force_login(trainer)
    third = make_organization()
    assert client.post(reverse("training:switch"), {"organization": third.pk}).status_code == 404
    client.post(reverse("training:switch"), {"organization": other.pk})
    assert client.get(reverse("training:person", args=[ids["person"]])).status_code == 404
    assert other.name in client.get(reverse("training:desk")).content.decode()


def test_a_task_is_only_its_persons(house, client):
    _organization, trainer, _member, ids = house
    client.force_login(trainer)
    assert client.get(reverse("training:task", args=[ids["task"]])).status_code == 404
    assert client.get(reverse("training:task", args=[uuid.uuid4()])).status_code == 404


def count_queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", ["people", "assignment", "desk"])
def test_query_counts_do_not_grow(house, client, name, run_jobs):
    organization, trainer, _member, ids = house
    client.force_login(trainer)
    url = reverse(f"training:{name}", args=[ids["assignment"]] if name == "assignment" else [])
    few = count_queries(client, url)
    assignment = Assignment.objects.get()
    for _ in range(25):
        member = make_member(organization, department=Department.objects.first())
        AssignmentTarget.objects.create(assignment=assignment, user=member.user, membership=member)
    assert count_queries(client, url) == few
    assert few <= {"people": 10, "assignment": 12, "desk": 15}[name]
