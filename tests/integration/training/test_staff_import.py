import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from edu.accounts.models import User
from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.documents.xlsx import Sheet, read_rows, write_workbook
from edu.notifications.models import Notification
from edu.organizations.models import Department, Membership
from edu.training.models import StaffImport, StaffImportRow
from edu.training.services import preview_import, start_import, take_credentials
from edu.training.staff.sheets import failed_rows_sheet, forget_credentials, staff_template
from tests.factories.organizations import make_department, make_member, make_organization, make_trainer

pytestmark = pytest.mark.django_db
HEADERS = ["姓名", "工号", "部门", "手机", "邮箱", "岗位"]


@pytest.fixture
def organization():
    return make_organization()


@pytest.fixture
def trainer(organization):
    return make_trainer(organization).user


def workbook(*rows, headers=HEADERS):
    return write_workbook(sheets=[Sheet(name="员工", headers=headers, rows=rows)])


def preview(trainer, organization, *rows, **options):
    return preview_import(
        actor=trainer, organization_id=organization.pk, file_name="员工.xlsx", data=workbook(*rows, **options)
    )


def run(trainer, organization, row, run_jobs):
    start_import(actor=trainer, organization_id=organization.pk, import_id=row.pk)
    run_jobs()
    row.refresh_from_db()
    assert row.state == "done"


def actions(row):
    return list(row.rows.order_by("number").values_list("action", flat=True))


def test_the_preview_says_what_each_row_does_and_changes_nothing(organization, trainer):
    store = make_department(organization, "仓储部")
    make_member(organization, name="老王", staff_number="A1", department=store)
    make_member(organization, name="老李", staff_number="A2", department=store)
    make_member(organization, name="老张", staff_number="A3", department=store)
    User.objects.create_user(phone="+8613800138000")
    row = preview(
        trainer,
        organization,
        ["老王", "A1", "仓储部", "", "", ""],
        ["老李", "a2", "运输部", "", "", ""],
        ["张三", "A3", "", "", "", "班长"],
        ["新人", "A4", "新部门", "13800000001", "New@X.cn", ""],
        ["占用", "A5", "", "138 0013 8000", "", ""],
        ["无号", "", "", "", "", ""],
        ["坏机", "A6", "", "12", "not-mail", ""],
        ["重号", "A4", "", "", "", ""],
    )
    assert actions(row) == ["unchanged", "move", "update", "new", "error", "error", "error", "error"]
    assert all(reason for reason in row.rows.filter(action="error").values_list("reason", flat=True))
    assert Membership.objects.filter(organization=organization).count() == 4
    assert list(Department.objects.values_list("name", flat=True)) == ["仓储部"]


def test_applying_adds_moves_updates_and_is_idempotent(organization, trainer, run_jobs):
    member = make_member(organization, name="老李", staff_number="A2")
    rows = [["李四", "A2", "运输部", "", "", "司机"], ["新人", "A4", "新部门", "13800000001", "new@x.cn", "文员"]]
    row = preview(trainer, organization, *rows)
    run(trainer, organization, row, run_jobs)
    member.refresh_from_db()
    member.user.refresh_from_db()
    assert (member.department.name, member.job_title, member.user.real_name) == ("运输部", "司机", "李四")
    new = Membership.objects.get(staff_number="A4")
    assert (new.user.phone, new.user.email, new.user.must_change_password) == ("+8613800000001", "new@x.cn", True)
    assert new.is_managed
    assert Notification.objects.get(kind="training.import_finished").user == trainer
    again = preview(trainer, organization, *rows)
    assert actions(again) == ["unchanged", "unchanged"]
    with pytest.raises(Conflict):
        start_import(actor=trainer, organization_id=organization.pk, import_id=row.pk)


def test_first_passwords_work_and_are_handed_out_once(organization, trainer, run_jobs):
    row = preview(trainer, organization, ["新人", "A4", "", "", "", ""])
    run(trainer, organization, row, run_jobs)
    assert StaffImportRow.objects.get().sealed_password
    common = {"actor": trainer, "organization_id": organization.pk, "import_id": row.pk}
    sheet = read_rows(data=take_credentials(**common))
    password = sheet[1][-1]
    assert sheet[1][2:4] == [organization.code, "A4"]
    assert Membership.objects.get(staff_number="A4").user.check_password(password)
    assert not StaffImportRow.objects.get().sealed_password
    with pytest.raises(Conflict):
        take_credentials(**common)


def test_sealed_passwords_are_not_readable_and_are_forgotten_after_a_week(organization, trainer, run_jobs):
    from datetime import timedelta

    from django.utils import timezone

    row = preview(trainer, organization, ["新人", "A4", "", "", "", ""])
    run(trainer, organization, row, run_jobs)
    assert "-" not in StaffImportRow.objects.get().sealed_password[:5]
    assert forget_credentials() == 0
    assert forget_credentials(now=timezone.now() + timedelta(days=8)) == 1
    with pytest.raises(Conflict):
        take_credentials(actor=trainer, organization_id=organization.pk, import_id=row.pk)


