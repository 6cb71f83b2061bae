"""Pages of a paper's blueprint: all rules at once with live feedback, and one rule by itself."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from edu.core.errors import DomainError
from exams.authoring.blueprint_forms import RuleRowForm, Sources, rule_initial, split_tags
from exams.authoring.blueprints import RuleInput, save_blueprint, save_rule
from exams.authoring.entries import author_page, say
from exams.authoring.feasibility import Feasibility, RuleCheck, SectionPlan, examine, rule_key
from exams.authoring.forms import RuleForm
from exams.authoring.paper_editor import paper_tabs
from exams.authoring.paper_views import row_of
from exams.models import Bank, BlueprintRule, Paper, PaperSection, Topic
from exams.policies_authoring import get_editable_paper, list_usable_banks

MOST_ROWS = 200
"""Rules that one blueprint may have."""


@dataclass(kw_only=True)
class _Page:
    """The rows of a blueprint as they are being written, and how they fare where all of them can be read."""

    paper: Paper
    sections: list[PaperSection]
    forms: list[RuleRowForm]
    found: Feasibility | None = None
    count: int = 0
    total: Decimal = Decimal(0)

    @property
    def is_valid(self) -> bool:
        """Whether every row says what can be understood."""
        return all(form.is_valid() for form in self.forms)

    def examine(self) -> None:
        """Solve the blueprint with the rows as written, stored or not, and hand each row its check."""
        rows: dict[int, list[BlueprintRule]] = {}
        keys: dict[str, RuleRowForm] = {}
        for place, form in enumerate(self.forms):
            if not form.is_valid():
                continue
            wanted = form.rule_input()
            row = wanted.as_row(place)
            row.number = place + 1
            rows.setdefault(wanted.section.pk, []).append(row)
            keys[rule_key(row)] = form
        plans = [
            SectionPlan(id=f"s{one.pk}", items=list(one.items.all()), rules=rows.get(one.pk, []))
            for one in self.sections
        ]
        self.found = examine(plans, seed=str(self.paper.public_id))
        for key, form in keys.items():
            form.check = self.found.checks.get(key)
        self.count = sum(len(plan.items) + sum(rule.count for rule in plan.rules) for plan in plans)
        self.total = sum(
            (item.marks for plan in plans for item in plan.items),
            sum((rule.marks * rule.count for plan in plans for rule in plan.rules), Decimal(0)),
        )


def _sources(request: HttpRequest, paper: Paper) -> tuple[Sources, list[Bank]]:
    """Return the banks that this blueprint draws from or is about to, and the other usable ones."""
    usable = list(list_usable_banks(request.user).distinct().order_by("name"))
    used = set(BlueprintRule.objects.filter(section__paper=paper).values_list("bank_id", flat=True))
    data = request.POST if request.method == "POST" else request.GET
    named = {key for key in (*data.getlist("bank"), data.get("add-bank", "")) if key}
    named |= {value.partition("/")[0] for name, value in data.items() if name.endswith("-source")}
    chosen = [bank for bank in usable if bank.pk in used or str(bank.public_id) in named]
    if not chosen:
        chosen = usable[:1]
    return Sources(chosen), [bank for bank in usable if bank not in chosen]


def _read_page(request: HttpRequest, paper: Paper, sources: Sources) -> _Page:
    sections = list(paper.sections.prefetch_related("items__question"))
    stored = list(BlueprintRule.objects.filter(section__paper=paper).select_related("section", "bank", "topic"))
    rules = {rule.pk: rule for rule in stored}
    shared: dict[str, Any] = {"sections": sections, "sources": sources, "rules": rules}
    forms = []
    if request.method == "POST":
        size = request.POST.get("rows", "0")
        total = min(int(size), MOST_ROWS) if size.isascii() and size.isdecimal() and len(size) < 9 else 0
        do = request.POST.get("do", "")
        gone = {do.removeprefix("remove:")} if do.startswith("remove:") else set()
        forms = [
            RuleRowForm(request.POST, prefix=f"r{place}", **shared)
            for place in range(total)
            if str(place) not in gone and f"r{place}-section" in request.POST
        ]
    else:
        places = {section.pk: at for at, section in enumerate(sections)}
        stored.sort(key=lambda rule: (places[rule.section_id], rule.position, rule.pk))
        forms = [
            RuleRowForm(
                {f"r{place}-{name}": "" if value is None else value for name, value in rule_initial(rule).items()},
                prefix=f"r{place}",
                **shared,
            )
            for place, rule in enumerate(stored)
        ]
    return _Page(paper=paper, sections=sections, forms=forms)


def _fresh_row(page: _Page, sources: Sources, place: int, section: str) -> RuleRowForm:
    """Return an empty row, in the section of the row before it or the one that was asked for."""
    last = page.forms[-1] if page.forms else None
    wanted = section or (str(last["section"].value()) if last else str(page.sections[0].pk))
    source = str(last["source"].value()) if last else next(iter(sources.banks))
    data = {"section": wanted, "source": source, "difficulty_min": 1, "difficulty_max": 5, "count": 5, "marks": 1}
    return RuleRowForm(
        {f"r{place}-{name}": value for name, value in data.items()},
        prefix=f"r{place}",
        sections=page.sections,
        sources=sources,
        rules={},
    )


@author_page
def blueprint(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show all rules of a paper in one form; `do` adds or takes out a row, checks, or saves them."""
    row = get_editable_paper(request.user, public_id)
    sources, others = _sources(request, row)
    page = _read_page(request, row, sources)
    do = request.POST.get("do", "")
    place = int(request.POST["rows"]) if request.POST.get("rows", "").isdecimal() else len(page.forms)
    is_fresh = do == "add" or (request.method == "GET" and (request.GET.get("add") or not page.forms))
    if is_fresh and page.sections and sources.banks and len(page.forms) < MOST_ROWS:
        page.forms.append(_fresh_row(page, sources, place, request.GET.get("section", "")))
        place += 1
    if do == "save":
        if page.is_valid:
            try:
                save_blueprint(paper=row, actor=request.user, rules=[form.rule_input() for form in page.forms])
            except DomainError as error:
                say(request, error)
            else:
                messages.success(request, _("The blueprint is saved."))
                return redirect("authoring:paper_blueprint", public_id=row.public_id)
        else:
            messages.error(request, _("Some rules cannot be understood yet. They are marked below; nothing is lost."))
    page.examine()
    context = {
        "desk": "instructor",
        "title": row.title,
        "paper": row,
        "page": page,
        "rows": max(place, len(page.forms)),
        "others": others,
        "banks": list(sources.banks.values()),
        "tabs": paper_tabs(row, current="blueprint"),
        "is_unsaved": request.method == "POST",
        "has_banks": bool(sources.banks),
    }
    return render(request, "exams/authoring/blueprint.html", context)


