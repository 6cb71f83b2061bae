import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from edu.access.models import Grant
from edu.access.queries import has_access
from edu.access.services import give_grant, register_door
from edu.audit.models import AuditEntry
from edu.core.errors import NotAllowed
from edu.documents.xlsx import Sheet, read_rows, write_workbook
from edu.operations.models import GrantBatch
from edu.operations.people import find_people, grant_by_hand
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db
KEY = "course:7b0f1c52-4a0e-4d7e-9f55-0c5b8f0a1234"


@pytest.fixture
def operator(client):
    user = make_user(is_operator=True)
    client.force_login(user)
    register_door(product_key=KEY, title="Accounting", url="/courses/accounting/")
    return user


def spreadsheet(*rows):
    return write_workbook(sheets=[Sheet(name="x", headers=["who", "name"], rows=rows)])


def test_one_person_is_given_access_with_a_reason_and_a_trace(client, operator):
    learner = make_user(phone="+8613800001111")
    until = timezone.localdate() + timedelta(days=10)
    values = {"person": "138 0000 1111", "product_key": KEY, "until_on": until, "reason": "Complaint", "key": "k1"}
    for _time in range(2):
        response = client.post(reverse("operations:grant_one"), values)
        assert response.status_code == 302
    grant = Grant.objects.get(user=learner)
    assert timezone.localtime(grant.until_at).date() == until + timedelta(days=1)
    assert has_access(user_id=learner.pk, product_key=KEY)
    assert AuditEntry.objects.filter(action="grant.give", actor=operator).count() == 1


def test_errors_keep_what_was_typed(client, operator):
    response = client.post(
        reverse("operations:grant_one"),
        {"person": "nobody@example.com", "product_key": KEY, "reason": "Sorry", "key": "k"},
    )
    assert response.status_code == 422
    assert b"nobody@example.com" in response.content
    assert b"Sorry" in response.content
    assert not Grant.objects.exists()


def test_only_what_was_given_by_hand_can_be_ended_by_hand(client, operator):
    learner = make_user()
    give_grant(user_id=learner.pk, product_key=KEY, source_kind="order", source_id="7")
    grant_by_hand(actor=operator, user_id=learner.pk, product_key=KEY, reason="Gift", request_key="k")
    url = reverse("operations:person_end", args=[learner.public_id])
    client.post(url, {"source_id": "7", "reason": "x"})
    assert Grant.objects.filter(revoked_at__isnull=True).count() == 2
    assert client.post(url, {"source_id": "k", "reason": ""}).status_code == 422
    client.post(url, {"source_id": "k", "reason": "Mistake"})
    assert Grant.objects.get(source_kind="staff").revoked_at is not None
    assert Grant.objects.get(source_kind="order").revoked_at is None
    assert AuditEntry.objects.filter(action="grant.end").count() == 1


def test_the_use_case_refuses_others():
    learner = make_user()
    register_door(product_key=KEY, title="Accounting", url="/")
    with pytest.raises(NotAllowed):
        grant_by_hand(actor=learner, user_id=learner.pk, product_key=KEY, reason="I want it")
    assert not Grant.objects.exists()


def test_a_spreadsheet_is_read_first_and_applied_once(client, operator, run_jobs):
    a, b = make_user(email="a@example.com"), make_user(phone="+8613800002222")
    data = spreadsheet(
        ["A@example.com", "Ann"], [13800002222.0, "Bo"], ["ghost@example.com", "Ghost"], ["a@example.com", "again"]
    )
    response = client.post(
        reverse("operations:grant_file"),
        {"file-file": SimpleUploadedFile("x.xlsx", data), "file-product_key": KEY, "file-reason": "Class of May"},
    )
    batch = GrantBatch.objects.get()
    assert response.status_code == 302
    assert [row["user_id"] for row in batch.good_rows] == [a.pk, b.pk]
    assert [row["row"] for row in batch.bad_rows] == [4, 5]
    assert not Grant.objects.exists()
    back = client.get(reverse("operations:grant_failed", args=[batch.public_id]))
    rows = read_rows(data=b"".join(back) if back.streaming else back.content)
    assert rows[1][0] == "ghost@example.com"
    assert "Nobody" in rows[1][-1]
    for _time in range(2):
        client.post(reverse("operations:grant_confirm", args=[batch.public_id]))
    run_jobs()
    assert set(Grant.objects.values_list("user_id", flat=True)) == {a.pk, b.pk}
    batch.refresh_from_db()
    assert batch.state == GrantBatch.State.APPLIED
    assert AuditEntry.objects.filter(action="grant.batch").count() == 1
    assert client.get(reverse("operations:grant_batch", args=[batch.public_id])).status_code == 200


@pytest.mark.parametrize("content", [b"not a spreadsheet", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old"])
def test_a_file_that_is_no_spreadsheet_is_refused_with_a_way_out(client, operator, content):
    response = client.post(
        reverse("operations:grant_file"),
        {"file-file": SimpleUploadedFile("x.xlsx", content), "file-product_key": KEY, "file-reason": "May"},
    )
    assert response.status_code == 422
    assert b"Save it as .xlsx" in response.content
    assert not GrantBatch.objects.exists()


def test_the_template_can_be_filled_in(client, operator):
    response = client.get(reverse("operations:grant_template"))
    assert read_rows(data=io.BytesIO(response.content).getvalue())[0][0] == "Phone, e-mail or account name"


def test_people_are_found_by_what_is_known_of_them():
    user = make_user(email="xiaomai@example.com", phone="+8613812345678", real_name="麦小麦")
    make_user()
    for query in ("xiaomai", "12345678", "小麦", user.username):
        assert find_people(query=query) == [user], query
    assert find_people(query="  ") == []
