// Texts of models: shown as text nodes, with what cannot be seen made visible. No link is ever made.

import { html, useState } from "../vendor/preact-htm.js";
import { formatCount } from "./words.js";

// Controls, format and bidi characters, surrogates, private use, unassigned, line separators.
// Line feed and tab are shown as they are; joiners belong to scripts and emoji and reorder nothing.
const HIDDEN = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;
const LONG = 20_000; // characters; more would make the page slow to draw
const MORE = 200_000;

/** Pieces of a text for the page: plain strings, and codes in place of hidden characters. */
export function show(text) {
  const whole = String(text ?? "");
  if (whole.search(HIDDEN) < 0) return whole;
  const pieces = [];
  let at = 0;
  for (const hit of whole.matchAll(HIDDEN)) {
    pieces.push(whole.slice(at, hit.index));
    pieces.push(html`<span class="hidden-character">${name(hit[0])}</span>`);
    at = hit.index + hit[0].length;
  }
  pieces.push(whole.slice(at));
  return pieces;
}

/** The same as one string, for attributes. */
export function showPlain(text) {
  return String(text ?? "").replace(HIDDEN, name);
}

function name(character) {
  return `⟨U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** A text that may be megabytes long: its beginning, and a button for more. */
export function Long({ text, render = show }) {
  const [limit, setLimit] = useState(LONG);
  const whole = String(text ?? "");
  if (whole.length <= limit) return html`${render(whole)}`;
  const rest = whole.length - limit;
  return html`${render(whole.slice(0, limit))}… <button class="plain" onClick=${() => setLimit(limit + MORE)}>
    Show ${rest > MORE ? `the next ${formatCount(MORE)}` : "the remaining"} characters (${formatCount(rest)} left)</button>`;
}

const SURROGATE = /[\ud800-\udfff]/;

/**
 * From offsets that count characters, as Python does, to offsets of this language's strings,
 * which count some characters twice.
 */
export function makeOffsets(text) {
  if (!SURROGATE.test(text)) return (offset) => offset;
  const starts = [];
  let at = 0;
  for (const character of text) {
    starts.push(at);
    at += character.length;
  }
  return (offset) => (offset < starts.length ? starts[offset] : text.length);
}

/**
 * Cut a text at spans: pieces in order that together are the text, each with the spans over it.
 * Spans are {start, end, …} in this language's offsets; they may nest, overlap or reach past the text.
 */
export function cut(text, spans) {
  const kept = spans.filter((span) => span.end > span.start && span.start < text.length);
  const cuts = new Set([0, text.length]);
  for (const span of kept) cuts.add(Math.max(0, span.start)).add(Math.min(text.length, span.end));
  const places = [...cuts].sort((a, b) => a - b);
  const pieces = [];
  for (let n = 0; n + 1 < places.length; n += 1) {
    const [start, end] = [places[n], places[n + 1]];
    const over = kept.filter((span) => span.start <= start && span.end >= end);
    pieces.push({ text: text.slice(start, end), spans: over });
  }
  return pieces;
}

/** Where the words of a search stand in a text. */
export function findHits(text, query) {
  const spans = [];
  const lower = text.toLowerCase();
  for (const word of (query || "").toLowerCase().match(/[\p{L}\p{N}]+/gu) || []) {
    for (let at = lower.indexOf(word); at >= 0 && spans.length < 500; at = lower.indexOf(word, at + word.length)) {
      spans.push({ start: at, end: at + word.length, isHit: true });
    }
  }
  return spans;
}
