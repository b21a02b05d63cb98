"""Texts in other languages and scripts than the data set; all invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks.script import check_script
from datagen.checks.texts import make_passages


def find(text: str, language: str = "English") -> list[str]:
    read = make_passages([(1, True, text)])
    return [finding.code for finding in check_script(read.passages, language)]


OWN = {
    "English": "A cook stands at the stove and tastes the soup with a spoon.",
    "German": "Ein Koch steht am Herd und probiert die Suppe mit einem Löffel.",
    "Spanish": "Un cocinero está junto a la cocina y prueba la sopa con una cuchara.",
    "French": "Un cuisinier est devant le four et goûte la soupe avec une cuillère.",
    "Korean": "요리사가 가스레인지 앞에서 숟가락으로 국을 맛보고 있습니다.",
    "Chinese": "厨师站在炉子前，用勺子品尝汤。",  # noqa: RUF001  # its own comma
    "Japanese": "料理人がコンロの前に立って、スプーンでスープを味見しています。",
    "Russian": "Повар стоит у плиты и пробует суп ложкой.",  # noqa: RUF001  # Cyrillic on purpose
}


@pytest.mark.parametrize("text", OWN)
@pytest.mark.parametrize("language", OWN)
def test_a_text_passes_in_its_own_language_and_in_no_other(language: str, text: str) -> None:
    found = find(OWN[text], language)
    assert bool(found) is (text != language)
    assert set(found) <= {"wrong-script", "wrong-language"}


@pytest.mark.parametrize(
    "text",
    [
        "The sign reads 出口 in red letters.",
        "A café called Ресторан is on the corner of the street.",
        "The shop's name is 東京屋, and it sells tea.",
        "The word \u201cначало\u201d is painted on the wall.",  # noqa: RUF001  # Cyrillic on purpose
        "The banner (안녕하세요) hangs over the street.",
        'The poster says "Bitte nicht auf den Rasen treten" in white.',
        "A fire engine of the Feuerwehr stands in front of the Gasthaus zur Post.",
        "The angle is about 30°, and the resistor has 5 kΩ.",
        "A jalapeño and a crème brûlée stand next to the piñata.",
        "The ship is called La Estrella de la Mar.",
        "Yes \U0001f642",
        "In",
        "",
    ],
)
def test_names_and_signs_in_another_language_pass(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    "text",
    ["The cook 正在 tastes the soup with a spoon.", "A man is waiting на остановке for a bus."],
)
def test_foreign_words_among_the_own_ones_are_noted(text: str) -> None:
    assert find(text) == ["foreign-letters"]


@pytest.mark.parametrize("text", ["COCO", "STOP", "Coca-Cola", "iPhone 12 Pro Max", "12", "사진"])
def test_a_brand_is_no_answer_in_another_language(text: str) -> None:
    assert find(text, "Korean") == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ja, das ist ein Hund.", "English"),
        ("Il y a deux chiens dans le jardin.", "English"),
        ("Hay dos perros en el jardín.", "English"),
        ("Yes, there is a dog in the garden.", "German"),
        ("There are two dogs in the garden.", "Korean"),
        ("Il cane è sul divano accanto alla finestra.", "English"),
        ("De hond zit op een stoel naast het raam.", "English"),
    ],
)
def test_short_answers_in_another_language_are_found(text: str, language: str) -> None:
    assert len(find(text, language)) == 1


def test_a_code_names_the_language_as_well() -> None:
    assert find(OWN["Korean"], "ko-KR") == []
    assert find(OWN["English"], "ko") == ["wrong-script"]


def test_an_unknown_language_is_not_judged() -> None:
    assert find(OWN["English"], "Klingon") == []
    assert find(OWN["Chinese"], "Klingon") == []


@given(st.text(), st.sampled_from([*OWN, "Klingon", "Hindi"]))
def test_any_text_gives_one_finding_at_most(text: str, language: str) -> None:
    assert len(find(text, language)) <= 1
