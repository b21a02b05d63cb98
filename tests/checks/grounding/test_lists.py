from tests.checks.grounding.brief import sketch


def test_bare_members_share_the_denial_of_the_first() -> None:
    assert sketch("There are no cars, people and dogs, but a horse.") == (
        "-car, -people, -dog, horse"
    )


def test_a_member_with_an_article_of_its_own_is_not_denied() -> None:
    assert sketch("There are no cars and a bus is there.") == "-car, bus"


def test_an_or_takes_back_the_whole_list() -> None:
    assert sketch("He has a cat, a dog, or a bird.") == "cat~, dog~, bird~"


def test_what_is_definite_stays_claimed_beside_an_or() -> None:
    assert sketch("He likes the cat or a dog.") == "cat, dog~"


def test_a_likeness_of_several_things_is_one() -> None:
    assert sketch("A statue of a man and a horse.") == "(man: depicted), (horse: depicted)"
