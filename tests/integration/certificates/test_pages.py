import uuid

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certificates import achievements
from certificates.domain.serials import check_character
from certificates.models import Certificate, CertificateRule, CertificateTemplate
from certificates.services import reissue_certificate, revoke_certificate
from certificates.verify import MAX_MISSES
from tests.factories.certificates import make_achievement, make_certificate, make_rule, make_template, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clean(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


def unknown_serial():
    return f"JB-2026-AAAA-AAAA-AAA{check_character(year=2026, body='A' * 11)}"


def test_holder_sees_and_downloads_her_certificate(client):
    row = make_certificate()
    client.force_login(row.user)
    page = client.get(reverse("certificates:mine"))
    assert row.serial in page.text
    response = client.get(reverse("certificates:download", args=[row.public_id]))
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert response["Content-Disposition"] == f'attachment; filename="{row.serial}.pdf"'
    picture = client.get(reverse("certificates:picture", args=[row.public_id]))
    assert picture["Content-Type"] == "image/svg+xml"
    assert "王小燕" in picture.text


@pytest.mark.parametrize("name", ["download", "picture"])
def test_files_of_others_are_not_there(client, name):
    row = make_certificate()
    url = reverse(f"certificates:{name}", args=[row.public_id])
    assert client.get(url).status_code == 302
    client.force_login(make_user(is_instructor=True))
    assert client.get(url).status_code == 404
    client.force_login(make_user(is_operator=True))
    response = client.get(url)
    assert response.status_code == 200
    assert b"".join(response)  # read to its end, the file is closed


def test_revoked_certificate_cannot_be_downloaded(client):
    row = make_certificate()
    revoke_certificate(certificate=row, actor=None, reason="替考")
    client.force_login(row.user)
    assert client.get(reverse("certificates:download", args=[row.public_id])).status_code == 404
    assert "替考" in client.get(reverse("certificates:mine")).text


def test_giving_the_real_name_issues_what_waited(client):
    user = make_user(real_name="")
    make_certificate(user=user)
    client.force_login(user)
    assert 'name="real_name"' in client.get(reverse("certificates:mine")).text
    for wrong in ("", "123", "𠮷野"):
        response = client.post(reverse("certificates:set_name"), {"real_name": wrong})
        assert response.status_code == 422
        assert Certificate.objects.get().serial is None
    response = client.post(reverse("certificates:set_name"), {"real_name": " 王 小燕"}, follow=True)
    assert Certificate.objects.get().holder_name == "王 小燕"
    assert 'name="real_name"' not in response.text


def test_anybody_can_check_a_serial(client):
    row = make_certificate()
    page = client.get(reverse("certificates:verify", args=[row.serial]))
    assert page.status_code == 200
    assert "verify-result--valid" in page.text
    assert "王小燕" in page.text
    typed = client.get(reverse("certificates:verify_form"), {"serial": row.serial.lower().replace("-", " ")})
    assert typed.url == reverse("certificates:verify", args=[row.serial])
    assert client.get(f"/api/v1/certificates/verify/{row.serial}").json()["state"] == "valid"
    fresh = reissue_certificate(serial=row.serial, holder_name="王晓燕", actor=None, reason="")
    page = client.get(reverse("certificates:verify", args=[row.serial]))
    assert "verify-result--valid" not in page.text
    assert fresh.serial not in page.text
    revoke_certificate(certificate=fresh, actor=None, reason="<b>x</b>")
    page = client.get(reverse("certificates:verify", args=[fresh.serial]))
    assert "verify-result--invalid" in page.text
    assert "<b>x</b>" not in page.text


def test_unknown_and_mistyped_serials_are_404(client):
    for text in (unknown_serial(), "JB-1", "<script>"):
        response = client.get(reverse("certificates:verify", args=[text]))
        assert response.status_code == 404
        assert "<script>alert" not in response.text
    assert client.get(f"/api/v1/certificates/verify/{unknown_serial()}").status_code == 404
    assert client.get(reverse("certificates:verify_form"), {"serial": "nonsense"}).status_code == 404
    assert client.get(reverse("certificates:verify_form"), {"serial": ""}).status_code == 422


@pytest.mark.usefixtures("one_rate_window")
def test_guessing_serials_is_stopped_but_known_ones_never_count(client):
    row = make_certificate()
    url = reverse("certificates:verify", args=[row.serial])
    for _time in range(MAX_MISSES + 5):
        assert client.get(url).status_code == 200
    for _time in range(MAX_MISSES):
        assert client.get(reverse("certificates:verify", args=[unknown_serial()])).status_code == 404
    assert client.get(reverse("certificates:verify", args=[unknown_serial()])).status_code == 429
    assert client.get(f"/api/v1/certificates/verify/{unknown_serial()}").status_code == 429
    assert client.get(url, REMOTE_ADDR="203.0.113.7").status_code == 200


@pytest.fixture
def author(monkeypatch):
    person = make_user(is_instructor=True)
    person.achievement = make_achievement()
    monkeypatch.setitem(
        achievements._listers, "exam", lambda user_id: [person.achievement] if user_id == person.pk else []
    )
    return person


def test_instructor_sets_up_a_certificate(client, author):
    client.force_login(author)
    form = client.get(reverse("certificates:template_new"))
    values = {name: form.context["form"][name].value() or "" for name in form.context["form"].fields}
    values |= {"name": "我的模板", "issuer": "金榜", "body": "{nmae}"}
    url = reverse("certificates:template_new")
    assert client.post(url, values).status_code == 422
    assert not CertificateTemplate.objects.exists()
    values["body"] = "完成 {achievement}"
    assert client.post(url, values | {"preview": "1"}).status_code == 200
    assert not CertificateTemplate.objects.exists()
    assert client.post(url, values).status_code == 302
    template = CertificateTemplate.objects.get(owner=author)
    assert client.get(reverse("certificates:template_sample", args=[template.public_id])).content[:4] == b"%PDF"
    data = {"achievement_key": author.achievement.key, "template": template.pk, "valid_months": "24"}
    assert client.post(reverse("certificates:rule_new"), data).status_code == 302
    rule = CertificateRule.objects.get()
    assert (rule.achievement_title, rule.valid_months) == (author.achievement.title, 24)
    data = {"template": template.pk, "valid_months": ""}
    assert client.post(reverse("certificates:rule", args=[rule.public_id]), data).status_code == 302
    rule.refresh_from_db()
    assert (rule.is_active, rule.valid_months) == (False, None)
    assert author.achievement.title in client.get(reverse("certificates:teach")).text


def test_preview_draws_what_is_typed_and_escapes_it(client, author):
    client.force_login(author)
    response = client.post(
        reverse("certificates:preview"), {"title": "<script>x</script>", "design": "nonsense", "body": "{name}"}
    )
    assert response.text.startswith("<svg")
    assert "<script" not in response.text


def test_author_corrects_revokes_and_reinstates(client, author):
    rule = make_rule(achievement=author.achievement)
    row = make_certificate(rule=rule)
    client.force_login(author)
    assert row.serial in client.get(reverse("certificates:rule", args=[rule.public_id]), {"q": row.serial[-4:]}).text
    assert client.post(reverse("certificates:revoke", args=[row.public_id]), {"reason": ""}).status_code == 422
    assert client.post(reverse("certificates:revoke", args=[row.public_id]), {"reason": "替考"}).status_code == 302
    row.refresh_from_db()
    assert row.revoked_at is not None
    assert client.post(reverse("certificates:reinstate", args=[row.public_id])).status_code == 302
    url = reverse("certificates:reissue", args=[row.public_id])
    assert client.post(url, {"holder_name": "王晓燕"}).status_code == 302
    assert Certificate.objects.get(superseded_at=None).holder_name == "王晓燕"
    assert client.post(url, {"holder_name": "again"}).status_code == 422
    assert client.post(reverse("certificates:redraw", args=[rule.public_id])).status_code == 302


def test_pages_of_another_instructor_are_not_there(client, author):
    template = make_template(actor=author)
    rule = make_rule(achievement=author.achievement, template=template)
    row = make_certificate(rule=rule)
    pages = [
        ("template", template.public_id),
        ("template_sample", template.public_id),
        ("rule", rule.public_id),
        ("redraw", rule.public_id),
        ("revoke", row.public_id),
        ("reinstate", row.public_id),
        ("reissue", row.public_id),
        ("rule", uuid.uuid4()),
    ]
    client.force_login(make_user(is_instructor=True))
    for name, public_id in pages:
        url = reverse(f"certificates:{name}", args=[public_id])
        assert client.get(url).status_code in {404, 405}
        assert client.post(url, {"reason": "x", "holder_name": "X"}).status_code in {404, 405}
    client.force_login(make_user())
    for name in ("teach", "template_new", "rule_new"):
        assert client.get(reverse(f"certificates:{name}")).status_code == 404
    row.refresh_from_db()
    assert (row.revoked_at, row.superseded_at) == (None, None)
    assert Certificate.objects.count() == 1


@pytest.mark.parametrize("count", [2, 7])
def test_lists_take_the_same_queries_at_any_length(client, author, count):
    user = make_user()
    rule = make_rule(achievement=author.achievement)
    for _number in range(count):
        make_certificate(user=user)
        make_certificate(rule=rule)
    client.force_login(user)
    client.get(reverse("certificates:mine"))
    with CaptureQueriesContext(connection) as mine:
        client.get(reverse("certificates:mine"))
    client.force_login(author)
    with CaptureQueriesContext(connection) as issued:
        client.get(reverse("certificates:rule", args=[rule.public_id]))
    # Only this room's tables are counted: what the frame of every page asks belongs to other rooms.
    assert sum("certificates_" in query["sql"] for query in mine) == 1
    assert (
        sum("certificates_" in query["sql"] for query in issued) == 7
    )  # rule, looks, rounds, owed, others, count, rows
