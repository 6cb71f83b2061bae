"""How many filters the folded bar of a phone says are in use."""

from django import forms

from edu.website.templatetags.filter_state import active_count


class ListFilter(forms.Form):
    """A filter as lists have them."""

    q = forms.CharField(required=False)
    state = forms.ChoiceField(required=False, choices=[("open", "open"), ("mastered", "mastered")])
    kind = forms.ChoiceField(required=False, choices=[("", "all"), ("essay", "essay")])
    flagged = forms.BooleanField(required=False)
    page_size = forms.CharField(required=False, initial="20", widget=forms.HiddenInput)


def test_nothing_asked_counts_nothing():
    assert active_count(ListFilter()) == 0
    assert active_count(ListFilter({})) == 0
    assert active_count(ListFilter({"q": "", "kind": "", "state": "open", "page_size": "50"})) == 0


def test_each_narrowing_field_counts_once():
    assert active_count(ListFilter({"q": "cash", "state": "open"})) == 1
    assert active_count(ListFilter({"q": "cash", "state": "mastered", "kind": "essay", "flagged": "on"})) == 4


def test_an_initial_value_narrows_nothing():
    assert active_count(ListFilter({"kind": "essay"}, initial={"kind": "essay"})) == 0
