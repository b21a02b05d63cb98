"""Validate stage: texts of a record -> unsafe or personal content.

The list stands in `phrases/personal.toml`; here are the addresses and numbers, which no list of
phrases can tell. A number alone is innocent: jerseys, clocks, prices, buses and scores have them.
So a telephone number must be written as one or be called one, and the number of a card must carry
its check digit. A number that the image's captions hold as well is content.
"""

import re
from collections.abc import Iterator, Sequence

from datagen.checks.language import find_phrases
from datagen.checks.reasons import make_finding
from datagen.checks.texts import Passage, Passages
from datagen.records import Finding

_EMAIL = re.compile(r"[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{2,24}){1,4}")

# Seven digits or more with the usual signs between; the first look costs nothing without digits.
_NUMBER = re.compile(
    r"(?<![\w.,$\u20ac\u00a3#])\+?\(?\d(?:[ ().\-\u2010-\u2013/]{0,2}\d){6,18}(?!\w)"
)
_DIGIT = re.compile(r"\d")
_WRITTEN_AS_PHONE = re.compile(
    r"\+\d[\d ().\-\u2010-\u2013/]{7,20}|\(\d{2,5}\) ?\d{3,4}[ .\-]?\d{3,5}"
    r"|(?:1[ .\-])?\d{3}([ .\-])\d{3}\1\d{4}|0\d{2,4}[ /\-]\d{3,4}[ \-]?\d{3,5}"
)
_CALLED_PHONE = re.compile(
    r"\b(?:phone|telephone|mobile|cell|fax|hotline|whatsapp|tel\.?|call(?:ing)?|dial(?:ling|ing)?"
    r"|contact|reach(?:ed)?|text)\b[^\n.!?]{0,30}$",
    re.IGNORECASE,
)
_CALL_LENGTH = 60
_FICTIONAL = re.compile(r"555[ .\-]?01\d\d$")

_SOCIAL_SECURITY = re.compile(r"\d{3}-\d{2}-\d{4}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_DATE = re.compile(r"(?:19|20)\d\d([ ./\-])\d{1,2}\1\d{1,2}|\d{1,2}([ ./\-])\d{1,2}\2(?:19|20)\d\d")

_CARD_DIGITS = range(13, 20)
_PHONE_DIGITS = range(7, 16)


def check_personal(read: Passages, captions: Sequence[str] = ()) -> list[Finding]:
    """Say which texts hold unsafe or personal content.

    Args:
        read: the messages of a record, questions as well.
        captions: the image's own captions; what they hold is content.
    """
    findings = find_phrases(read, "personal", captions)
    known = " ".join(captions)
    for passage in read.passages:
        findings += _check_numbers(passage, known)
    return findings


def _check_numbers(passage: Passage, captions: str) -> Iterator[Finding]:
    text = passage.text
    email = _EMAIL.search(text) if "@" in text else None
    if email and email[0] not in captions:
        yield make_finding("email-address", turn=passage.turn, span=email[0])
    if not _DIGIT.search(text):
        return
    found: set[str] = set()
    for match in (*_NUMBER.finditer(text), *_IBAN.finditer(text)):
        code = _classify(match[0], text[max(0, match.start() - _CALL_LENGTH) : match.start()])
        if code and code not in found and match[0] not in captions:
            found.add(code)
            yield make_finding(code, turn=passage.turn, span=match[0])


def _classify(number: str, before: str) -> str:
    """The code of what looks like a number of that kind, or nothing."""
    digits = re.sub(r"\D", "", number)
    if number[0].isalpha():
        return "account-number" if _has_iban_check(number) else ""
    if _SOCIAL_SECURITY.fullmatch(number):
        return "account-number"
    if _DATE.fullmatch(number):
        return ""
    if len(digits) in _CARD_DIGITS and number[0] != "+" and _has_luhn_check(digits):
        return "account-number"
    is_phone = _WRITTEN_AS_PHONE.fullmatch(number) or _CALLED_PHONE.search(before)
    if is_phone and len(digits) in _PHONE_DIGITS and not _FICTIONAL.search(number):
        return "phone-number"
    return ""


def _has_luhn_check(digits: str) -> bool:
    """The check digit of payment cards; ten zeros pass it, so one digit alone is no card."""
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))]
    return len(set(digits)) > 1 and sum(sum(divmod(value, 10)) for value in doubled) % 10 == 0


def _has_iban_check(number: str) -> bool:
    """The check digits of international bank account numbers (ISO 7064, remainder 97)."""
    code = number.replace(" ", "")
    return int("".join(str(int(sign, 36)) for sign in code[4:] + code[:4])) % 97 == 1
