"""The way into the site's editor."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from edu.operations.permissions import operator_required
from edu.website import queries as website


@operator_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List what an operator edits without a programmer, each a link into the editor."""
    groups = [
        (
            _("The whole site"),
            [
                (_("Site settings"), _("Name, logo, contact, filing number"), website.settings_edit_url(), "settings"),
                (_("Banners"), _("Lines at the top of the home page, for a time"), website.banners_url(), "flag"),
                (_("Pictures"), _("Upload, crop, describe"), reverse("wagtailimages:index"), "image"),
                (_("Documents"), _("Files to download"), reverse("wagtaildocs:index"), "file"),
            ],
        ),
        (
            _("Pages"),
            [(page.title, page.kind, page.edit_url, "edit") for page in website.list_editable_pages()],
        ),
    ]
    context = {
        "title": _("Site content"),
        "desk": "operator",
        "groups": [
            {
                "title": title,
                "links": [{"title": name, "text": text, "url": url, "icon": icon} for name, text, url, icon in links],
            }
            for title, links in groups
        ],
        "tree_url": website.page_tree_url(),
    }
    return render(request, "operations/site.html", context)
