import shutil
import subprocess
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from certificates import achievements
from certificates.background import render_rule
from certificates.models import Certificate
from certificates.queries import count_issued, has_rule, list_certificates, list_certified_keys
from certificates.render import ensure_file, picture_of
from certificates.services import (
    create_rule,
    issue_certificate,
    redraw_rule,
    reinstate_certificate,
    reissue_certificate,
    revoke_certificate,
)
from certificates.setup import RuleExists
from certificates.verify import verify_serial
from edu.accounts.real_name import set_real_name
from edu.audit.models import AuditEntry
from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotFound
from edu.documents.pdf_documents import render_document
from edu.events.models import OutboxEvent
from edu.events.publish import publish
from edu.events.types import AttemptGraded, CertificateIssued, CourseCompleted, ResultReleased
from edu.notifications.models import Notification
from tests.factories.certificates import make_achievement, make_certificate, make_rule, make_template, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def exam(monkeypatch):
    """Facts of an exam and of all its attempts, as exams.queries would tell them."""
    facts = SimpleNamespace(
        product_key=f"exam:{uuid4()}",
        title="初级会计实务结业考试",
        language="zh-hans",
        organization_id=None,
        exam_id=1,
        state="graded",
        user_id=None,
        score=Decimal("92.50"),
        maximum=Decimal("100.00"),
        percent=Decimal("92.50"),
        passed=True,
        is_released=False,
        graded_at=now_utc(),
        reopening="",
    )
    monkeypatch.setattr(achievements, "_ask_exams", lambda _question, **_arguments: facts)
    return facts


def release(exam, user, *, passed=True):
    exam.user_id, exam.passed = user.pk, passed
    with transaction.atomic():
        publish(ResultReleased(attempt_id=1, exam_id=1, user_id=user.pk, passed=passed))


def read(name):
    with default_storage.open(name) as file:
        return file.read()


def pdf_text(data, tmp_path):
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    path = tmp_path / "file.pdf"
    path.write_bytes(data)
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout


def test_passed_and_released_exam_is_certified_once(exam, deliver_events, run_jobs):
    user = make_user(language="zh-hans")
    make_rule(achievement=make_achievement(key=exam.product_key))
    release(exam, user)
    release(exam, user)
    assert deliver_events() > 0
    run_jobs()
    row = Certificate.objects.get()
    assert (row.holder_name, row.score_text, row.title) == ("王小燕", "92.5 / 100", "初级会计实务结业考试")
    assert default_storage.exists(row.pdf_name)
    assert Notification.objects.filter(kind="certificates.issued").count() == 1
    assert OutboxEvent.objects.filter(name=CertificateIssued.name).count() == 1


def test_failed_or_unreleased_or_unruled_results_earn_nothing(exam, deliver_events):
    user = make_user()
    release(exam, user)
    deliver_events()
    make_rule(achievement=make_achievement(key=exam.product_key))
    release(exam, user, passed=False)
    exam.passed = True
    with transaction.atomic():
        publish(AttemptGraded(attempt_id=1, exam_id=1, user_id=user.pk, passed=True, score="92"))
    deliver_events()
    assert not Certificate.objects.exists()


def test_voided_attempt_earns_nothing(exam, deliver_events):
    user = make_user()
    make_rule(achievement=make_achievement(key=exam.product_key))
    exam.state = "voided"
    release(exam, user)
    deliver_events()
    assert not Certificate.objects.exists()


def test_regrade_of_a_released_result_is_certified(exam, deliver_events):
    user = make_user()
    make_rule(achievement=make_achievement(key=exam.product_key))
    exam.user_id, exam.is_released = user.pk, True
    with transaction.atomic():
        publish(AttemptGraded(attempt_id=1, exam_id=1, user_id=user.pk, passed=True, score="92"))
    deliver_events()
    assert Certificate.objects.get().user == user


