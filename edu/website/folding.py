"""Loads the site's templates and folds what never changes in them: words, icons, addresses of files and of pages.

A page is made of some thousand parts, of which a few dozen tell anything about this reader. The others hang on the
language alone: texts, translations of fixed words, `{% static %}` and `{% url %}` of fixed names, and includes that
are given nothing but fixed values. Neighbours of this kind become one part, which is rendered once for each language
and process and kept. What looks at the context, however little, is never kept: an include counts as fixed only where
its template has no tag or filter that could see more than the values it was given.

Templates of other packages are loaded as they are.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    Origin,
    Template,
    TextNode,
    Variable,
    VariableNode,
)
from django.template.context import Context
from django.template.defaulttags import CommentNode, ForNode, IfNode, LoadNode, TemplateLiteral, URLNode, WithNode
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode, construct_relative_path
from django.template.loaders.base import Loader as BaseLoader
from django.template.loaders.cached import Loader as CachedLoader
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.urls import get_script_prefix
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from edu.website.quick_lookup import QuickVariableNode, quicken

PLAIN_FILTERS = frozenset({"add", "default", "default_if_none", "length", "lower", "slice", "stringformat", "upper"})
"""Filters of Django that look at nothing but their values."""
PLAIN_TYPES = frozenset({str, SafeString, bool, type(None)})
LONGEST_VALUE = 200
"""Characters of a value beyond which an include is rendered anew."""
MOST_KEPT = 200
"""Renderings that one include keeps at most."""


class FixedNode(Node):
    """Neighbouring parts that hang on the language alone: rendered once for each."""

    child_nodelists = ()

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.token = nodes[0].token
        self.origin = nodes[0].origin
        self.has_addresses = any(_has_addresses(node) for node in nodes)
        self.kept: dict[Any, SafeString] = {}

    def __repr__(self) -> str:
        return f"<FixedNode: {self.nodes!r}>"

    def render(self, context: Context) -> SafeString:
        """Return the parts in the language of the reader."""
        key: Any = (get_language(), context.autoescape)
        if self.has_addresses:
            key = (*key, get_script_prefix())
        html = self.kept.get(key)
        if html is None:
            html = SafeString("".join([node.render_annotated(context) for node in self.nodes]))
            self.kept[key] = html
        return html


class KeptIncludeNode(IncludeNode):
    """An include whose template sees nothing but the values it is given: rendered once for each short value."""

    def __init__(self, include: IncludeNode) -> None:
        super().__init__(
            include.template, extra_context=include.extra_context, isolated_context=include.isolated_context
        )
        self.token, self.origin = include.token, include.origin
        self.kept: dict[Any, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        """Return the template with the values."""
        values = [value.resolve(context) for value in self.extra_context.values()]
        for value in values:
            if type(value) not in PLAIN_TYPES or (value and value is not True and len(value) > LONGEST_VALUE):
                return super().render(context)  # type: ignore[no-any-return] # Django is not typed here
        key = (get_language(), context.autoescape, *values, *map(type, values))
        html = self.kept.get(key)
        if html is None:
            html = super().render(context)
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            self.kept[key] = html
        return html


class QuickBlockTranslateNode(BlockTranslateNode):
    """A translated block that puts its text together once, and not in each rendering."""

    def __init__(self, node: BlockTranslateNode) -> None:
        super().__init__(
            node.extra_context,
            node.singular,
            plural=node.plural,
            countervar=node.countervar,
            counter=node.counter,
            message_context=node.message_context,
            trimmed=node.trimmed,
            asvar=node.asvar,
            tag_name=node.tag_name,
        )
        self.token, self.origin = node.token, node.origin
        render = super().render_token_list
        self.texts = {id(tokens): render(tokens) for tokens in (node.singular, node.plural) if tokens}

    def render_token_list(self, tokens: list[Any]) -> tuple[str, list[str]]:
        """Return the text to look up, and the names of the values in it."""
        text, names = self.texts[id(tokens)]
        return text, list(names)


class FoldedNodeList(NodeList):
    """The parts of a whole template, which knows its blocks: Django looks for them in each rendering."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        super().__init__(nodes)
        self.contains_nontext = True
        self.blocks = super().get_nodes_by_type(BlockNode)

    def get_nodes_by_type(self, nodetype: type[Node]) -> list[Node]:
        """Return all parts of a type, those within others too."""
        return list(self.blocks) if nodetype is BlockNode else super().get_nodes_by_type(nodetype)


