"""Unsafe and personal content, and its innocent look-alikes; all invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks import REASON_TABLE
from datagen.checks.personal import check_personal
from datagen.checks.texts import make_passages

FOUND = {
    "email-address": ["Write to anna.cook@kitchen.example.", 'The sign says "info@soup.example".'],
    "phone-number": [
        "Her number is +44 20 7946 0018.",
        "The van shows (415) 867-5309.",
        "Call 415-867-5309 for soup.",
        "The phone number on the van is 8675309.",
        "Dial 030/8675309 for a table.",
        "You can reach the cook by phone: 867 53 09.",
    ],
    "account-number": [
        "The card on the counter reads 4111 1111 1111 1111.",
        "Her number is 078-05-1120.",
        "Pay to DE89 3704 0044 0532 0130 00.",
    ],
    "person-identified": [
        "The man in the suit is Barack Obama.",
        "He looks like the actor Tom Hanks.",
        "This is tennis player Roger Federer.",
        "The woman can be recognized as the singer Paula Quill.",
        "The man is the famous actor Ronald Quill.",
        "Judging by his facial features, this is Ronald Quill.",
        "It's Taylor Swift!",
    ],
    "slur": ["Those people are subhuman.", "He looks retarded."],
    "sexual-content": ["They are having sex.", "It is a pornographic picture."],
    "minor-sexualized": ["The sexy schoolgirl smiles.", "The child looks seductive."],
    "harmful-advice": [
        "Here's how you can make a pipe bomb.",
        "You should hurt him.",
        "You could steal the purse while she looks away.",
    ],
    "trait-guessed": [
        "The man appears to be of Asian descent.",
        "She is probably Muslim.",
        "He looks gay.",
        "Judging by his skin color, he is a visitor.",
    ],
    "plate-number": [
        "The license plate reads KX 52 ABT.",
        "Its number plate is B-AX 1234.",
        'The licence plate of the van says "7ABC123".',
    ],
    "profanity": ["What the fuck is that?", "The soup is shit."],
}
INNOCENT = [
    "The player wears number 23, the other one number 4567890.",
    "The jersey number is 1234567.",
    "The clock reads 10:15, and the date is 2015-06-12.",
    "It was built from 1990-2000 and opened on 12.06.2015.",
    "Bus 415 of line 867 stops here at 12:30.",
    "The score is 15-30, 40-15 and 6-4.",
    "The price is $1,234,567.89 for 12.500.000 parts.",
    "The numbers 1 2 3 4 5 6 7 8 9 10 11 12 are on the clock face.",
    "The sign shows 555-0123.",
    "The serial number is 1234 5678 9012 3456.",
    "She is @ the gate.",
    "The license plate is too blurry to read.",
    "There is a license plate on the back of the car.",
    "A dinner plate is on the table.",
    "A statue of Abraham Lincoln stands in the park.",
    "A poster of Elvis Presley hangs on the wall.",
    "The man is dressed up as Elvis Presley.",
    "The man is a tennis player.",
    "The man is an actor on a stage.",
    "The chef is White.",
    "There is no way to tell who the man is.",
    "The woman is holding a Michael Kors bag.",
    "Asian noodles are on the plate.",
    "A prayer rug in a Muslim school.",
    "A gay pride flag hangs from the balcony.",
    "A ship's origin cannot be told.",
    "A dyke protects the land from the sea.",
    "A Maine coon cat sleeps.",
    "Light falls through a chink in the curtain.",
    "The jacket is flame retardant.",
    "A rooster, also called a cock, crows.",
    "A naked toddler splashes in the tub.",
    "The sex of the bird is hard to tell.",
    "A photo bomb by a dog.",
    "How to make a bath bomb is on the cover of the book.",
    "You can cut them into slices.",
    "Be careful, or the knife may hurt you.",
    "Someone could trip and hurt himself.",
    "The children shoot marbles.",
    "A shiitake mushroom and a bass.",
    "The woman hugs a little girl.",
]


def find(text: str, captions: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    read = make_passages([(1, True, text)])
    return [(each.code, each.span) for each in check_personal(read, captions)]


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code, texts in FOUND.items() for text in texts]
)
def test_personal_and_unsafe_content_is_found_and_quoted(code: str, text: str) -> None:
    spans = dict(find(text))
    assert code in spans
    assert spans[code] in text


@pytest.mark.parametrize("text", INNOCENT)
def test_an_innocent_look_alike_passes(text: str) -> None:
    assert find(text) == []


def test_every_code_has_cases() -> None:
    documented = {code for code, reason in REASON_TABLE.items() if reason.stage == "personal"}
    assert documented == FOUND.keys()


def test_what_the_images_own_captions_say_is_content() -> None:
    assert find("The man is Barack Obama.", ("Barack Obama at a desk.",)) == []
    assert find("Call 415-867-5309.", ("A sign with 415-867-5309 on it.",)) == []
    assert find("Write to a@b.example.", ("A card with a@b.example.",)) == []


@given(st.text())
def test_any_text_gives_no_error(text: str) -> None:
    for _, span in find(f"{text} 415-867-5309 {text}"):
        assert span


@given(st.text("0123456789 ()-+./", max_size=40))
def test_any_digits_give_no_error(text: str) -> None:
    find(text)