def test_failed_rows_come_back_as_a_sheet_that_can_be_uploaded_again(organization, trainer):
    row = preview(trainer, organization, ["", "A9", "仓储部", "", "", ""])
    sheet = read_rows(data=failed_rows_sheet(staff_import=row))
    assert sheet[1][1] == "A9"
    assert sheet[1][-1]
    sheet[1][0] = "补名"
    fixed = preview(trainer, organization, sheet[1], headers=sheet[0])
    assert actions(fixed) == ["new"]


def test_a_row_that_no_longer_fits_fails_alone(organization, trainer, run_jobs):
    row = preview(trainer, organization, ["甲", "A1", "", "", "", ""], ["乙", "A2", "", "", "", ""])
    make_member(organization, staff_number="A1")
    run(trainer, organization, row, run_jobs)
    assert actions(row) == ["error", "new"]
    assert Membership.objects.filter(organization=organization, staff_number__in=["A1", "A2"]).count() == 2


def test_an_import_that_crashes_goes_on_where_it_stopped(organization, trainer, run_jobs, monkeypatch):
    from edu.training.staff import apply

    monkeypatch.setattr(apply, "BATCH", 2)
    row = preview(trainer, organization, *[[f"员工{n}", f"N{n}", "", "", "", ""] for n in range(5)])
    real, calls = apply._apply, []

    def crash(*args):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        return real(*args)

    monkeypatch.setattr(apply, "_apply", crash)
    with pytest.raises(RuntimeError):
        apply.apply_import(import_id=row.pk, actor_id=trainer.pk)
    assert Membership.objects.filter(organization=organization, role="member").count() == 2
    apply.apply_import(import_id=row.pk, actor_id=trainer.pk)
    assert Membership.objects.filter(organization=organization, role="member").count() == 5


def zip_bomb():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "x")
        archive.writestr("bomb", b"\0" * (210 * 1024 * 1024))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [b"", b"not a sheet", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", zip_bomb()],
    ids=["empty", "text", "broken", "xls", "bomb"],
)
def test_hostile_files_are_refused_with_words(organization, trainer, data):
    with pytest.raises(InvalidInput) as error:
        preview_import(actor=trainer, organization_id=organization.pk, file_name="x.xlsx", data=data)
    assert error.value.message
    assert not StaffImport.objects.exists()


def test_formulas_and_markup_stay_text(organization, trainer, run_jobs, client):
    row = preview(trainer, organization, ['=HYPERLINK("http://x","y")', "<b>1</b>", "<script>", "", "", ""])
    run(trainer, organization, row, run_jobs)
    assert Membership.objects.get(staff_number="<b>1</b>").user.real_name.startswith("=HYPERLINK")
    client.force_login(trainer)
    page = client.get("/training/people/").content.decode()
    assert "<b>1</b>" not in page
    assert "&lt;b&gt;1&lt;/b&gt;" in page


def test_a_sheet_without_headers_or_people_is_refused(organization, trainer):
    with pytest.raises(InvalidInput):
        preview(trainer, organization, ["甲", "A1"], headers=["a", "b"])
    with pytest.raises(InvalidInput):
        preview(trainer, organization)


def test_the_template_is_read_by_the_import(organization, trainer):
    rows = read_rows(data=staff_template())
    sheet = workbook(["甲", "A1", "", "", "", ""], headers=rows[0])
    row = preview_import(actor=trainer, organization_id=organization.pk, file_name="t.xlsx", data=sheet)
    assert actions(row) == ["new"]


def test_imports_of_elsewhere_do_not_exist(organization, trainer):
    row = preview(trainer, organization, ["甲", "A1", "", "", "", ""])
    stranger = make_trainer(make_organization()).user
    with pytest.raises(NotFound):
        start_import(actor=stranger, organization_id=organization.pk, import_id=row.pk)
    row.refresh_from_db()
    assert row.state == "preview"


def test_two_thousand_rows_are_previewed_and_applied_with_bounded_queries(organization, trainer, run_jobs):
    rows = [[f"员工{n}", f"Z{n:05d}", f"部门{n % 7}", "", "", ""] for n in range(2000)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        row = preview(trainer, organization, *rows)
    assert len(queries) < 30
    start_import(actor=trainer, organization_id=organization.pk, import_id=row.pk)
    with CaptureQueriesContext(connection) as queries:
        run_jobs()
    row.refresh_from_db()
    assert row.state == "done"
    assert Membership.objects.filter(organization=organization, role="member").count() == 2000
    assert len(queries) < 2000 * 1.6  # one event a person, the rest by the batch


def test_the_upload_page_shows_errors_beside_the_file(organization, trainer, client):
    client.force_login(trainer)
    page = client.post("/training/imports/", {"file": SimpleUploadedFile("x.xlsx", b"nonsense")})
    assert page.status_code == 200
    assert "file" in page.context["form"].errors