class Folding:
    """Folds templates as they are loaded; `load` returns the template of a name."""

    def __init__(self, load: Callable[[str], Template]) -> None:
        self.load = load
        self.opened: list[str] = []

    def fold(self, template: Template) -> None:
        """Put fixed parts in place of what never changes in a template that nobody has rendered yet."""
        self.opened.append(str(template.name))
        try:
            self._fold(template.nodelist)
            template.nodelist = FoldedNodeList(template.nodelist)
        finally:
            self.opened.pop()

    def _fold(self, nodes: NodeList) -> None:
        folded: list[Node] = []
        for is_fixed, group in groupby(nodes, self._is_fixed):
            neighbours = list(group)
            if not is_fixed:
                folded += [self._folded(node) for node in neighbours]
            elif all(isinstance(node, TextNode) for node in neighbours):
                folded += neighbours
            else:
                folded.append(FixedNode(neighbours))
        nodes[:] = folded

    def _folded(self, node: Node) -> Node:
        for part in _parts(node):
            self._fold(part)
        for expression in _expressions(node):
            quicken(expression)
        if type(node) is VariableNode:
            return QuickVariableNode(node)
        if isinstance(node, BlockTranslateNode):
            return QuickBlockTranslateNode(node)
        if isinstance(node, IncludeNode) and node.isolated_context and self._sees_values_only(node):
            return KeptIncludeNode(node)
        return node

    def _is_fixed(self, node: Node) -> bool:
        """Say whether a part hangs on nothing but the language."""
        if isinstance(node, TextNode | CommentNode | LoadNode | FixedNode):
            return True
        if isinstance(node, TranslateNode):
            parts = [part for part in (node.filter_expression, node.message_context) if part is not None]
            return not node.asvar and all(_is_literal(part) for part in parts)
        if isinstance(node, StaticNode):
            return node.varname is None and _is_literal(node.path)
        if isinstance(node, URLNode):
            return not (node.asvar or node.args or node.kwargs) and _is_literal(node.view_name)
        if isinstance(node, IncludeNode):
            if node.isolated_context and all(_is_literal(value) for value in node.extra_context.values()):
                return self._sees_values_only(node)
            return self._holds(node, lambda parts: all(self._is_fixed(part) for part in parts))
        return False

    def _included(self, node: IncludeNode) -> Template | None:
        """Return the template of an include with a fixed name; None for others and for those that hold themselves."""
        if not _is_literal(node.template) or node.template.filters:
            return None
        name = construct_relative_path(node.origin.template_name, str(node.template.var))
        if name in self.opened:
            return None
        try:
            return self.load(name)
        except TemplateDoesNotExist:
            return None

    def _sees_values_only(self, node: IncludeNode) -> bool:
        return self._holds(node, self._is_plain)

    def _holds(self, node: IncludeNode, check: Callable[[NodeList], bool]) -> bool:
        """Say whether something is true of the parts of an included template."""
        template = self._included(node)
        if template is None:
            return False
        self.opened.append(str(template.name))
        try:
            return check(template.nodelist)
        finally:
            self.opened.pop()

    def _is_plain(self, nodes: Iterable[Node]) -> bool:
        """Say whether parts look at nothing but the variables of their context and the language."""
        for node in nodes:
            if isinstance(node, VariableNode | IfNode | ForNode | WithNode | BlockTranslateNode | IncludeNode):
                is_plain = all(_has_plain_filters(expression) for expression in _expressions(node))
                if isinstance(node, IncludeNode):
                    is_plain = is_plain and node.isolated_context and self._sees_values_only(node)
            else:
                is_plain = self._is_fixed(node)
            if not (is_plain and all(self._is_plain(part) for part in _parts(node))):
                return False
        return True


def _parts(node: Node) -> Iterator[NodeList]:
    """Yield the lists of parts that a part holds, of the tags that render them as they are."""
    if isinstance(node, IfNode):
        yield from (nodes for _condition, nodes in node.conditions_nodelists)
    elif isinstance(node, ForNode):
        yield from (node.nodelist_loop, node.nodelist_empty)
    elif isinstance(node, WithNode | BlockNode | ExtendsNode):
        yield node.nodelist


def _expressions(node: Node) -> Iterator[FilterExpression]:
    """Yield the expressions of a part, of the tags that hold no others."""
    if isinstance(node, VariableNode):
        yield node.filter_expression
    elif isinstance(node, ForNode):
        yield node.sequence
    elif isinstance(node, WithNode | IncludeNode | BlockTranslateNode):
        yield from node.extra_context.values()
        if isinstance(node, BlockTranslateNode) and node.counter is not None:
            yield node.counter
    elif isinstance(node, URLNode):
        yield from (*node.args, *node.kwargs.values())
    elif isinstance(node, IfNode):
        for condition, _nodes in node.conditions_nodelists:
            yield from _condition_expressions(condition)


def _condition_expressions(condition: Any) -> Iterator[FilterExpression]:
    if isinstance(condition, TemplateLiteral):
        yield condition.value
    elif condition is not None:
        yield from _condition_expressions(condition.first)
        yield from _condition_expressions(condition.second)


def _is_literal(expression: Any) -> bool:
    """Say whether an expression names no variable, not even in its filters."""
    is_variable = isinstance(expression.var, Variable) and expression.var.lookups is not None
    has_arguments = any(looks_up for _function, values in expression.filters for looks_up, _value in values)
    return not is_variable and not has_arguments and _has_plain_filters(expression)


def _has_plain_filters(expression: FilterExpression) -> bool:
    return all(
        function.__module__ == "django.template.defaultfilters" and function._filter_name in PLAIN_FILTERS
        for function, _values in expression.filters
    )


def _has_addresses(node: Node) -> bool:
    """Say whether a fixed part names a page of the site, or may do so."""
    if isinstance(node, FixedNode):
        return node.has_addresses
    return isinstance(node, URLNode | IncludeNode)


class FoldingLoader(BaseLoader):
    """Folds each template of the site's own folders as it is made, before anybody can render it."""

    def __init__(self, engine: Any) -> None:
        super().__init__(engine)
        self.folders = tuple(f"{Path(folder)}/" for folder in engine.dirs)
        self.state = threading.local()

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        """Return a template, folded if it is ours."""
        template = super().get_template(template_name, skip)
        if str(template.origin.name).startswith(self.folders):
            if not hasattr(self.state, "folding"):
                self.state.folding = Folding(self.get_template)
            self.state.folding.fold(template)
        return template


class Loader(CachedLoader, FoldingLoader):
    """Django's cached loader over the folding one: what it keeps is folded."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        """Return a template, from the cache if it was loaded before."""
        return super().get_template(template_name, skip)