def test_completed_course_is_certified_through_the_registry(monkeypatch, deliver_events):
    user = make_user()
    course = make_achievement(key=f"course:{uuid4()}", hours="24")
    monkeypatch.setitem(achievements._resolvers, "course", lambda course_id: course)
    make_rule(achievement=course)
    for _time in range(2):
        with transaction.atomic():
            publish(CourseCompleted(user_id=user.pk, course_id=5))
    deliver_events()
    assert Certificate.objects.get().hours_text == "24"


def test_certificate_waits_for_the_real_name(deliver_events, run_jobs):
    user = make_user(real_name="")
    row = make_certificate(user=user)
    assert row.serial is None
    assert list_certificates(user_id=user.pk)[0].state == "waiting"
    assert Notification.objects.get().kind == "certificates.name_needed"
    assert count_issued() == 0
    set_real_name(user_id=user.pk, real_name="古丽米热·阿卜杜拉")
    deliver_events()
    run_jobs()
    row.refresh_from_db()
    assert row.holder_name == "古丽米热·阿卜杜拉"
    assert row.serial
    assert default_storage.exists(row.pdf_name)
    assert count_issued(achievement_key=row.achievement_key) == 1


def test_expired_certificate_is_renewed_by_a_new_pass_only():
    user = make_user()
    achievement = make_achievement()
    make_rule(achievement=achievement, valid_months=12)
    then = now_utc() - timedelta(days=500)
    first = issue_certificate(user_id=user.pk, achievement=achievement, earned_at=then, now=then)
    assert verify_serial(text=first.serial).state == "expired"
    assert issue_certificate(user_id=user.pk, achievement=achievement, earned_at=then) == first
    second = issue_certificate(user_id=user.pk, achievement=achievement)
    assert second != first
    assert second.replaces == first
    assert verify_serial(text=second.serial).state == "valid"
    assert verify_serial(text=first.serial).state == "replaced"


def test_revocation_is_audited_told_and_can_be_taken_back():
    row = make_certificate()
    operator = make_user(is_operator=True)
    with pytest.raises(InvalidInput):
        revoke_certificate(certificate=row, actor=operator, reason=" ")
    revoke_certificate(certificate=row, actor=operator, reason="替考")
    revoke_certificate(certificate=row, actor=operator, reason="again")
    found = verify_serial(text=row.serial)
    assert (found.state, found.reason) == ("revoked", "替考")
    assert Notification.objects.filter(kind="certificates.revoked").count() == 1
    assert AuditEntry.objects.filter(action="certificate.revoke").count() == 1
    achievement = make_achievement(key=row.achievement_key)
    assert issue_certificate(user_id=row.user_id, achievement=achievement).serial == row.serial
    reinstate_certificate(certificate=row, actor=operator)
    assert verify_serial(text=row.serial).state == "valid"
    assert AuditEntry.objects.filter(action="certificate.reinstate").count() == 1


def test_stranger_may_not_revoke_or_reissue():
    row = make_certificate()
    stranger = make_user(is_instructor=True)
    with pytest.raises(NotFound):
        revoke_certificate(certificate=row, actor=stranger, reason="x")
    with pytest.raises(NotFound):
        reissue_certificate(serial=row.serial, holder_name="X", actor=stranger, reason="")
    row.refresh_from_db()
    assert row.revoked_at is None
    assert row.superseded_at is None


def test_reissue_keeps_the_history_of_serials():
    row = make_certificate()
    fresh = reissue_certificate(serial=row.serial, holder_name="王晓燕", actor=None, reason="错字")
    assert fresh.serial != row.serial
    assert fresh.replaces_id == row.pk
    assert verify_serial(text=row.serial).state == "replaced"
    assert verify_serial(text=fresh.serial).holder_name == "王晓燕"
    assert [one.serial for one in list_certificates(user_id=row.user_id)] == [fresh.serial]


def test_one_certificate_an_achievement_holds_in_the_database():
    row = make_certificate()
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(
            user=row.user, rule=row.rule, achievement_key=row.achievement_key, title="x", earned_at=now_utc()
        )


