"""Read stage, pure part: one caption as a file gives it -> one clean line."""


def clean_caption(raw: object) -> tuple[str, str]:
    r"""Strip a caption and turn its inner line breaks into spaces; all else stays as it is.

    Returns:
        The caption and an empty code, or an empty text and the code that tells why it is unusable.

    >>> clean_caption(" Two dogs\nrun. ")
    ('Two dogs run.', '')
    >>> clean_caption("  ")
    ('', 'caption-empty')
    """
    if not isinstance(raw, str):
        return "", "caption-not-text"
    if not is_unicode(raw):
        return "", "text-not-unicode"
    text = " ".join(raw.strip().splitlines())
    return (text, "") if text else ("", "caption-empty")


def is_unicode(text: str) -> bool:
    r"""Whether the text can be written as UTF-8; half a surrogate pair cannot.

    >>> is_unicode("\ud83d")
    False
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
