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
      </article>`;
    })}</div>
    <div class="choice-bar">
      ${canChoose && [...candidates.map(({ label }, n) => [label, `${label} is the best`, n + 1]), ["tie", "Equally good", "t"], ["none", "None is good", "0"]].map(([label, says, key]) => html`<button class="decide ${choice?.label === label ? "is-chosen" : ""}" aria-disabled=${Boolean(state.saving)} onClick=${() => choose(label)}>${says} <kbd>${key}</kbd></button>`)}
      ${candidates.length > 2 && html`<label>Words are compared with <select value=${base} onChange=${(event) => setBase(Number(event.target.value))}>${candidates.map(({ label }, n) => html`<option value=${n}>${label}</option>`)}</select></label>`}
      ${!choice && html`<p class="quiet">Models and scores are shown after the choice.</p>`}
    </div></section>`;
}

/** "1.0", the second candidate in its first round. */
function nameCandidate(key) {
  const [candidate, round] = String(key).split(".").map(Number);
  return `candidate ${candidate + 1}${round ? `, round ${round + 1}` : ""}`;
}
