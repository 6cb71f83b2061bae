"""Answers as learners might give them: right ones made from the key, and plausible wrong ones."""

import random
from typing import Any

Json = Any


def right_answer(type_name: str, content: dict[str, Any], key: dict[str, Any]) -> Json:
    """Return a response that earns full marks; None for an essay, which nobody's key can write."""
    maker = _RIGHT.get(type_name)
    return maker(content, key) if maker else None


def wrong_answer(type_name: str, content: dict[str, Any], key: dict[str, Any], *, chance: random.Random) -> Json:
    """Return a plausible response that does not earn full marks; now and then a blank (None)."""
    if chance.random() < 0.08:
        return None
    maker = _WRONG.get(type_name)
    return maker(content, key, chance) if maker else None


def essay(chance: random.Random, *, language: str) -> str:
    """Return a short answer in words, of the kind that a marker reads all day."""
    parts = _ESSAY["zh" if language.startswith("zh") else "en"]
    return "\n\n".join(chance.sample(parts, k=3))


_ESSAY = {
    "zh": [
        "首先要确认业务的性质和发生时间，再判断应当计入哪个会计期间，不能只看钱什么时候收付。",
        "从凭证看，金额与合同一致，但日期跨月，所以应当先按权责发生制调整，再编制分录。",
        "分录的借贷方向应当与账户性质一致，资产增加记借方，负债增加记贷方，最后检查借贷是否相等。",
        "如果发现差错，本期的差错用红字冲销后重新登记，不能直接涂改原来的凭证。",
        "结论：该笔支出应当费用化，理由是不能给企业带来未来的经济利益。",
        "另外还要考虑税法与会计的差异，取得合规的发票，否则不得税前扣除。",
    ],
    "en": [
        "The average hides how far apart the two groups are; I would ask for the spread and the size of each first.",
        "Those who answered are probably unlike those who did not: the survey went to current customers only.",
        "The difference could be chance: with so few cases the interval around it is wide and includes no effect.",
        "I would report the absolute change beside the relative one, since a doubled small risk is still small.",
        "A fair test would assign people at random and decide beforehand what counts as a success and when to stop.",
        "The chart begins at ninety per cent, which makes a small change look dramatic; I would draw it from zero.",
    ],
}


def _ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def _other(options: list[str], chosen: str, chance: random.Random) -> str:
    rest = [option for option in options if option != chosen]
    return chance.choice(rest) if rest else chosen


def _best(fractions: dict[str, float]) -> str:
    return max(fractions, key=lambda option: fractions[option])


def _blank_right(blank: dict[str, Any]) -> str:
    if blank.get("numeric"):
        return str(blank["numeric"]["value"])
    best = max(blank["answers"], key=lambda answer: answer.get("fraction", 1))
    return str(best["text"]).replace("*", "")


def _blank_wrong(blank: dict[str, Any], chance: random.Random) -> str:
    if blank.get("numeric"):
        return f"{float(blank['numeric']['value']) * chance.choice([0.9, 1.1, 10, 0.5]) + 1.37:g}"
    return chance.choice(["不清楚", "?", "—"])


def _blanks_right(content: dict[str, Any], key: dict[str, Any]) -> Json:
    return {name: _blank_right(blank) for name, blank in key["blanks"].items()}


def _blanks_wrong(content: dict[str, Any], key: dict[str, Any], chance: random.Random) -> Json:
    answers = _blanks_right(content, key)
    name = chance.choice(sorted(answers))
    return answers | {name: _blank_wrong(key["blanks"][name], chance)}


def _cloze_right(content: dict[str, Any], key: dict[str, Any]) -> Json:
    kinds = {gap["id"]: gap["kind"] for gap in content["gaps"]}
    return {
        name: _best(gap["fractions"]) if kinds[name] == "choice" else _blank_right(gap)
        for name, gap in key["gaps"].items()
    }


def _cloze_wrong(content: dict[str, Any], key: dict[str, Any], chance: random.Random) -> Json:
    answers = _cloze_right(content, key)
    gap = chance.choice(content["gaps"])
    if gap["kind"] == "choice":
        return answers | {gap["id"]: _other(_ids(gap["options"]), answers[gap["id"]], chance)}
    return answers | {gap["id"]: _blank_wrong(key["gaps"][gap["id"]], chance)}


def _multiple_wrong(content: dict[str, Any], key: dict[str, Any], chance: random.Random) -> Json:
    correct = list(key["correct"])
    wrong = [option for option in _ids(content["options"]) if option not in correct]
    if wrong and chance.random() < 0.5:
        return [*correct[:-1], chance.choice(wrong)]
    return correct[:-1] or wrong[:1]


def _swapped(items: list[Json], chance: random.Random) -> list[Json]:
    place = chance.randrange(len(items) - 1)
    items = list(items)
    items[place], items[place + 1] = items[place + 1], items[place]
    return items


def _moved(pairs: dict[str, str], targets: list[str], chance: random.Random) -> dict[str, str]:
    name = chance.choice(sorted(pairs))
    return pairs | {name: _other(targets, pairs[name], chance)}


def _material_right(content: dict[str, Any], key: dict[str, Any]) -> Json:
    return {
        part["id"]: right_answer(part["type"], part["content"], key["questions"][part["id"]])
        for part in content["questions"]
    }


def _material_wrong(content: dict[str, Any], key: dict[str, Any], chance: random.Random) -> Json:
    answers = _material_right(content, key)
    part = chance.choice(content["questions"])
    return answers | {
        part["id"]: wrong_answer(part["type"], part["content"], key["questions"][part["id"]], chance=chance)
    }


_RIGHT: dict[str, Any] = {
    "single_choice": lambda content, key: _best(key["fractions"]),
    "multiple_choice": lambda content, key: list(key["correct"]),
    "true_false": lambda content, key: key["correct"],
    "fill_blank": _blanks_right,
    "numerical": lambda content, key: str(max(key["answers"], key=lambda row: row.get("fraction", 1))["value"]),
    "short_text": lambda content, key: str(max(key["answers"], key=lambda row: row.get("fraction", 1))["text"]).replace(
        "*", ""
    ),
    "matching": lambda content, key: dict(key["pairs"]),
    "ordering": lambda content, key: list(key["order"]),
    "categorisation": lambda content, key: dict(key["placement"]),
    "cloze": _cloze_right,
    "material": _material_right,
}

_WRONG: dict[str, Any] = {
    "single_choice": lambda content, key, chance: _other(_ids(content["options"]), _best(key["fractions"]), chance),
    "multiple_choice": _multiple_wrong,
    "true_false": lambda content, key, chance: not key["correct"],
    "fill_blank": _blanks_wrong,
    "numerical": lambda content, key, chance: (
        f"{float(key['answers'][0]['value']) * chance.choice([0.9, 1.1, 10, 0.5]) + 1.37:g}"
    ),
    "short_text": lambda content, key, chance: chance.choice(["不清楚", "?", "—"]),
    "matching": lambda content, key, chance: _moved(dict(key["pairs"]), _ids(content["right"]), chance),
    "ordering": lambda content, key, chance: _swapped(list(key["order"]), chance),
    "categorisation": lambda content, key, chance: _moved(dict(key["placement"]), _ids(content["categories"]), chance),
    "cloze": _cloze_wrong,
    "material": _material_wrong,
}
