"""Every rule of grounding is in the table with examples that show it, and no other one is."""

import ast
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest

from datagen.checks import grounding
from datagen.checks.checker import CODES
from datagen.checks.grounding import claims, counts, geometry, places, readings, score
from datagen.checks.grounding.claims import Claim, Family, Verdict
from datagen.checks.grounding.dialogue import judge_dialogue
from datagen.checks.grounding.evidence import gather_evidence
from datagen.checks.grounding.reader import LexiconReader
from datagen.checks.table import Rule, RuleExample, format_reason_table, load_contexts, load_rules
from datagen.records import AnnotatedImage
from tests.audit.corpus import DATA, read_samples, read_written
from tests.audit.hard_cases import read_hard_cases

READER = LexiconReader()
RULES = load_rules()
EXAMPLES = [(rule, example) for rule in RULES for example in rule.examples]
ID = re.compile(r"[a-z]+(-([a-z]+|\*))*")
"""A rule, or what an f-string makes of one: letters first, so that no hole alone passes for all."""


def judge(image: AnnotatedImage, *texts: str) -> list[Claim]:
    return judge_dialogue(texts, gather_evidence(image, READER), READER)


def find_shown(rule: Rule, example: RuleExample) -> list[Claim]:
    """The claims of an example that its rule decided with its verdict."""
    return [
        claim
        for claim in judge(example.image, example.question, example.answer)
        if claim.rule == rule.id
        and claim.verdict == example.verdict
        and claim.family in rule.families
    ]


def name_example(value: Rule | RuleExample) -> str:
    if isinstance(value, Rule):
        return f"{value.families[0]} {value.id}"
    return f"{value.verdict}: {value.answer}"


@pytest.mark.parametrize(("rule", "example"), EXAMPLES, ids=name_example)
def test_an_example_has_a_claim_by_its_rule_with_its_verdict(
    rule: Rule, example: RuleExample
) -> None:
    assert find_shown(rule, example)


@pytest.mark.parametrize("rule", RULES, ids=name_example)
def test_the_examples_show_every_family_of_a_rule(rule: Rule) -> None:
    shown = {claim.family for example in rule.examples for claim in find_shown(rule, example)}
    assert shown == set(rule.families)


def test_a_family_has_a_rule_but_once() -> None:
    pairs = Counter((family, rule.id) for rule in RULES for family in rule.families)
    assert max(pairs.values()) == 1
    assert {family for family, _ in pairs} == set(get_args(Family))


def test_rules_and_their_examples_are_well_formed() -> None:
    for rule in RULES:
        assert ID.fullmatch(rule.id)
        assert rule.sentence.endswith(".")
        assert {example.verdict for example in rule.examples} <= set(get_args(Verdict))
        assert "|" not in rule.sentence


def test_every_picture_of_the_examples_is_used() -> None:
    assert {example.image.id for _, example in EXAMPLES} == load_contexts().keys()


def test_every_family_that_can_be_contradicted_shows_it() -> None:
    shown = {
        family
        for rule, example in EXAMPLES
        for family in rule.families
        if example.verdict == "contradicted"
    }
    assert shown == CODES.keys()


def test_the_table_has_a_row_for_every_rule() -> None:
    text = format_reason_table().partition("## Rules of grounding")[2]
    for rule in RULES:
        assert f"| `{rule.id}` | {', '.join(rule.families)} | {rule.sentence} |" in text


# --- what the code may give, by its source ----------------------------------------------------


def list_modules() -> list[Path]:
    """The modules that make claims or verdicts."""
    folder = Path(inspect.getfile(grounding)).parent
    source = f"from {claims.__name__} import"
    return [path for path in folder.glob("*.py") if source in path.read_text(encoding="utf-8")]


def list_literals(*modules: ModuleType) -> set[str]:
    """The words of all `Literal` types of some modules, which are no rules."""
    return {
        word
        for module in modules
        for kind in vars(module).values()
        for word in get_args(kind)
        if isinstance(word, str)
    }


