"""Read stage: the annotations of a captions file; the texts lie in a spool until they are sorted."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from msgspec import UNSET

from datagen.sources.annotations import (
    Annotations,
    Flags,
    Integers,
    label_annotation,
    list_numbers,
    order_rows,
    show_value,
)
from datagen.sources.captions import clean_caption
from datagen.sources.entries import CaptionEntry, PlainCaption
from datagen.sources.index import IndexWriter
from datagen.sources.pictures import NONE, PictureTable
from datagen.sources.spool import Spool

_AT_ONCE = 1 << 16  # captions that are written


class CaptionColumns(Annotations[CaptionEntry]):
    """Takes the annotations of a captions file; each text has a line break behind it.

    Attributes:
        has_captions: whether any of them has a caption, of whatever kind.
    """

    def __init__(self, path: Path) -> None:
        """Begin with none."""
        super().__init__(CaptionEntry, path)
        self.has_captions = False
        self._decode_plain = msgspec.json.Decoder(list[PlainCaption]).decode
        self._decode = msgspec.json.Decoder(list[CaptionEntry]).decode
        self._texts = Spool()
        self._lengths: list[Integers] = []  # bytes, with the line break

    def take(self, chunk: memoryview) -> None:
        """Take a chunk; see `stream.Taker`."""
        try:
            entries = self._decode_plain(chunk)
            ids, image_ids = list_numbers(entries, "id"), list_numbers(entries, "image_id")
        except (msgspec.DecodeError, OverflowError):
            self.add_odd(self._decode(chunk))
            return
        self.has_captions = True
        self._add(ids, image_ids, self._add_texts(entries))

    def add_odd(self, entries: Sequence[CaptionEntry]) -> None:
        """Add entries that are all judged by themselves."""
        self.has_captions |= any(entry.caption is not UNSET for entry in entries)
        super().add_odd(entries)
        self._lengths.append(np.zeros(len(entries), np.int64))

    def _add_texts(self, entries: list[PlainCaption]) -> dict[int, CaptionEntry]:
        """Add the clean texts; what cannot be cleaned is odd."""
        odd = {}
        texts = [entry.caption.strip() for entry in entries]
        joined = "\n".join([*texts, ""])
        if not all(texts) or len(joined.splitlines()) != len(texts) or "\ufffd" in joined:
            for place, entry in enumerate(entries):
                texts[place], code = clean_caption(entry.caption)
                if code:
                    odd[place] = CaptionEntry(entry.image_id, entry.id, entry.caption)
            joined = "".join([f"{text}\n" if text else "" for text in texts])
        data = joined.encode()
        if len(data) == len(joined):
            lengths = [len(text) for text in texts]
        else:
            lengths = [len(text.encode()) for text in texts]
        self._texts.write(data)
        self._lengths.append(np.array(lengths, np.int64) + (np.array(lengths) > 0))
        return odd

    def settle(self, table: PictureTable) -> Integers:
        """Judge what is open; the row of every caption, `NONE` for those that are left out."""
        _, rows = self.admit(table)
        lengths = np.concatenate([np.zeros(0, np.int64), *self._lengths])
        ends = lengths.cumsum()
        end = int(ends[-1]) if len(ends) else 0
        starts = ends - lengths
        for position, entry in self.iterate_odd(rows):
            text, code = clean_caption(entry.caption)
            if code:
                label = label_annotation(entry.id, entry.image_id)
                self.notes.note(code, label, show_value(entry.caption))
                rows[position] = NONE
            else:
                data = f"{text}\n".encode()
                self._texts.write(data)
                starts[position], lengths[position] = end, len(data)
                end += len(data)
        self._starts, self._lengths = starts, [lengths]
        return rows

    def write(self, writer: IndexWriter, rows: Integers, keep: Flags) -> None:
        """Write the captions of the kept rows, after `settle`."""
        content, (lengths,) = self._texts.show(), self._lengths
        writer.write("captions", b"")
        order = order_rows(rows, keep)
        for first in range(0, len(order), _AT_ONCE):
            positions = order[first : first + _AT_ONCE]
            starts = self._starts[positions]
            pairs = zip(starts.tolist(), (starts + lengths[positions]).tolist(), strict=True)
            writer.write("captions", b"".join([content[start:end] for start, end in pairs]))
        sizes = np.bincount(rows[order], weights=lengths[order], minlength=len(keep))
        writer.write("caption_ends", np.append(0, sizes[keep].cumsum()).astype(np.uint64))
