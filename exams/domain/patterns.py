r"""Regular expressions of authors, matched in bounded time.

Python's `re` backtracks and cannot be stopped from within a thread, and a wall-clock limit would make a
grade depend on the load of a machine. So patterns are compiled to a Thompson automaton and run on all states
at once: the time is at most states x characters, both capped, and the verdict is the same everywhere. The
price: no back references and no look-around; they are refused when authoring. Syntax: literals, `.`,
`[...]`, `\d \w \s \D \W \S`, groups, `|`, `* + ? {m,n}` (lazy forms mean the same), `^ $` at the ends. A
pattern matches the whole text.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from exams.domain.errors import InvalidPattern

MAXIMUM_PATTERN = 500
MAXIMUM_TEXT = 2_000
MAXIMUM_STATES = 2_000
MAXIMUM_DEPTH = 30

Test = Callable[[str], bool]

_CLASSES: dict[str, Test] = {
    "d": lambda sign: sign.isdecimal(),
    "D": lambda sign: not sign.isdecimal(),
    "w": lambda sign: sign.isalnum() or sign == "_",
    "W": lambda sign: not (sign.isalnum() or sign == "_"),
    "s": lambda sign: sign.isspace(),
    "S": lambda sign: not sign.isspace(),
}
_CONTROL = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(slots=True)
class _Automaton:
    """States by number: a test with one successor, or silent steps to several."""

    tests: list[Test | None] = field(default_factory=list)
    steps: list[list[int]] = field(default_factory=list)
    work: int = 0

    def spend(self) -> None:
        """Count one step of building, so that nested repetitions of nothing end too."""
        self.work += 1
        if self.work > 10 * MAXIMUM_STATES:
            raise InvalidPattern("This regular expression is too large; lower its repetition counts.")

    def add(self, test: Test | None = None, *steps: int) -> int:
        """Add a state and return its number; InvalidPattern when the pattern grows too large."""
        if len(self.tests) >= MAXIMUM_STATES:
            raise InvalidPattern("This regular expression is too large; lower its repetition counts.")
        self.tests.append(test)
        self.steps.append(list(steps))
        return len(self.tests) - 1


@dataclass(frozen=True, slots=True)
class _Node:
    """One piece of a parsed pattern: a test, a sequence, a choice or a repetition."""

    kind: str
    test: Test | None = None
    parts: tuple["_Node", ...] = ()
    least: int = 0
    most: int | None = None


class _Parser:
    """Recursive descent over the pattern text."""

    def __init__(self, pattern: str, *, ignore_case: bool) -> None:
        self.text = pattern
        self.at = 0
        self.depth = 0
        self.ignore_case = ignore_case

    def peek(self) -> str:
        """Return the next character, or nothing at the end."""
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        """Return the next character and step over it."""
        sign = self.peek()
        if not sign:
            raise InvalidPattern("This regular expression ends too early.")
        self.at += 1
        return sign

    def parse(self) -> _Node:
        """Return the tree of the whole pattern; `^` and `$` at the ends say what is true anyway."""
        if self.peek() == "^":
            self.at += 1
        node = self.choice()
        if self.at < len(self.text):
            raise InvalidPattern(f"Unexpected {self.peek()!r} in this regular expression.")
        return node

    def choice(self) -> _Node:
        """Return one alternative or a choice between several."""
        branches = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            branches.append(self.sequence())
        return branches[0] if len(branches) == 1 else _Node("choice", parts=tuple(branches))

    def sequence(self) -> _Node:
        """Return the pieces up to the next `|`, `)` or the end."""
        parts: list[_Node] = []
        while (sign := self.peek()) and sign not in "|)":
            if sign == "$" and self.at == len(self.text) - 1:
                self.at += 1
                break
            parts.append(self.repeated(self.atom()))
        return _Node("sequence", parts=tuple(parts))

    def repeated(self, node: _Node) -> _Node:
        """Return the piece under the quantifier that follows it, if one does."""
        sign = self.peek()
        if not sign or sign not in "*+?{":
            return node
        self.at += 1
        if sign == "{":
            least, most = self.bounds()
        else:
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        if self.peek() == "?":
            self.at += 1
        if (follows := self.peek()) and follows in "*+{":
            raise InvalidPattern("A repetition follows a repetition in this regular expression; put a group around it.")
        return _Node("repeat", parts=(node,), least=least, most=most)

    def bounds(self) -> tuple[int, int | None]:
        """Return m and n of `{m}`, `{m,}`, `{,n}` or `{m,n}`."""
        end = self.text.find("}", self.at)
        body = self.text[self.at : end] if end >= 0 else "?"
        low, comma, high = body.partition(",")
        if not all(part.isascii() and part.isdecimal() for part in (low, high) if part) or not (low or high):
            raise InvalidPattern("A repetition is written {3}, {2,} or {2,5}; a brace itself is written \\{.")
        self.at = end + 1
        least = int(low or 0)
        most = (int(high) if high else None) if comma else least
        if least > MAXIMUM_STATES or (most is not None and (most > MAXIMUM_STATES or most < least)):
            raise InvalidPattern("The repetition counts of this regular expression are too large or reversed.")
        return least, most

    def atom(self) -> _Node:
        """Return one character test or a group."""
        sign = self.take()
        if sign == "(":
            return self.group()
        if sign == "[":
            return _Node("test", test=self.character_class())
        if sign == ".":
            return _Node("test", test=lambda given: given != "\n")
        if sign == "\\":
            return _Node("test", test=self.escape())
        if sign in "*+?{^$":
            raise InvalidPattern(f"{sign!r} cannot stand here; the character itself is written \\{sign}.")
        return _Node("test", test=self.literal(sign))

    def group(self) -> _Node:
        """Return what stands between brackets."""
        self.depth += 1
        if self.depth > MAXIMUM_DEPTH:
            raise InvalidPattern("The groups of this regular expression are nested too deeply.")
        if self.peek() == "?":
            if self.text[self.at : self.at + 2] != "?:":
                raise InvalidPattern("Look-around and named groups are not supported; use (...) or (?:...).")
            self.at += 2
        node = self.choice()
        if self.peek() != ")":
            raise InvalidPattern("A bracket is not closed in this regular expression.")
        self.at += 1
        self.depth -= 1
        return node

    def literal(self, sign: str) -> Test:
        """Return the test for one character, in either case where case is ignored."""
        if self.ignore_case:
            wanted = sign.casefold()
            return lambda given: given.casefold() == wanted
        return lambda given: given == sign

    def escape(self) -> Test:
        """Return the test for what follows a backslash."""
        sign = self.take()
        if sign in _CLASSES:
            return _CLASSES[sign]
        if sign in _CONTROL:
            return self.literal(_CONTROL[sign])
        if sign.isascii() and sign.isalnum():
            raise InvalidPattern(f"\\{sign} is not supported (no back references, no boundaries).")
        return self.literal(sign)

    def character_class(self) -> Test:
        """Return the test for `[...]` with ranges, escapes and negation."""
        is_negated = self.peek() == "^"
        self.at += is_negated
        tests: list[Test] = []
        while (sign := self.take()) != "]" or not tests:
            if sign == "\\":
                if self.peek() in _CLASSES or self.text[self.at + 1 : self.at + 2] != "-":
                    tests.append(self.escape())
                    continue
                sign = self.take()
            if self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in {"]", ""}:
                self.at += 1
                high = self.take()
                if high == "\\":
                    high = self.take()
                tests.append(self.range(sign, high))
            else:
                tests.append(self.literal(sign))
        return lambda given: any(test(given) for test in tests) != is_negated

    def range(self, low: str, high: str) -> Test:
        """Return the test for a range of characters."""
        if high < low:
            raise InvalidPattern(f"The range {low}-{high} is reversed.")
        if self.ignore_case:
            return lambda given: any(low <= form <= high for form in (given, given.lower(), given.upper()))
        return lambda given: low <= given <= high


def _build(automaton: _Automaton, node: _Node, then: int) -> int:
    """Add the states of a node that lead to `then`; return the entry."""
    automaton.spend()
    if node.kind == "test":
        return automaton.add(node.test, then)
    if node.kind == "sequence":
        for part in reversed(node.parts):
            then = _build(automaton, part, then)
        return then
    if node.kind == "choice":
        return automaton.add(None, *[_build(automaton, part, then) for part in node.parts])
    (part,) = node.parts
    if node.most is None:
        loop = automaton.add(None, then)
        automaton.steps[loop].append(_build(automaton, part, loop))
        then = loop
    else:
        end = then
        for _ in range(node.most - node.least):
            then = automaton.add(None, _build(automaton, part, then), end)
    for _ in range(node.least):
        then = _build(automaton, part, then)
    return then


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled regular expression of an author."""

    automaton: _Automaton
    start: int
    end: int

    def is_match(self, text: str, /) -> bool:
        """Tell whether the whole text fits; a text over MAXIMUM_TEXT characters never does."""
        if len(text) > MAXIMUM_TEXT:
            return False
        states = self._reach({self.start})
        for sign in text:
            states = self._reach({self.automaton.steps[at][0] for at in states if self._accepts(at, sign)})
            if not states:
                return False
        return self.end in states

    def _accepts(self, at: int, sign: str) -> bool:
        test = self.automaton.tests[at]
        return test is not None and test(sign)

    def _reach(self, states: set[int]) -> set[int]:
        """Follow silent steps."""
        reached = set(states)
        waiting = list(states)
        while waiting:
            at = waiting.pop()
            if self.automaton.tests[at] is None:
                fresh = [step for step in self.automaton.steps[at] if step not in reached]
                reached.update(fresh)
                waiting.extend(fresh)
        return reached


@lru_cache(maxsize=256)
def compile_pattern(pattern: str, /, *, ignore_case: bool = False) -> Pattern:
    """Return the compiled pattern; InvalidPattern says what is wrong with it or what it costs too much."""
    if len(pattern) > MAXIMUM_PATTERN:
        raise InvalidPattern(f"A regular expression has at most {MAXIMUM_PATTERN} characters.")
    tree = _Parser(pattern, ignore_case=ignore_case).parse()
    automaton = _Automaton()
    end = automaton.add()
    return Pattern(automaton, _build(automaton, tree, end), end)
