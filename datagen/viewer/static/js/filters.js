// Filters: every value a link with its count, so that Back, new tabs and bookmarks work.

import { html, useState } from "../vendor/preact-htm.js";
import { isBeingChecked } from "./arriving.js";
import { FILTERS, go, writePlace } from "./place.js";
import { show } from "./texts.js";
import { formatCount, spell } from "./words.js";

const GROUPS = [
  ["sample", "Review sample"],
  ["review", "Review"],
  ["state", "Checks"],
  ["type", "Response type"],
  ["reason", "Reason of rejection"],
  ["finding", "Finding"],
  ["flag", "Spot-check flag"],
  ["object", "Object in the picture"],
];
const SHORT = 8;
const NAMES = { none: "not reviewed", accepted: "accepted", rejected: "rejected" };
const LABELS = { q: "search", min_words: "at least, words", max_words: "at most, words", ...Object.fromEntries(GROUPS.map(([name, title]) => [name, title.toLowerCase()])) };

export function Filters({ facets, place, about }) {
  const [isOpen, setOpen] = useState(false);
  return html`<aside class="filters ${isOpen ? "is-open" : ""}" aria-label="Filters">
    <button class="filters-switch" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>Filters</button>
    <div class="filter-groups">
      ${isBeingChecked(about) && html`<p class="note">The checks have read ${formatCount(about.examined)} of ${formatCount(about.records)} records so far; what they find comes in.</p>`}
      ${facets?.is_capped && html`<p class="note">Counts are of the first part of a large set.</p>`}
      ${GROUPS.map(([name, title]) => html`<${Group} name=${name} title=${title} values=${name === "sample" ? about?.samples?.map((sample) => [sample, null]) : facets?.[name]} chosen=${place[name]} />`)}
      <${Lengths} place=${place} />
    </div></aside>`;
}

function Group({ name, title, values, chosen }) {
  const [isWhole, setWhole] = useState(false);
  const known = values || [];
  const listed = chosen && !known.some(([value]) => String(value) === chosen) ? [[chosen, 0], ...known] : known;
  if (!listed.length) return null;
  const shown = isWhole ? listed : listed.slice(0, SHORT);
  const id = `filter-${name}`;
  return html`<section class="filter" aria-labelledby=${id}><h2 id=${id}>${title}</h2><ul>
    ${shown.map(([value, count]) => {
      const isChosen = String(value) === chosen;
      return html`<li key=${value}><a data-in href=${writePlace({ [name]: isChosen ? null : value, record: null })} aria-current=${isChosen ? "true" : null}>
        <span class="filter-name" dir="auto">${isChosen ? "✓ " : ""}${nameValue(value)}</span> <span class="count">${count === null ? "" : formatCount(count)}</span></a></li>`;
    })}</ul>
    ${listed.length > SHORT && html`<button class="plain" aria-expanded=${isWhole} onClick=${() => setWhole(!isWhole)}>${isWhole ? "Fewer" : `${listed.length - SHORT} more`}</button>`}
  </section>`;
}

function nameValue(value) {
  return NAMES[value] ?? show(spell(value));
}

function Lengths({ place }) {
  const field = (name, says) => html`<label>${says} <input type="number" min="0" max="100000" value=${place[name] || ""}
    onChange=${(event) => go({ [name]: event.target.value || null })} /></label>`;
  return html`<section class="filter" aria-labelledby="filter-length"><h2 id="filter-length">Words in the answers</h2>
    <div class="lengths">${field("min_words", "from")} ${field("max_words", "to")}</div></section>`;
}

/** What is filtered by, above the list, each with a way to take it away. */
export function ActiveFilters({ place }) {
  const active = FILTERS.filter((name) => place[name]);
  if (!active.length) return null;
  return html`<ul class="active-filters" aria-label="Filtered by">
    ${active.map((name) => html`<li><a data-in href=${writePlace({ [name]: null })}><span class="quiet">${LABELS[name] ?? name}:</span> ${nameValue(place[name])} <span aria-hidden="true">×</span><span class="unseen">, take away</span></a></li>`)}
    ${active.length > 1 && html`<li><a data-in class="is-all" href=${writePlace(Object.fromEntries(active.map((name) => [name, null])))}>all away</a></li>`}
  </ul>`;
}
