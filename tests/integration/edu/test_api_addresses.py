import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v1/nothing/", "/api/v1/attempts/1/nothing", "/api/v2/courses", "/api/", "/api"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_address_of_the_api_is_a_problem_and_no_page(client, path, method):
    answer = getattr(client, method)(path)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"


def test_only_the_api_itself_is_spared_the_pages(client):
    assert client.get("/apiary", follow=True)["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/api/docs", "/api/docs/"])
def test_the_short_address_leads_to_the_reference(client, path):
    answer = client.get(path, follow=True)
    assert answer.redirect_chain == [("/api/v1/docs", 302)]
    assert answer.status_code == 200
    assert client.get("/api/v1/openapi.json").json()["info"]["title"] == "Jinbang API"
