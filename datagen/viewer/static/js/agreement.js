// Agreement: checks held against reviewers, and reviewers against each other.

import { html, useEffect, useState } from "../vendor/preact-htm.js";
import { Section, Trouble, Wide } from "./parts.js";
import { Interval } from "./plots.js";
import { get } from "./source.js";
import { show } from "./texts.js";
import { formatCount, formatNumber, formatPercent, formatShare } from "./words.js";

export function AgreementPage({ state }) {
  const { sample } = state.place;
  const [found, setFound] = useState(null);
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    get(`api/agreement${sample ? `?sample=${encodeURIComponent(sample)}` : ""}`).then(setFound, (error) => setTrouble(error.message));
  }, [sample]);
  return html`<main class="page"><h1>Agreement</h1><${Trouble} message=${trouble} />
    ${found && html`<${Section} name="checks" title="Checks and reviewers"><${Checks} checks=${found.checks} /><//>
    <${Section} name="reviewers" title="Reviewers and each other"><${Reviewers} pairs=${found.reviewers} text=${found.text} /><//>`}</main>`;
}

function Checks({ checks }) {
  if (!checks) return html`<p><code>datagen review-sample RUN -n 100</code> draws the sample that this is measured on.</p>`;
  if (!checks.n) return html`<p>No record of the sample <em>${show(checks.sample)}</em> was decided yet.</p>`;
  const [[both, checksOnly], [peopleOnly, neither]] = checks.table.map((row) => row.map((count) => formatCount(Math.round(count))));
  const row = (name, share, says) => html`<tr><th scope="row">${name}</th><td><${Interval} share=${share} label=${name} /></td><td>${formatShare(share)}</td><td class="quiet">${says}</td></tr>`;
  return html`<${Wide} label="Checks and reviewers, records" kind="two-by-two">
      <caption>Records of the set, estimated from ${formatCount(checks.n, "decided record")} of the sample ${show(checks.sample)}; deferred ones are left out.</caption>
      <thead><tr><td></td><th>reviewers reject</th><th>reviewers accept</th></tr></thead>
      <tbody><tr><th scope="row">checks reject</th><td class="is-agreed">${both}</td><td>${checksOnly}</td></tr>
        <tr><th scope="row">checks let pass</th><td>${peopleOnly}</td><td class="is-agreed">${neither}</td></tr></tbody><//>
    <${Wide} label="How well the checks do"><tbody>
      ${row("Precision", checks.precision, "of what the checks reject, what reviewers reject too")}
      ${row("Recall", checks.recall, "of what reviewers reject, what the checks found")}</tbody><//>
    <p class="note">Lines are 95% intervals. A wide one means that few records were reviewed, not that the checks are bad.</p>`;
}

function Reviewers({ pairs, text }) {
  if (!pairs.length) return html`<p>No record was decided by two people yet.</p>`;
  return html`<${Wide} label="Agreement of reviewers">
      <thead><tr><th>Reviewers</th><th>records</th><th>same decision</th><th>Cohen's kappa</th><th>Gwet's AC1</th></tr></thead>
      <tbody>${pairs.map((pair) => html`<tr><th scope="row">${show(pair.a)} and ${show(pair.b)}</th><td>${formatCount(pair.n)}</td><td>${formatPercent(pair.raw)}</td><td>${formatNumber(pair.kappa)}</td><td>${formatNumber(pair.ac1)}</td></tr>`)}</tbody><//>
    <p class="note">${text}</p>`;
}