def test_missing_file_is_drawn_again_and_small(tmp_path):
    row = make_certificate()
    name = ensure_file(certificate=row)
    data = read(name)
    assert len(data) <= 60_000
    default_storage.delete(name)
    again = read(ensure_file(certificate=row))
    text = pdf_text(again, tmp_path)
    for part in ("王小燕", "初级会计实务入门", row.serial, "92 / 100", "金榜在线学堂"):
        assert part.replace(" ", "") in "".join(text.split())


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "{score} {name.__class__}",
        "Łukasz Ştefan Nguyễn",
        "\u202e王\u0007小燕",
        "𠮷野家",
        "A" * 80,
        "Maximiliana Wolfeschlegelsteinhausen-Bergerdorff",
        "😀 Li Ming",
    ],
)
def test_hostile_and_long_names_are_drawn(name, tmp_path):
    row = make_certificate(user=make_user(real_name=name))
    data = read(ensure_file(certificate=row))
    assert data.startswith(b"%PDF")
    assert "<script" not in picture_of(row)
    assert row.serial in pdf_text(data, tmp_path)


def test_redrawing_changes_the_look_and_nothing_else(run_jobs):
    rule = make_rule()
    row = make_certificate(rule=rule)
    run_jobs()
    row.refresh_from_db()
    old = row.pdf_name
    rule.template.design = "vermilion"
    rule.template.save()
    redraw_rule(rule=rule, actor=None)
    run_jobs()
    row.refresh_from_db()
    assert row.snapshot["design"] == "vermilion"
    assert row.pdf_name != old
    assert default_storage.exists(row.pdf_name)
    assert not default_storage.exists(old)
    serial = row.serial
    render_rule(SimpleNamespace(progress=lambda *_arguments: None), rule_id=rule.pk)
    row.refresh_from_db()
    assert (row.serial, row.revision) == (serial, 2)


def test_rules_are_for_ones_own_exams_and_courses(monkeypatch):
    author = make_user(is_instructor=True)
    mine = make_achievement()
    monkeypatch.setitem(achievements._listers, "exam", lambda user_id: [mine] if user_id == author.pk else [])
    template = make_template(actor=author)
    other = make_user(is_instructor=True)
    for actor, key in ((other, mine.key), (author, make_achievement().key)):
        with pytest.raises(NotFound):
            create_rule(achievement_key=key, achievement_title="x", template=template, actor=actor)
    with pytest.raises(InvalidInput):
        create_rule(achievement_key="exam:1", achievement_title="x", template=template, actor=author)
    assert not has_rule(achievement_key=mine.key)
    create_rule(achievement_key=mine.key, achievement_title="x", template=template, actor=author)
    assert list_certified_keys(achievement_keys=[mine.key, "exam:none"]) == {mine.key}
    with pytest.raises(RuleExists):
        create_rule(achievement_key=mine.key, achievement_title="x", template=template, actor=author)


def test_template_with_an_unknown_placeholder_is_refused():
    with pytest.raises(InvalidInput, match="nmae"):
        make_template(body="{nmae}")


def test_documents_of_lessons_can_be_read_back(tmp_path):
    rows = [[f"第 {number} 行", "内容"] for number in range(80)]
    data = render_document(
        title="会计档案保管期限",
        sections=[
            {
                "heading": "谁来保管",
                "paragraphs": ["出纳人员不得兼管。" * 40],
                "table": {"head": ["项", "说明"], "rows": rows},
            }
        ],
        language="zh-hans",
        footer="初级会计实务入门",
    )
    text = pdf_text(data, tmp_path)
    assert "会计档案保管期限" in text
    assert "第 79 行" in text
    assert text.count("说明") >= 3  # the header stands on every page of the table
    assert b"/Lang" in data


def test_missing_fonts_say_what_to_do(settings, tmp_path):
    from edu.documents import fonts

    settings.FONTS_DIR = tmp_path
    fonts.font_chain.cache_clear()
    try:
        with pytest.raises(fonts.FontsMissing, match="make run"):
            render_document(title="x", sections=[], language="en")
    finally:
        fonts.font_chain.cache_clear()
