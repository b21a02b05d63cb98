// Compare: candidates side by side without their models and scores, which follow the choice.

import { html, useEffect, useState } from "../vendor/preact-htm.js";
import { choose, loadCandidates } from "./choosing.js";
import { Evidence } from "./conversation.js";
import { step } from "./listing.js";
import { Steps, Trouble } from "./parts.js";
import { Picture } from "./picture.js";
import { writePlace } from "./place.js";
import { show } from "./texts.js";
import { FindingLines } from "./turns.js";
import { DiffTurns } from "./word_diff.js";
import { formatNumber, spell } from "./words.js";

export function ComparePage({ state }) {
  const { detail, place, candidates } = state;
  useEffect(() => { if (place.record) loadCandidates(place.record); }, [place.record, !candidates]);
  const answer = candidates?.key === place.record ? candidates.answer : null;
  return html`<main class="compare-page">
    <header class="record-head">
      <h1 dir="auto">${detail ? show(detail.id) : "Candidates"}</h1>
      ${detail && html`<span class="chip">${spell(detail.type)}</span>`}
      <a data-in href=${writePlace({ view: null })}>Back to the record <kbd>c</kbd></a>
      <${Steps} step=${step} />
    </header>
    <${Trouble} message=${candidates?.message || state.trouble} />
    <div class="compare">
      <div class="sight">${detail && html`<${Picture} detail=${detail} areBoxesHidden=${state.areBoxesHidden} /><${Evidence} detail=${detail} />`}</div>
      ${answer && (answer.candidates.length > 1 ? html`<${Candidates} answer=${answer} state=${state} />` : html`<p class="empty">This record has one reply only; there is nothing to compare.</p>`)}
    </div>
  </main>`;
}

function Candidates({ answer, state }) {
  const { candidates, choice } = answer;
  const [base, setBase] = useState(0);
  const first = candidates[Math.min(base, candidates.length - 1)];
  const canChoose = state.about?.can_review;
  return html`<section class="candidates" aria-label="Candidates">
    <div class="candidate-columns">${candidates.map((candidate, n) => {
      const revealed = choice?.revealed?.find((each) => each.label === candidate.label);
      const isChosen = choice?.label === candidate.label;
      return html`<article class="candidate ${isChosen ? "is-chosen" : ""}" key=${candidate.label} aria-labelledby=${`candidate-${n}`}>
        <header><h2 id=${`candidate-${n}`}>${candidate.label}${isChosen ? " ✓ your choice" : ""}</h2>
          ${revealed && html`<p class="revealed"><strong>${show(revealed.model)}</strong>, ${nameCandidate(revealed.candidate)}, score ${formatNumber(revealed.score)}</p>`}</header>
        <${DiffTurns} before=${first.turns} after=${candidate.turns} />
        <${FindingLines} findings=${candidate.findings} />
        ${canChoose && html`<button class="button" aria-disabled=${Boolean(state.saving)} onClick=${() => choose(candidate.label)}>${candidate.label} is the best <kbd>${n + 1}</kbd></button>`}
      </article>`;
    })}</div>
    <div class="choice-bar">
      ${canChoose && html`<button class="decide ${choice?.label === "tie" ? "is-chosen" : ""}" onClick=${() => choose("tie")}>Equally good <kbd>t</kbd></button>
      <button class="decide ${choice?.label === "none" ? "is-chosen" : ""}" onClick=${() => choose("none")}>None is good <kbd>0</kbd></button>`}
      <label>Words are compared with <select value=${base} onChange=${(event) => setBase(Number(event.target.value))}>${candidates.map((candidate, n) => html`<option value=${n}>${candidate.label}</option>`)}</select></label>
      ${!choice && html`<p class="quiet">Models and scores are shown after the choice.</p>`}
    </div></section>`;
}

/** "1.0", the second candidate in its first round. */
function nameCandidate(key) {
  const [candidate, round] = String(key).split(".").map(Number);
  return `candidate ${candidate + 1}${round ? `, round ${round + 1}` : ""}`;
}
