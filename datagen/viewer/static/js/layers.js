// Layers of a record besides its conversation: findings, what the model was given, what it wrote, figures.

import { html, useState } from "../vendor/preact-htm.js";
import { lightBox, unlight, useLight } from "./lighting.js";
import { Wide } from "./parts.js";
import { Long, show } from "./texts.js";
import { FindingLines } from "./turns.js";
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
  const measures = Object.entries(detail.looks || {});
  const flags = detail.flags.map(([code, message]) => ({ severity: "flag", stage: "spot-check", code, message }));
  const findings = [...detail.findings, ...flags];
  if (!findings.length && !measures.length) return null;
  return html`<section class="findings" aria-labelledby="findings"><h2 id="findings" class="unseen">Findings</h2>
    <${FindingLines} findings=${findings} />
    ${measures.length > 0 && html`<p class="looks"><span class="quiet">A model looked:</span> ${measures.map(([measure, value]) => html`<span>${spell(measure)} <strong>${formatNumber(value)}</strong></span> `)}</p>`}</section>`;
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
    return html`<span class="box-line-text ${lit.boxes.has(box.n) ? "is-lit" : ""}" onMouseEnter=${() => lightBox(box.n, detail.claims)} onMouseLeave=${unlight}>${show(line)}${"\n"}</span>`;
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
  return html`<${Wide} label="Figures of the replies" kind="figures">
    <thead><tr><th>Model</th><th>prompt tokens</th><th>cached</th><th>reply tokens</th><th>cost</th><th>time</th><th>attempts</th><th>ended</th></tr></thead>
    <tbody>${replies.map((reply) => html`<tr><th scope="row">${show(reply.model || "–")}</th>${["prompt_tokens", "cached_tokens", "completion_tokens"].map((name) => html`<td>${formatNumber(reply.usage?.[name])}</td>`)}
      <td>${formatCost(reply.cost)}</td><td>${formatSeconds(reply.latency)}</td><td>${formatNumber(reply.attempts)}</td><td>${show(reply.finish_reason)}</td></tr>`)}</tbody><//>`;
}
