"""What never changes in a template is kept, what tells anything about the reader never is."""

import threading
from pathlib import Path

import pytest
from django.template import Context, Engine, RequestContext
from django.test import RequestFactory
from django.urls import set_script_prefix
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe
from django.utils.translation import override

from edu.website.folding import FixedNode, KeptIncludeNode
from edu.website.quick_lookup import QuickVariableNode

LOADERS = [("edu.website.folding.Loader", ["django.template.loaders.filesystem.Loader"])]
PLAIN = [("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"])]
LIBRARIES = {
    "i18n": "django.templatetags.i18n",
    "static": "django.templatetags.static",
    "tz": "django.templatetags.tz",
}


@pytest.fixture
def templates(tmp_path):
    """Return a function that writes templates and returns a pair of engines: one folds, one does not."""

    def write(**sources):
        for name, source in sources.items():
            (tmp_path / f"{name}.html").write_text(source, encoding="utf-8")
        return [Engine(dirs=[str(tmp_path)], loaders=loaders, libraries=LIBRARIES) for loaders in (LOADERS, PLAIN)]

    return write


def nodes_of(engine, kind, name="page.html"):
    return [node for node in engine.get_template(name).nodelist if isinstance(node, kind)]


def rendered(engines, values=None, **settings):
    """Return the page, drawn twice by each engine: all four have to be the same."""
    pages = [
        engine.get_template("page.html").render(Context(dict(values or {}), **settings))
        for engine in engines
        for _time in range(2)
    ]
    assert len(set(pages)) == 1, pages
    return pages[0]


def test_words_icons_and_addresses_become_one_part_for_each_language(templates):
    engines = templates(
        icon='{% load static %}<svg class="{{ class|default:"icon" }}">'
        '<use href="{% static "i.svg" %}#{{ name }}"/></svg>',
        page='{% load i18n static %}<p>{% translate "Courses" %}{% include "icon.html" with name="home" only %}'
        '<a href="{% url "courses:catalogue" %}">100%% {% translate "Sign in" %}</a>{# nothing #}</p>',
    )
    assert [type(node) for node in engines[0].get_template("page.html").nodelist] == [FixedNode]
    english = rendered(engines)
    with override("zh-hans"):
        chinese = rendered(engines)
    assert english != chinese
    assert "Courses" in english
    assert "Courses" not in chinese
    assert rendered(engines) == english


def test_addresses_are_kept_for_each_prefix_of_the_site(templates):
    engines = templates(page='{% load i18n %}<a href="{% url "courses:catalogue" %}">{% translate "Courses" %}</a>')
    here = rendered(engines)
    set_script_prefix("/school/")
    try:
        assert 'href="/school/courses/"' in rendered(engines)
    finally:
        set_script_prefix("/")
    assert rendered(engines) == here


def test_what_a_template_may_see_of_the_reader_is_never_kept(templates):
    engines = templates(
        name="{{ user.name }}{{ note }}",
        token="{% csrf_token %}",
        page='{% include "name.html" %}{% include "name.html" with note="!" %}{% include "token.html" only %}',
    )
    assert not nodes_of(engines[0], FixedNode | KeptIncludeNode)
    assert [rendered(engines, {"user": {"name": name}}) for name in ("Ann", "Bo")] == ["AnnAnn!", "BoBo!"]
    request = RequestFactory().get("/")
    for token in ("one", "two"):
        context = RequestContext(request, {"csrf_token": token})
        assert "csrfmiddlewaretoken" in engines[0].from_string("{% csrf_token %}").render(context)


def test_an_include_that_sees_its_values_only_is_kept_by_value_and_kind(templates):
    engines = templates(
        badge='{% load i18n %}<b class="{{ tone|default:"plain" }}">{{ label }}</b>'
        '{% if tone %}{% translate "Done" %}{% endif %}',
        page='{% include "badge.html" with label=label tone=tone only %}',
    )
    assert nodes_of(engines[0], KeptIncludeNode)
    values = ["<i>", mark_safe("<i>"), "", None, True, 1, 1.5, "x" * 500, ["a"]]
    pages = [rendered(engines, {"label": label, "tone": tone}) for label in values for tone in ("", "gold", None)]
    assert len(set(pages)) == 2 * len(values)
    assert "&lt;i&gt;" in pages[0]
    assert "<i>" in pages[3]
    rendered(engines, {"label": "<i>", "tone": ""}, autoescape=False)


def test_a_kept_include_does_not_grow_without_end(templates):
    engines = templates(badge="<b>{{ label }}</b>", page='{% include "badge.html" with label=label only %}')
    (node,) = nodes_of(engines[0], KeptIncludeNode)
    for number in range(1000):
        rendered(engines[:1], {"label": f"n{number}"})
    assert len(node.kept) <= 200


@pytest.mark.parametrize(
    "source",
    [
        "{% now 'U' %}",
        "{% load tz %}{% get_current_timezone as zone %}{{ zone }}",
        "{{ label|random }}",
        "{% include 'deep.html' %}",
        "{% cycle 'a' 'b' %}",
        "{% if label|random == 'a' %}a{% endif %}",
    ],
)
def test_an_include_with_a_tag_or_filter_that_sees_more_is_not_kept(templates, source):
    folding, _plain = templates(
        deep="{% now 'U' %}",
        part=source,
        page="{% include 'part.html' only %}{% include 'part.html' with label=label only %}",
    )
    assert not nodes_of(folding, FixedNode | KeptIncludeNode)


