// Header: what is looked at, the pages, how far the review is, a failed save.

import { html } from "../vendor/preact-htm.js";
import { dismiss, retry } from "./deciding.js";
import { areKeysOn } from "./keys.js";
import { writePlace } from "./place.js";
import { show } from "./texts.js";
import { formatCount, formatShare } from "./words.js";

const PAGES = [["", "Records"], ["overview", "Overview"], ["agreement", "Agreement"], ["keys", "Keys"]];

export function Header({ state }) {
  const { about, place } = state;
  const pages = PAGES.filter(([view]) => view !== "agreement" || about?.can_review || about?.has_agreement);
  return html`<header class="top">
    <a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <p class="target"><span class="product">Inspector</span> <strong dir="auto">${show(about?.name ?? "")}</strong>${about?.is_live && html` <span class="live">still writing</span>`}</p>
    <nav aria-label="Pages"><ul>${pages.map(([view, says]) => html`<li><a data-in href=${addressOf(view, place)} aria-current=${(place.view || "") === view ? "page" : null}>${says}</a></li>`)}</ul></nav>
    <${Progress} progress=${state.progress} sample=${place.sample} />
    ${!areKeysOn() && html`<span class="keys-off">keys are off</span>`}
  </header>`;
}

function addressOf(view, place) {
  return writePlace(view ? { view } : { view: null, record: place.view ? place.record : null, edit: null });
}

function skip(event) {
  event.preventDefault();
  const main = document.querySelector("main");
  main.tabIndex = -1;
  main.focus();
}

function Progress({ progress, sample }) {
  if (!progress) return null;
  const { total, accepted, rejected, deferred, reviewed, rejection } = progress;
  return html`<p class="progress" title=${reviewed ? "rejection rate with its 95% interval (Wilson)" : null}>
    <svg width="60" height="6" aria-hidden="true"><rect class="score-rest" width="60" height="6" rx="3" /><rect class="score-share" width=${total ? (60 * reviewed) / total : 0} height="6" rx="3" /></svg>
    <span><strong>${formatCount(reviewed)}</strong> of ${formatCount(total)}${sample ? html` in <em>${show(sample)}</em>` : ""}</span>
    ${reviewed > 0 && html`<span class="tally">${formatCount(accepted)} accepted, ${formatCount(rejected)} rejected, ${formatCount(deferred)} deferred</span>`}
    ${accepted + rejected > 0 && html`<span class="rate">${formatShare(rejection)} rejected</span>`}
  </p>`;
}

/** A decision that is not on disk stays here until it is saved or given up. */
export function Unsaved({ unsaved }) {
  if (!unsaved) return null;
  return html`<div class="unsaved" role="alert"><p><strong>Not saved.</strong> ${show(unsaved.message)} ${unsaved.id && html`<span dir="auto">(${unsaved.kind}: ${show(unsaved.id)})</span>`}</p>
    ${unsaved.key !== null && html`<button class="button" onClick=${retry}>${unsaved.isStale ? "Save mine all the same" : "Try again"}</button>`}
    <button class="plain" onClick=${dismiss}>${unsaved.isStale ? "Leave it as it is now" : "Give it up"}</button></div>`;
}
