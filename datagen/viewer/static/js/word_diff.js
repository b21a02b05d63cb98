// Word difference: what one text has and the other has not, word by word.

import { html } from "../vendor/preact-htm.js";
import { show } from "./texts.js";
import { Turns } from "./turns.js";

const MOST = 1500; // words of a text; the table of the longest common part grows with their product

/**
 * Pieces [{text, kind: "same" | "gone" | "new"}] that lead from one text to the other:
 * the longest common subsequence of words, each with the blank before it.
 */
export function diffWords(before, after) {
  const [a, b] = [before, after].map((text) => text.match(/\s*[\p{L}\p{N}'’-]+|\s*[^\s\p{L}\p{N}]|\s+/gu) || []);
  if (a.length > MOST * 2 || b.length > MOST * 2) return before === after ? [{ text: before, kind: "same" }] : [{ text: before, kind: "gone" }, { text: after, kind: "new" }];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const pieces = [
    ...a.slice(0, head).map((text) => ({ text, kind: "same" })),
    ...diffMiddle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map((text) => ({ text, kind: "same" })),
  ];
  return join(pieces);
}

function diffMiddle(a, b) {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = a[i] === b[j] ? lengths[(i + 1) * width + j + 1] + 1 : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  const pieces = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      pieces.push({ text: a[i], kind: "same" });
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && lengths[(i + 1) * width + j] >= lengths[i * width + j + 1])) {
      pieces.push({ text: a[i], kind: "gone" });
      i += 1;
    } else {
      pieces.push({ text: b[j], kind: "new" });
      j += 1;
    }
  }
  return pieces;
}

function join(pieces) {
  const joined = [];
  for (const piece of pieces) {
    const last = joined[joined.length - 1];
    if (last?.kind === piece.kind) last.text += piece.text;
    else joined.push({ ...piece });
  }
  return joined;
}

/** The difference as text: what is gone struck out, what is new underlined. */
function Difference({ before, after }) {
  return html`${diffWords(before, after).map(({ text, kind }) => (kind === "same" ? show(text) : kind === "gone" ? html`<del>${show(text)}</del>` : html`<ins>${show(text)}</ins>`))}`;
}

/** Where the trainer puts the picture matters to nobody who compares words. */
function withoutToken(text) {
  return text.replace(/\n?<image>\n?/, "");
}

/** A dialogue beside another, turn by turn; what both have is shown plain. */
export function DiffTurns({ before, after }) {
  return html`<${Turns} turns=${after} fill=${(turn, n) => html`<${Difference} before=${withoutToken(before[n]?.text ?? "")} after=${withoutToken(turn.text)} />`} />`;
}
