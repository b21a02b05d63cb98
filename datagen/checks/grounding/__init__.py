"""Validate stage, grounding: held against captions and boxes, is it so?

    text --reader--> sentences with mentions --families--> claims --> findings and score

`readings` and `claims` are the records between the steps, `evidence` what is known of one image.
A reader finds the words that name a category, and says of each whether the text asserts it, doubts
it, denies it or says nothing of the kind (`lexicon`, `tokens`, `mentions`, `scope`, `quantities`,
put together in `reader`). Each family of claims is a function from a sentence and its surroundings
to claims with a verdict.
"""
