// Turns: the frame of a dialogue, filled by whoever shows one; and lines about what was found in it.

import { html } from "../vendor/preact-htm.js";
import { show } from "./texts.js";

/** A dialogue; `fill(turn, n)` gives what stands in a turn, `below(turn, n)` what stands under it. */
export function Turns({ turns, fill, below = null }) {
  return html`<ol class="turns">${turns.map((turn, n) => html`<li class="turn is-${turn.from === "human" ? "human" : "model"}">
    <h3 class="speaker">${nameSpeaker(turn)}</h3><div class="said" dir="auto">${fill(turn, n)}</div>${below?.(turn, n)}</li>`)}</ol>`;
}

export function nameSpeaker(turn) {
  if (turn.from === "human") return "Question";
  return turn.from === "gpt" ? "Answer" : show(turn.from || "nobody");
}

/** Findings, a line each. */
export function FindingLines({ findings }) {
  if (!findings?.length) return null;
  return html`<ul class="doubts">${findings.map(({ severity, code, message, span }) => html`<li class="is-${severity === "reject" ? "contradicted" : "noted"}">
    <span class="icon" aria-hidden="true">${severity === "reject" ? "✕" : "·"}</span><span><strong>${code}</strong> ${show(message)}${span && html` <q dir="auto">${show(span)}</q>`}</span></li>`)}</ul>`;
}
