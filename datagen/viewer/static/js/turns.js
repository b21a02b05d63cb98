// Turns: the frame of a dialogue, filled by whoever shows one; and lines about what was found in it.

import { html } from "../vendor/preact-htm.js";
import { Icon } from "./parts.js";
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

/** One thing that was found: a sign, its name, the words it is about, and a sentence. */
export function Line({ kind, sign, name, note, span, message, ...rest }) {
  return html`<li class="line ${kind}" ...${rest}><${Icon} sign=${sign} /><span><strong>${name}</strong> ${note && html`<span class="quiet">${note}</span> `}${span && html`<q dir="auto">${show(span)}</q> `}${show(message)}</span></li>`;
}

const SIGNS = { reject: "✕", flag: "⚑" };

/** Findings of checks, and flags of a spot-check as findings of severity "flag". */
export function FindingLines({ findings }) {
  if (!findings?.length) return null;
  return html`<ul class="lines">${findings.map(({ severity, code, message, span, stage, turn }) => html`<${Line} kind="is-${severity}" sign=${SIGNS[severity] ?? "·"}
    name=${code} note=${[stage, Number.isInteger(turn) && `turn ${turn + 1}`].filter(Boolean).join(", ")} span=${span} message=${message} />`)}</ul>`;
}
