"""Ask stage, offline: a scene -> a dialogue of short questions and answers.

It opens with what is going on and goes on with topics drawn at random; no topic is taken up twice
and no answer repeats what was said.
"""

from random import Random

from datagen.llm.offline import box_moves, deed_moves, fact_moves
from datagen.llm.offline.scene import Scene
from datagen.llm.offline.talk import Move, Talk
from datagen.records import Turn

_FEWEST, _WANTED, _MOST = 3, 4, 6
_OPENINGS: tuple[Move, ...] = (
    deed_moves.offer_overview,
    deed_moves.offer_overview,
    deed_moves.offer_action,
    deed_moves.offer_who,
)
_TOPICS: tuple[Move, ...] = (
    fact_moves.offer_color,
    deed_moves.offer_object,
    deed_moves.offer_place,
    fact_moves.offer_number,
    fact_moves.offer_setting,
    deed_moves.offer_content,
    deed_moves.offer_action,
    deed_moves.offer_wearing,
    fact_moves.offer_kind,
    deed_moves.offer_more,
    box_moves.offer_side,
    box_moves.offer_relation,
    box_moves.offer_boxed_number,
)
_AFTERTHOUGHTS: tuple[Move, ...] = (
    fact_moves.offer_color,
    fact_moves.offer_weather,
    fact_moves.offer_animal,
    fact_moves.offer_sport,
    box_moves.offer_absence,
    box_moves.offer_largest,
)
_LAST: tuple[Move, ...] = (
    deed_moves.offer_more,
    fact_moves.offer_presence,
    deed_moves.offer_more,
    fact_moves.offer_presence,
    box_moves.offer_bare,
)


def write_conversation(scene: Scene, rng: Random) -> tuple[Turn, ...]:
    """Four to six pairs, at least one; fewer than four where there is not more to say."""
    wanted = rng.randint(_WANTED, _MOST)
    talk = Talk(scene, rng)
    talk.take(rng.choice(_OPENINGS)(talk))
    if not talk.offers:
        talk.take(deed_moves.offer_overview(talk))
    _go_on(talk, wanted)
    if len(talk.offers) < _FEWEST:
        talk.relax()
        _go_on(talk, _FEWEST)
    return tuple(offer.turn for offer in talk.offers)


def _go_on(talk: Talk, wanted: int) -> None:
    for move in _order_moves(talk.rng):
        if len(talk.offers) >= wanted:
            return
        talk.take(move(talk))


def _order_moves(rng: Random) -> list[Move]:
    topics, afterthoughts = list(_TOPICS), list(_AFTERTHOUGHTS)
    rng.shuffle(topics)
    rng.shuffle(afterthoughts)
    middle = len(topics) // 2
    return [*topics[:middle], *afterthoughts[:3], *topics[middle:], *afterthoughts[3:], *_LAST]