@author_page
def check(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Answer every change of the blueprint's form: how many questions fit each rule, whether all can be met together,
    and in words what lacks. Nothing is saved."""
    row = get_editable_paper(request.user, public_id)
    if request.method != "POST":
        return redirect("authoring:paper_blueprint", public_id=row.public_id)
    sources, _others = _sources(request, row)
    page = _read_page(request, row, sources)
    page.examine()
    return render(request, "exams/authoring/_blueprint_check.html", {"page": page, "paper": row, "is_fragment": True})


# -- one rule -------------------------------------------------------------------------------------
@author_page
def rule(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Add a blueprint rule or change one; choosing the bank first offers its topics."""
    row = get_editable_paper(request.user, public_id)
    banks = list(list_usable_banks(request.user).distinct().order_by("name"))
    data = request.POST if request.method == "POST" else request.GET
    existing = row_of(row, "rule", data["rule"]) if data.get("rule") else None
    section = existing.section if existing else row_of(row, "section", data.get("section") or "")
    chosen = data.get("bank") or (str(existing.bank.public_id) if existing else "")
    bank = next((one for one in banks if str(one.public_id) == chosen), banks[0] if banks else None)
    initial = _rule_initial(existing) if existing else {"bank": str(bank.public_id) if bank else ""}
    is_save = request.method == "POST" and request.POST.get("do") not in {"bank", "check"}
    form = RuleForm(
        request.POST if request.method == "POST" and request.POST.get("do") != "bank" else None,
        banks=banks,
        bank=bank,
        initial=initial | data.dict() if not is_save else initial,
    )
    if is_save and form.is_valid() and bank is not None:
        try:
            _save_rule(request, section, existing, bank, form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, _(error.message))
        else:
            return redirect(f"{reverse('authoring:paper', args=[row.public_id])}#section-{section.pk}")
    found = _check_one(row, section, existing, bank, form) if form.is_bound and form.is_valid() else None
    if request.headers.get("HX-Request") and request.POST.get("do") == "check":
        return render(request, "exams/authoring/_rule_check.html", {"check": found})
    context = {
        "desk": "instructor",
        "title": _("Rule"),
        "paper": row,
        "section": section,
        "form": form,
        "rule": existing,
        "check": found,
    }
    return render(request, "exams/authoring/rule.html", context)


def _rule_initial(row: BlueprintRule) -> dict[str, Any]:
    return {
        "bank": str(row.bank.public_id),
        "topic": str(row.topic.public_id) if row.topic else "",
        "types": row.types,
        "difficulty_min": row.difficulty_min,
        "difficulty_max": row.difficulty_max,
        "tags": ", ".join(row.tags),
        "maximum_exposure": row.maximum_exposure,
        "count": row.count,
        "marks": row.marks,
    }


def _topic_of(bank: Bank, key: str) -> Topic | None:
    return next((one for one in Topic.objects.filter(bank=bank) if str(one.public_id) == key), None) if key else None


def _check_one(
    paper: Paper, section: PaperSection, existing: BlueprintRule | None, bank: Bank | None, form: RuleForm
) -> RuleCheck | None:
    """Return how the rule fares as written, beside the stored rules of the paper."""
    data = form.cleaned_data
    if bank is None or data["difficulty_min"] > data["difficulty_max"]:
        return None
    wanted = RuleInput(
        section=section,
        bank=bank,
        topic=_topic_of(bank, data["topic"]),
        types=tuple(data["types"]),
        difficulty_min=data["difficulty_min"],
        difficulty_max=data["difficulty_max"],
        tags=tuple(split_tags(data["tags"])),
        maximum_exposure=data["maximum_exposure"],
        count=data["count"],
        marks=data["marks"],
    ).as_row(MOST_ROWS)
    plans = []
    for one in paper.sections.prefetch_related("items__question", "rules__topic", "rules__bank"):
        rules = [rule for rule in one.rules.all() if existing is None or rule.pk != existing.pk]
        own = [*rules, wanted] if one.pk == section.pk else rules
        plans.append(SectionPlan(id=f"s{one.pk}", items=list(one.items.all()), rules=own))
    return examine(plans, seed=str(paper.public_id)).checks.get(rule_key(wanted))


def _save_rule(
    request: HttpRequest, section: PaperSection, existing: BlueprintRule | None, bank: Bank, data: dict[str, Any]
) -> None:
    save_rule(
        section=section,
        actor=request.user,
        rule=existing,
        bank=bank,
        topic=_topic_of(bank, data["topic"]),
        types=data["types"],
        difficulty_min=data["difficulty_min"],
        difficulty_max=data["difficulty_max"],
        tags=split_tags(data["tags"]),
        maximum_exposure=data["maximum_exposure"],
        count=data["count"],
        marks=data["marks"],
    )
