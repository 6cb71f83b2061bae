"""Before a web process takes requests it loads what they need; what fails is left to the request that needs it."""

import gc
import logging

from django.template import engines
from django.test import override_settings
from django.urls import get_resolver
from django.utils.translation import override

from edu import warming
from edu.core.collecting import without_collecting
from edu.website.folding import FixedNode


def test_every_template_is_loaded_and_its_fixed_parts_are_rendered_in_each_language():
    engine = engines["django"]
    engine.engine.template_loaders[0].reset()
    assert warming.load_templates() > 400
    fixed = engine.get_template("base.html").template.nodelist.get_nodes_by_type(FixedNode)
    assert fixed
    assert all({"en", "zh-hans"} <= {key[0] for key in node.kept} for node in fixed)


def test_what_was_kept_is_what_a_request_would_have_rendered():
    engine = engines["django"]
    engine.engine.template_loaders[0].reset()
    with override("zh-hans"):
        cold = engine.get_template("404.html").render({})
    engine.engine.template_loaders[0].reset()
    warming.load_templates()
    with override("zh-hans"):
        assert engine.get_template("404.html").render({}) == cold


def test_addresses_are_known_in_each_language():
    warming.load_addresses()
    assert {"en", "zh-hans"} <= set(get_resolver()._reverse_dict)


@override_settings(ROOT_URLCONF="tests.no_such_module")
def test_a_step_that_fails_is_logged_and_the_others_are_done(caplog):
    with caplog.at_level(logging.ERROR, logger="edu.warming"):
        warming.warm_up()
    assert [record.getMessage() for record in caplog.records][:1] == ["warming up: load_addresses failed"]


def test_what_is_loaded_is_out_of_the_collectors_reach_and_it_collects_again_after():
    before = gc.get_freeze_count()
    try:
        with without_collecting():
            assert not gc.isenabled()
            kept = [[number] for number in range(1000)]
        assert gc.isenabled()
        assert gc.get_freeze_count() >= before + len(kept)
    finally:
        gc.unfreeze()
