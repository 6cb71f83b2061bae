"""The demo's own site: settings, home, enterprise page, help, legal texts, banners, in both languages."""

from pathlib import Path
from typing import Any

import yaml
from django.utils.html import strip_tags
from wagtail.models import Site

from edu.website.models import (
    Banner,
    HelpArticlePage,
    HelpIndexPage,
    HomePage,
    LandingPage,
    LegalPage,
    SiteSettings,
)
from edu.website.setup import Sections, add_page, ensure_home, ensure_site_editors, stream

CONTENT = Path(__file__).parent / "content" / "site.yaml"
LANGUAGES = ("en", "zh-hans")
LEGAL_KINDS = {"user-agreement": "terms", "privacy-policy": "privacy", "refund-rules": "refunds"}
HOME_ICONS = {
    "preview": "play",
    "practice": "target",
    "exam": "check-circle",
    "certificate": "award",
    "assignments": "users",
    "evidence": "chart",
}
ENTERPRISE_ICONS = ("users", "building", "lock", "clock", "award")
HELP_TITLES = {"en": "Help centre", "zh-hans": "帮助中心"}
HELP_LEADS = {"en": "Short answers to what people ask most.", "zh-hans": "大家最常问的问题，都在这里。"}


def load_site() -> None:
    """Build what is missing of the site from content/site.yaml; what stands there already is left as it is."""
    content = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    first: dict[str, Any] = {}
    for language in LANGUAGES:
        home = ensure_home(
            language=language,
            title=content["settings"]["name"][language],
            values=_home_values(content["home"], language),
            sections=_home_sections(content["home"], language),
        )
        _load_landing(home, content["landing_pages"], language, first)
        _load_help(home, content["help_articles"], language, first)
        _load_legal(home, content["legal"], language, first)
    _load_settings(content["settings"])
    _load_banners(content["banners"])
    ensure_site_editors()


def _home_values(home: dict[str, Any], language: str) -> dict[str, Any]:
    hero = home["hero"]
    return {
        "headline": hero["headline"][language],
        "lead": hero["sub"][language],
        "primary_label": hero["primary"]["label"][language],
        "primary_url": hero["primary"]["path"],
        "secondary_label": hero["secondary"]["label"][language],
        "secondary_url": hero["secondary"]["path"],
    }


def _home_sections(home: dict[str, Any], language: str) -> Sections:
    features = [
        {"icon": HOME_ICONS[row["slug"]], "title": row["title"][language], "text": row["text"][language]}
        for row in home["features"]
    ]
    band = home["band"]
    return [
        ("courses", {"title": home["courses_title"][language], "count": 6}),
        ("features", {"title": home["features_title"][language], "lead": "", "features": features}),
        (
            "steps",
            {
                "title": home["steps_title"][language],
                "steps": [{"title": row["title"][language], "text": row["text"][language]} for row in home["steps"]],
            },
        ),
        (
            "band",
            {
                "title": band["title"][language],
                "text": band["text"][language],
                "link": {"label": band["label"][language], "url": band["path"]},
            },
        ),
        (
            "faq",
            {
                "title": home["faq_title"][language],
                "entries": [
                    {"question": row["question"][language], "answer": row["answer"][language]} for row in home["faq"]
                ],
            },
        ),
    ]


def _load_landing(home: HomePage, rows: list[dict[str, Any]], language: str, first: dict[str, Any]) -> None:
    for row in rows:
        if LandingPage.objects.child_of(home).filter(slug=row["slug"]).exists():
            continue
        features = [
            {
                "icon": ENTERPRISE_ICONS[number % len(ENTERPRISE_ICONS)],
                "title": part["title"][language],
                "text": strip_tags(part["text"][language]).strip(),
            }
            for number, part in enumerate(row["sections"])
        ]
        sections: Sections = [
            ("features", {"title": row["sections_title"][language], "lead": "", "features": features}),
            ("enquiry", {"title": row["enquiry"]["title"][language], "text": row["enquiry"]["text"][language]}),
        ]
        page = LandingPage(
            title=row["title"][language],
            slug=row["slug"],
            headline=row["headline"][language],
            lead=row["intro"][language],
            search_description=row["intro"][language],
            sections=stream(sections),
        )
        _keep(first, f"landing:{row['slug']}", home, page)


def _load_help(home: HomePage, rows: list[dict[str, Any]], language: str, first: dict[str, Any]) -> None:
    if not HelpIndexPage.objects.child_of(home).exists():
        page = HelpIndexPage(title=HELP_TITLES[language], slug="help", lead=HELP_LEADS[language])
        _keep(first, "help", home, page)
    index = HelpIndexPage.objects.child_of(home).get()
    for row in rows:
        if not HelpArticlePage.objects.child_of(index).filter(slug=row["slug"]).exists():
            article = HelpArticlePage(title=row["title"][language], slug=row["slug"], body=row["body"][language])
            _keep(first, f"help:{row['slug']}", home, article)


def _load_legal(home: HomePage, rows: list[dict[str, Any]], language: str, first: dict[str, Any]) -> None:
    for row in rows:
        kind = LEGAL_KINDS[row["slug"]]
        if LegalPage.objects.child_of(home).filter(kind=kind).exists():
            continue
        body = f"<p><em>{row['note'][language]}</em></p>{row['body'][language]}"
        page = LegalPage(title=row["title"][language], slug=row["slug"], kind=kind, body=body)
        _keep(first, f"legal:{kind}", home, page)


def _keep(first: dict[str, Any], key: str, home: HomePage, page: Any) -> None:
    """Publish a page; the later languages of the same key become translations of the first."""
    first[key] = add_page(home=home, page=page, first=first.get(key))


def _load_settings(values: dict[str, Any]) -> None:
    row = SiteSettings.for_site(Site.objects.get(is_default_site=True))
    if row.contact_email:
        return
    for name in ("name", "tagline", "description", "contact_hours"):
        setattr(row, f"{name}_en", values[name]["en"])
        setattr(row, f"{name}_zh", values[name]["zh-hans"])
    row.contact_email = values["contact_email"]
    row.contact_phone = values["contact_phone"]
    row.icp_number = values["icp_number"]
    row.save()


def _load_banners(rows: list[dict[str, Any]]) -> None:
    if Banner.objects.exists():
        return
    for position, row in enumerate(rows):
        Banner.objects.create(
            text_en=f"{row['title']['en']}. {row['text']['en']}",
            text_zh=f"{row['title']['zh-hans']}：{row['text']['zh-hans']}",
            url=row["path"],
            position=position,
            # One line at the top is news, two are noise: the others wait for an operator to turn them on.
            is_active=position == 0,
        )
