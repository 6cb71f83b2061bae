"""The site's addresses, and the two empty answers that its pages and its saves are held against."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from ninja import NinjaAPI

hot = NinjaAPI(title="Empty", urls_namespace="benchmarks", docs_url=None, openapi_url=None)


@hot.patch("/empty")
def empty_endpoint(request: HttpRequest) -> dict[str, bool]:
    """Answer without reading the request: what ninja and the short middleware chain cost alone."""
    return {"ok": True}


def empty_view(request: HttpRequest) -> HttpResponse:
    """Answer nothing: what the full middleware chain costs alone."""
    return HttpResponse()


urlpatterns = [
    path("benchmarks/empty/", empty_view),
    path("benchmarks/hot/", hot.urls),
    path("", include("edu.urls")),
]
