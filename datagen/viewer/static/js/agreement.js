// Agreement: checks held against reviewers, and reviewers against each other.

import { html, useEffect, useState } from "../vendor/preact-htm.js";
import { Interval } from "./plots.js";
import { get } from "./source.js";
import { show } from "./texts.js";
import { formatCount, formatNumber, formatPercent, formatShare } from "./words.js";

export function AgreementPage() {
  const [found, setFound] = useState(null);
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    get("api/agreement").then(setFound, (error) => setTrouble(error.message));
  }, []);
  return html`<main class="page">
    <h1>Agreement</h1>
    ${trouble && html`<p class="trouble" role="alert">${trouble}</p>`}
    ${found && html`<${Checks} checks=${found.checks} /><${Reviewers} pairs=${found.reviewers} />`}
  </main>`;
}

function Checks({ checks }) {
  const [[both, checksOnly], [peopleOnly, neither]] = checks.table;
  if (!(both + checksOnly + peopleOnly + neither)) {
    return html`<section><h2>Checks and reviewers</h2><p>No record was reviewed yet. <code>datagen review-sample RUN -n 100</code> draws a sample that tells most.</p></section>`;
  }
  const row = (name, share, says) => html`<tr><th scope="row">${name}</th><td><${Interval} share=${share} label=${name} /></td><td class="number">${formatShare(share)}</td><td class="quiet">${says}</td></tr>`;
  return html`<section aria-labelledby="checks"><h2 id="checks">Checks and reviewers</h2>
    <div class="scroll" role="region" tabindex="0" aria-label="Checks and reviewers, records">
    <table class="two-by-two"><caption>Records by what the checks and what the reviewers said; deferred ones are left out.</caption>
      <thead><tr><td></td><th scope="col" class="number">reviewer rejects</th><th scope="col" class="number">reviewer accepts</th></tr></thead>
      <tbody><tr><th scope="row">checks reject</th><td class="number is-agreed">${formatCount(both)}</td><td class="number">${formatCount(checksOnly)}</td></tr>
        <tr><th scope="row">checks let pass</th><td class="number">${formatCount(peopleOnly)}</td><td class="number is-agreed">${formatCount(neither)}</td></tr></tbody></table></div>
    <div class="scroll" role="region" tabindex="0" aria-label="How well the checks do"><table class="shares"><tbody>
      ${row("Precision", checks.precision, "of what the checks reject, what reviewers reject too")}
      ${row("Recall", checks.recall, "of what reviewers reject, what the checks found")}</tbody></table></div>
    <p class="note">Lines are 95% intervals. A wide one means that few records were reviewed, not that the checks are bad.</p></section>`;
}

function Reviewers({ pairs }) {
  return html`<section aria-labelledby="reviewers"><h2 id="reviewers">Reviewers and each other</h2>
    ${pairs.length === 0 ? html`<p>No record was decided by two people yet.</p>` : html`<div class="scroll" role="region" tabindex="0" aria-label="Agreement of reviewers"><table class="shares">
      <thead><tr><th scope="col">Reviewers</th><th scope="col" class="number">records</th><th scope="col" class="number">same decision</th><th scope="col" class="number">Cohen's kappa</th><th scope="col" class="number">Gwet's AC1</th></tr></thead>
      <tbody>${pairs.map((pair) => html`<tr><th scope="row">${show(pair.a)} and ${show(pair.b)}</th><td class="number">${formatCount(pair.n)}</td><td class="number">${formatPercent(pair.raw)}</td><td class="number">${formatNumber(pair.kappa)}</td><td class="number">${formatNumber(pair.ac1)}</td></tr>`)}</tbody></table></div>
    <p class="note">Where nearly everything is accepted, kappa falls towards 0 although the reviewers agree; AC1 does not.</p>`}</section>`;
}
