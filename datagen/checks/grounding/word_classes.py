"""Grounding, reading: the closed classes of English words that the rules ask for."""


def split_set(words: str) -> frozenset[str]:
    """A set of words, written in one string.

    >>> sorted(split_set("b a"))
    ['a', 'b']
    """
    return frozenset(words.split())


DEFINITE = split_set("the this that these those his her their its our my your 's both")
DETERMINERS = DEFINITE | split_set(
    "a an another each every any some no all neither either which what many several few most"
)
PRONOUNS = split_set(
    "he she it they there we you i this these those someone somebody everyone nobody who which"
)
AUXILIARIES = split_set(
    "is are was were be been being 're has have had can could may might must shall should will would "
    "does do did isn't aren't wasn't weren't doesn't don't didn't can't cannot couldn't won't wouldn't "
    "shouldn't hasn't haven't 'll 'd"
)
FINITE = (AUXILIARIES - split_set("be been being")) | split_set(
    "seems appears seem appear looks stands stand sits sit holds hold wears wear shows show lies lie "
    "walks walk rides ride hangs hang runs features contains includes rests watches "
    "watch plays play carries carry leans leads faces fills covers adds suggests indicates gives "
    "makes waits flies occupies dominates stretches reaches grazes displays depicts adorn adorns "
    "stood sat held wore lay hung"
)
CLAUSE_END = split_set(
    "that which who whose whom where and or but , ; : ( ) - if when while because as"
)
PREPOSITIONS = split_set(
    "of in on at by with from to for into onto near behind beside besides between among under over "
    "above below beneath underneath along across around through toward towards against inside outside "
    "within without during after before beyond past atop amid amidst amongst upon off up down "
    "next alongside throughout via per"
)
CONJUNCTIONS = split_set(
    "and or but nor while whereas although though because since as if unless than so yet plus"
)
PHRASE_END = ((CLAUSE_END | PREPOSITIONS | FINITE) - split_set("of and or as")) | {"."}
COLOURS = split_set(
    "black white red green blue yellow orange brown grey gray pink purple tan beige gold golden silver "
    "dark light bright cream navy teal maroon turquoise"
)
ADJECTIVES = COLOURS | split_set(
    "big small large little tiny huge giant tall short long young old older younger elderly new modern "
    "vintage antique wooden metal plastic stuffed empty full parked nearby various several many other "
    "more different open closed colorful colourful fresh ripe sliced cooked baked fluffy furry cute "
    "adorable striped spotted male female additional similar domestic wild real live single beautiful "
    "round square thick thin wet dry clean dirty shiny glossy happy curious playful lone chocolate "
    "glazed frosted grilled toasted hot cold steel stainless leather cloth paper ceramic glass"
)