@pytest.mark.parametrize("only", ["", " only"])
def test_templates_that_include_themselves_or_each_other_are_drawn_as_before(templates, only):
    engines = templates(
        tree="<li>{{ node.name }}{% for one in node.inner %}{% include 'twig.html' with node=one ONLY %}"
        "{% endfor %}</li>",
        twig="<b>{% include 'tree.html' with node=node ONLY %}"
        "{% if not node %}{% include 'twig.html' ONLY %}{% endif %}</b>",
        page="{% include 'tree.html' with node=node ONLY %}{% if not node %}{% include 'page.html' ONLY %}{% endif %}",
    )
    for engine in engines:
        for name in ("tree", "twig", "page"):
            path = Path(engine.dirs[0]) / f"{name}.html"
            path.write_text(path.read_text("utf-8").replace(" ONLY", only), "utf-8")
    tree = {"name": "a", "inner": [{"name": "b", "inner": []}, {"name": "c", "inner": [{"name": "d", "inner": []}]}]}
    expected = "<li>a<b><li>b</li></b><b><li>c<b><li>d</li></b></li></b></li>"
    assert rendered(engines, {"node": tree}) == expected


def test_blocks_of_extended_templates_hold_what_the_child_puts_there(templates):
    engines = templates(
        base='{% load i18n %}<title>{% block title %}{% translate "Courses" %}{% endblock %}</title>'
        "{% block body %}none{% endblock %}",
        middle='{% extends "base.html" %}{% block body %}<main>{% block main %}{% endblock %}</main>{% endblock %}',
        page='{% extends "middle.html" %}{% block title %}{{ block.super }}: {{ name }}{% endblock %}'
        "{% block main %}{{ name }}{% endblock %}",
    )
    assert rendered(engines, {"name": "<x>"}) == "<title>Courses: &lt;x&gt;</title><main>&lt;x&gt;</main>"


class Box:
    """An object with what templates may meet."""

    text = "<b>"
    safe = mark_safe("<b>")
    number = 1234
    nothing = None
    items_by_name = {"count": 3, "items": "own", "0": "zero"}

    def called(self):
        return "called"

    def needs(self, argument):
        return argument

    def delete(self):
        raise AssertionError

    delete.alters_data = True

    @property
    def broken(self):
        raise AttributeError("inner")

    @property
    def lost(self):
        raise KeyError("inner")


LOOKUPS = [
    "box.text", "box.safe", "box.number", "box.nothing", "box.called", "box.needs", "box.delete", "box.missing",
    "box.missing.more", "box.items_by_name.count", "box.items_by_name.items", "box.items_by_name.keys",
    "box.items_by_name.0", "box.items_by_name.gone", "missing", "missing.more", "rows.0", "rows.7", "rows.count",
    "lazy.text", "lazy.called", "lazy_values.count", "lazy_values.gone", "word.upper", "word.0", "box.number.real",
    "missing|default:box.text", "word|add:box.text", "function", "function.more",
]  # fmt: skip


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_variables_are_found_as_django_finds_them(templates, lookup):
    engines = templates(
        page=f"{{{{ {lookup} }}}}|{{% if {lookup} %}}yes{{% endif %}}|{{% with x={lookup} %}}{{{{ x }}}}{{% endwith %}}"
    )
    values = {
        "box": Box(),
        "rows": ["a", "<b>"],
        "lazy": SimpleLazyObject(Box),
        "lazy_values": SimpleLazyObject(lambda: {"count": 2}),
        "word": "abc",
        "function": lambda: {"more": 1},
    }
    assert [len(nodes_of(engine, QuickVariableNode)) for engine in engines] == [1, 0], "two ways are compared"
    assert rendered(engines, values).count("|") == 2
    assert rendered(engines, values, autoescape=False).count("|") == 2


@pytest.mark.parametrize(("lookup", "error"), [("box.broken", AttributeError), ("box.lost", KeyError)])
def test_an_error_of_a_value_is_not_swallowed(templates, lookup, error):
    for engine in templates(page=f"{{{{ {lookup} }}}}"):
        with pytest.raises(error, match="inner"):
            engine.get_template("page.html").render(Context({"box": Box()}))


def test_translated_blocks_take_the_values_of_each_reader(templates):
    engines = templates(
        page="{% load i18n %}{% blocktranslate trimmed count n=n with who=who %}\n"
        " {{ who }} has {{ n }} point{% plural %}\n"
        " {{ who }} has {{ n }} points{% endblocktranslate %}"
    )
    assert rendered(engines, {"n": 1, "who": "Ann"}) == "Ann has 1 point"
    assert rendered(engines, {"n": 2, "who": "<Bo>"}) == "&lt;Bo&gt; has 2 points"


def test_many_threads_may_load_the_same_template_at_once(templates):
    folding, plain = templates(
        part="{% load i18n %}<b>{% translate 'Courses' %}{{ name }}</b>",
        page="{% load i18n %}{% for name in names %}{% include 'part.html' with name=name only %}"
        "{% translate 'Sign in' %}{% endfor %}",
    )
    names = [f"n{number}" for number in range(40)]
    expected = plain.get_template("page.html").render(Context({"names": names}))
    pages = []
    threads = [
        threading.Thread(
            target=lambda: pages.append(folding.get_template("page.html").render(Context({"names": names})))
        )
        for _number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pages == [expected] * 8
