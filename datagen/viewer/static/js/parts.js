// Parts that several pages are made of.

import { html } from "../vendor/preact-htm.js";

/** A sign in a circle; what it means stands beside it in words. */
export function Icon({ sign, kind = "" }) {
  return html`<span class="icon ${kind}" aria-hidden="true">${sign}</span>`;
}

/** A section with its heading. */
export function Section({ name, title, children }) {
  return html`<section aria-labelledby=${name}><h2 id=${name}>${title}</h2>${children}</section>`;
}

/** A table that may be wider than its place. */
export function Wide({ label, kind, children }) {
  return html`<div class="scroll" role="region" tabindex="0" aria-label=${label}><table class="numeric ${kind}">${children}</table></div>`;
}

/** A sentence about something that did not work. */
export function Trouble({ message }) {
  return message ? html`<p class="trouble" role="alert">${message}</p>` : null;
}

/** Buttons to the record before and after this one. */
export function Steps({ step }) {
  return html`<span class="position"><button class="plain" title="Previous record (k)" aria-label="Previous record" onClick=${() => step(-1)}>↑</button>
    <button class="plain" title="Next record (j)" aria-label="Next record" onClick=${() => step(1)}>↓</button></span>`;
}
