"""A question type is one module in exams/domain/types, one that draws it, two templates, and one editor: each is found,
and nothing else in the app names a type.
"""

import ast
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.utils.translation import override

import exams
from exams.authoring.editors import editors, find_variant, list_variants
from exams.domain.registry import question_types
from exams.view_builders import builders
from exams.view_models import TYPE_LABELS

NAMES = sorted(question_types())
ROOT = Path(exams.__file__).parent
OWN = {"domain/types", "question_views", "authoring/editors", "migrations"}
FORMATS = {"interchange/xlsx.py", "interchange/xlsx_examples.py"}
"""What a file format can carry is a table of the format."""


@pytest.mark.parametrize("name", NAMES)
def test_each_type_has_all_its_parts(name):
    assert name in builders()
    editor = editors()[name]
    assert editor.type == name
    assert editor.layout
    for template in ("ask", "review"):
        get_template(f"exams/types/{name}/{template}.html")
    with override("zh-hans"):
        assert str(TYPE_LABELS[name]) != question_types()[name].info.label


def test_there_is_no_part_without_a_type():
    assert sorted(builders()) == sorted(editors()) == NAMES
    folders = Path("templates/exams/types").iterdir()
    assert sorted(folder.name for folder in folders if folder.is_dir()) == NAMES


def test_what_stands_under_a_passage_has_a_form():
    assert "single_choice" in list_variants()
    assert not {"material", "cloze"} & set(list_variants())
    assert find_variant("nonsense") == find_variant(list_variants()[0])


def test_no_other_module_asks_for_a_type_by_name():
    """A comparison or a table keyed by a type's name would have to be changed for each new type."""
    found = []
    for path in ROOT.rglob("*.py"):
        place = path.relative_to(ROOT).as_posix()
        if place.startswith((*(f"{folder}/" for folder in OWN), "interchange/formats/")) or place in FORMATS:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            inner = [*node.comparators, node.left] if isinstance(node, ast.Compare) else []
            inner += [key for key in node.keys if key] if isinstance(node, ast.Dict) else []
            words = {word.value for part in inner for word in ast.walk(part) if isinstance(word, ast.Constant)}
            found += [f"{place}:{node.lineno}" for name in NAMES if name in words]
    assert found == []
