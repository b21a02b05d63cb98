// Layers of a record besides its conversation: findings, what the model was given, what it wrote, figures.

import { html, useState } from "../vendor/preact-htm.js";
import { lightBox, lightWith, useLight } from "./lighting.js";
import { Long, show } from "./texts.js";
import { keepChoice, readChoice } from "./store.js";
import { formatCost, formatNumber, formatSeconds, spell } from "./words.js";

/** A part that can be folded; whether it is open stays so for the next records. */
export function Fold({ name, heading, note, open = false, children }) {
  const [isOpen, setOpen] = useState(readChoice(`open.${name}`, open));
  const toggle = (event) => {
    if (event.target.open === isOpen) return;
    setOpen(event.target.open);
    keepChoice(`open.${name}`, event.target.open);
  };
  return html`<details class="fold is-${name}" open=${isOpen} onToggle=${toggle}>
    <summary><h2>${heading}</h2>${note && html`<span class="note">${note}</span>`}</summary>${isOpen && children}</details>`;
}

export function Findings({ detail }) {
  const { findings, flags, looks } = detail;
  const measures = Object.entries(looks || {});
  if (!findings.length && !flags.length && !measures.length) return null;
  return html`<section class="findings" aria-labelledby="findings"><h2 id="findings" class="unseen">Findings</h2><ul>
    ${findings.map((finding) => html`<li class="finding is-${finding.severity}">
      <span class="icon" aria-hidden="true">${finding.severity === "reject" ? "✕" : "·"}</span>
      <div><strong>${finding.code}</strong> <span class="quiet">${finding.severity === "reject" ? "rejects" : "is noted"}, ${finding.stage}${finding.turn !== null && finding.turn !== undefined ? `, turn ${finding.turn + 1}` : ""}</span>
      <p>${show(finding.message)}${finding.span && html` <q dir="auto">${show(finding.span)}</q>`}</p></div></li>`)}
    ${flags.map(([code, sentence]) => html`<li class="finding is-flag"><span class="icon" aria-hidden="true">⚑</span>
      <div><strong>${code}</strong> <span class="quiet">spot-check</span><p>${show(sentence)}</p></div></li>`)}
    ${measures.length > 0 && html`<li class="finding is-look"><span class="icon" aria-hidden="true">◔</span><div><span class="quiet">A model looked:</span> ${measures.map(([measure, value]) => html`<span class="measure">${spell(measure)} <strong>${formatNumber(value)}</strong></span> `)}</div></li>`}
  </ul></section>`;
}

const BOX_LINE = /^(.+): \[([\d., -]+)\]/;

/** What the model was given in place of the picture; a line with a box lights it. */
export function Context({ detail }) {
  const lit = useLight();
  const lines = String(detail.context || "").slice(0, 50_000).split("\n");
  return html`<pre class="context" dir="auto">${lines.map((line) => {
    const box = findBox(line, detail.boxes);
    const caption = detail.captions.indexOf(line.trim());
    if (!box) return html`<span class=${caption >= 0 ? "caption-line" : ""}>${show(line)}${"\n"}</span>`;
    return html`<span class="box-line-text ${lit.boxes.has(box.n) ? "is-lit" : ""}" onMouseEnter=${() => lightBox(box.n, detail.claims)} onMouseLeave=${lightWith(null).onMouseLeave}>${show(line)}${"\n"}</span>`;
  })}</pre>`;
}

function findBox(line, boxes) {
  const parts = BOX_LINE.exec(line);
  if (!parts) return null;
  const corners = parts[2].split(",").map(Number);
  const distance = (box) => box.corners.reduce((sum, corner, n) => sum + Math.abs(corner - corners[n]), 0);
  const near = boxes.filter((box) => parts[1].startsWith(box.category) && distance(box) < 0.02);
  return near.sort((a, b) => distance(a) - distance(b))[0] ?? null;
}

export function Prompt({ messages }) {
  return html`<ol class="prompt">${messages.map((message) => html`<li class="message is-${message.role}"><h3>${message.role}</h3><pre dir="auto"><${Long} text=${message.content} /></pre></li>`)}</ol>`;
}

export function Replies({ replies }) {
  return html`${replies.map((reply) => html`<article class="reply ${reply.chosen ? "is-chosen" : ""}">
    <h3>${nameReply(reply, replies)} ${reply.chosen && replies.length > 1 ? html`<span class="badge">taken</span>` : ""}</h3>
    ${reply.feedback && html`<p class="feedback"><strong>It was told:</strong> <span dir="auto">${show(reply.feedback)}</span></p>`}
    ${reply.failure && html`<p class="failure"><strong>${reply.failure}</strong></p>`}
    <pre dir="auto"><${Long} text=${reply.text} /></pre></article>`)}`;
}

function nameReply(reply, replies) {
  if (replies.length === 1) return "As the model wrote it";
  return `Candidate ${reply.candidate + 1}${reply.round ? `, round ${reply.round + 1}` : ""}`;
}

/** Tokens, cost, time and attempts of every reply. */
export function Figures({ replies }) {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Figures of the replies"><table class="figures">
    <thead><tr><th scope="col">Model</th><th scope="col" class="number">prompt tokens</th><th scope="col" class="number">cached</th><th scope="col" class="number">reply tokens</th>
      <th scope="col" class="number">cost</th><th scope="col" class="number">time</th><th scope="col" class="number">attempts</th><th scope="col">ended</th></tr></thead>
    <tbody>${replies.map((reply) => html`<tr><th scope="row">${show(reply.model || "–")}</th>
      <td class="number">${formatNumber(reply.usage?.prompt_tokens)}</td><td class="number">${formatNumber(reply.usage?.cached_tokens)}</td>
      <td class="number">${formatNumber(reply.usage?.completion_tokens)}</td><td class="number">${formatCost(reply.cost)}</td>
      <td class="number">${formatSeconds(reply.latency)}</td><td class="number">${formatNumber(reply.attempts)}</td><td>${show(reply.finish_reason)}</td></tr>`)}</tbody>
  </table></div>`;
}
