// Conversation: the turns, with every claim marked by what the annotations say to it.

import { html } from "../vendor/preact-htm.js";
import { lightClaims, lightWith, unlight, useLight } from "./lighting.js";
import { Icon } from "./parts.js";
import { Long, cut, findHits, makeOffsets, show } from "./texts.js";
import { Line, Turns } from "./turns.js";

export const VERDICTS = {
  contradicted: { icon: "✕", says: "the annotations say otherwise" },
  unsupported: { icon: "?", says: "no annotation names it" },
  supported: { icon: "✓", says: "the annotations say so" },
  unverifiable: { icon: "~", says: "the annotations cannot tell" },
  fault: { icon: "!", says: "a check found fault" },
};
const DOUBTFUL = new Set(["contradicted", "unsupported", "fault"]);
const WEIGHT = ["fault", "contradicted", "unsupported", "unverifiable", "supported"];
const LONG = 20_000;

export function Conversation({ turns, claims, findings, query }) {
  const lit = useLight();
  const spans = turns.map((turn, n) => listSpans(turn.text, n, claims, findings));
  return html`<${Turns} turns=${turns} fill=${(turn, n) => html`<${Long} text=${turn.text} render=${(text) => mark(text, spans[n], lit, query)} />`}
    below=${(turn, n) => html`<${Doubts} text=${turn.text} spans=${spans[n]} lit=${lit} />`} />`;
}

function listSpans(text, turn, claims, findings) {
  const offset = makeOffsets(text);
  const own = claims.filter((claim) => claim.turn === turn)
    .map((claim) => ({ ...claim, start: offset(claim.start), end: offset(claim.end) }));
  const places = new Set(own.filter((claim) => claim.verdict === "contradicted").map((claim) => text.slice(claim.start, claim.end)));
  for (const [n, finding] of findings.entries()) {
    if (finding.turn !== turn || !finding.span || places.has(finding.span)) continue;
    const start = text.indexOf(finding.span);
    if (start < 0) continue;
    own.push({ n: `finding ${n}`, verdict: "fault", start, end: start + finding.span.length, boxes: [], captions: [], detail: finding.message, rule: finding.code, family: finding.stage });
  }
  return own;
}

function mark(text, spans, lit, query) {
  const hits = findHits(text, query);
  return cut(text, [...spans, ...hits]).map((piece) => {
    const claims = piece.spans.filter((span) => !span.isHit);
    const shown = showPiece(piece.text);
    const text_ = piece.spans.some((span) => span.isHit) ? html`<span class="hit">${shown}</span>` : shown;
    if (!claims.length) return text_;
    const verdict = WEIGHT.find((each) => claims.some((claim) => claim.verdict === each));
    const isLit = claims.some((claim) => lit.claims.has(claim.n));
    const isDoubtful = DOUBTFUL.has(verdict);
    return html`<mark tabindex="0" class="claim is-${verdict} ${isDoubtful ? "is-doubtful" : ""} ${isLit ? "is-lit" : ""}"
      ...${lightWith(() => lightClaims(claims))}>${text_}${isDoubtful && html`<span class="sign" aria-hidden="true" data-sign=${VERDICTS[verdict].icon}></span><span class="unseen"> [${verdict}] </span>`}</mark>`;
  });
}

/** `<image>` is the trainer's placeholder and no word of the question. */
function showPiece(text) {
  if (!text.includes("<image>")) return show(text);
  return text.split("<image>").flatMap((part, n) => {
    const rest = n ? part.replace(/^\n/, " ") : part.replace(/\n$/, " ");
    return n ? [html`<span class="token" title="Here the trainer puts the picture.">image</span> `, show(rest)] : [show(rest)];
  });
}

/** What is doubtful in a turn, in words. */
function Doubts({ text, spans, lit }) {
  const doubtful = spans.filter((span) => DOUBTFUL.has(span.verdict));
  if (!doubtful.length || text.length > LONG) return null;
  return html`<ul class="lines">${doubtful.map((span) => html`<${Line} kind="is-${span.verdict} ${lit.claims.has(span.n) ? "is-lit" : ""}" sign=${VERDICTS[span.verdict].icon} name=${span.verdict === "fault" ? span.rule : span.verdict}
    span=${text.slice(span.start, span.end)} message=${span.detail || VERDICTS[span.verdict].says} onMouseEnter=${() => lightClaims([span])} onMouseLeave=${unlight} />`)}</ul>`;
}

/** How many claims of each verdict there are; explains the marks at the same time. */
export function ClaimCounts({ claims, score }) {
  if (!claims.length) return html`<p class="claim-counts">No claim was held against the annotations.</p>`;
  const order = ["supported", "contradicted", "unsupported", "unverifiable"];
  return html`<p class="claim-counts">${claims.length} claims${score !== null && html`, score <strong>${score.toFixed(2)}</strong>`}: ${order.map((verdict) => {
    const count = claims.filter((claim) => claim.verdict === verdict).length;
    return html`<span class="claim-count ${count ? "" : "is-none"}" title=${VERDICTS[verdict].says}><${Icon} sign=${VERDICTS[verdict].icon} kind="is-${verdict}" /> ${count} <span class="claim is-${verdict}">${verdict}</span></span> `;
  })}</p>`;
}

/** What is known of the claims under the pointer; its place is kept free, so that nothing jumps. */
export function Evidence({ detail }) {
  const { main } = useLight();
  const box = main && detail.boxes.find((each) => each.n === main.box);
  if (!main || (main.box !== undefined && !box)) return html`<p class="evidence quiet">Point at a word, a box or a line of the table.</p>`;
  if (box) return html`<p class="evidence">Box ${box.n + 1}, ${show(box.category)}${box.crowd ? ": a crowd, one box around many" : ""}</p>`;
  return html`<ul class="evidence">${main.claims.slice(0, 3).map((claim) => html`<li>
    <${Icon} sign=${VERDICTS[claim.verdict].icon} kind="is-${claim.verdict}" />
    <span><strong>${claim.verdict}</strong> ${claim.family}${claim.subject && html` <em dir="auto">${show(claim.subject)}</em>`}${claim.detail && html`: ${show(claim.detail)}`}
    <span class="quiet"> ${rest(claim)} <code>${claim.rule}</code></span></span></li>`)}</ul>`;
}

function rest(claim) {
  const parts = [];
  if (claim.boxes.length) parts.push(`${claim.boxes.length === 1 ? "box" : "boxes"} ${claim.boxes.slice(0, 12).map((n) => n + 1).join(", ")}`);
  if (claim.captions.length) parts.push(`${claim.captions.length === 1 ? "caption" : "captions"} ${claim.captions.map((n) => n + 1).join(", ")}`);
  return parts.join(" · ");
}