def spell(node: ast.AST | None) -> Iterator[str]:
    """The texts that an expression may give as it is; the holes of an f-string become stars."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield "".join(
                part.value if isinstance(part, ast.Constant) else "*"  # type: ignore[misc] # the constants of an f-string are texts
                for part in values
            )
        case ast.IfExp(body=body, orelse=orelse):
            yield from spell(body)
            yield from spell(orelse)
        case ast.BoolOp(values=values) | ast.Tuple(elts=values) | ast.Dict(values=values):
            for value in values:
                yield from spell(value)


_HOLDERS = frozenset({"rule", "doubt"})
"""Names of variables that hold a rule."""


def names(target: ast.expr) -> list[str]:
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]


def list_given(tree: ast.Module) -> Iterator[str]:
    """Texts in the places of a module from which a rule comes."""
    takers = {
        node.name: [argument.arg for argument in node.args.args].index("rule")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any(one.arg == "rule" for one in node.args.args)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Return(value=value) | ast.Yield(value=value):
                yield from spell(value)
            case ast.keyword(arg="rule", value=value):
                yield from spell(value)
            case ast.Assign(targets=[target], value=value) if not _HOLDERS.isdisjoint(
                names(target)
            ):
                yield from spell(value)
            case ast.AnnAssign(target=ast.Name(id="_DOUBTS"), value=value):
                yield from spell(value)
            case ast.Call(func=ast.Name(id=name), args=args) if name in takers:
                yield from spell(args[takers[name]] if len(args) > takers[name] else None)


@cache
def list_emitted() -> frozenset[str]:
    """Ids of rules in the source, with stars for what is put in."""
    found = {
        text
        for path in list_modules()
        for text in list_given(ast.parse(path.read_text(encoding="utf-8")))
    }
    others = list_literals(claims, counts, geometry, places, readings)
    return frozenset(text for text in found - others if ID.fullmatch(text))


def test_the_source_gives_no_rule_that_the_table_lacks() -> None:
    ids = {rule.id for rule in RULES}
    lacking = {
        given for given in list_emitted() if not any(fnmatchcase(known, given) for known in ids)
    }
    assert not lacking, "describe them in grounding/rules.toml"


def test_the_table_has_no_rule_that_the_source_does_not_give() -> None:
    idle = {
        rule.id
        for rule in RULES
        if not any(fnmatchcase(rule.id, given) for given in list_emitted())
    }
    assert not idle, "take them out of grounding/rules.toml"


@pytest.mark.parametrize(
    "line",
    [
        'return "unverifiable", "new-rule", ()',
        'return "" if known else "new-rule"',
        'yield noun, "new-rule"',
        'return Claim(rule="new-rule" if many else "boxed")',
        'rule = is_first() or "new-rule"',
        'verdict, rule = "supported", "new-rule"',
        '_DOUBTS: dict[str, str] = {"animal": "new-rule"}',
        'def make(run, rule): ...\n    make(1, "new-rule")',
    ],
)
def test_a_new_rule_is_found_wherever_the_source_gives_one(line: str) -> None:
    assert "new-rule" in list_given(ast.parse(f"def judge():\n    {line}"))


def test_every_kind_of_place_that_decides_has_a_rule() -> None:
    kinds = set(get_args(places.PlaceKind)) - {"local"}
    assert {f"place-{kind}" for kind in kinds} == {
        rule.id for rule in RULES if rule.families == ("relation",)
    }


def test_the_score_weighs_no_rule_that_the_table_lacks() -> None:
    assert {*score._DOUBTS, *score._IDLE} <= {rule.id for rule in RULES}


# --- what the code does give ------------------------------------------------------------------


def test_whatever_real_records_claim_has_an_example_in_the_table() -> None:
    shown = {
        (family, rule.id, example.verdict) for rule, example in EXAMPLES for family in rule.families
    }
    images = read_samples()
    others = dict(zip(images, [*images.values()][1:] + [*images.values()][:1], strict=True))
    cases = [
        case
        for known in (images, others)
        for case in read_written(DATA / "clean_samples.jsonl", known)
    ]
    judged = [(case.image, case.texts) for case in cases]
    judged += [
        (case.image, [turn["value"] for turn in case.record["conversations"]])
        for case in read_hard_cases()
    ]
    given = {
        (claim.family, claim.rule, claim.verdict)
        for image, texts in judged
        for claim in judge(image, *texts)
    }
    assert len(given) > len(RULES) // 2
    assert given <= shown
