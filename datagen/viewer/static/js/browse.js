// Browse: filters with counts at the left, search and sorting on top, the records as grid or list.

import { html, useEffect, useState } from "../vendor/preact-htm.js";
import { Rows } from "./cards.js";
import { ActiveFilters, Filters } from "./filters.js";
import { reloadList, turnPage } from "./listing.js";
import { Trouble } from "./parts.js";
import { go, pickListed, writePlace } from "./place.js";
import { formatCount } from "./words.js";

const SORTS = [
  ["", "in order"],
  ["score", "score, lowest first"],
  ["-score", "score, highest first"],
  ["-flagged", "most flagged first"],
  ["-length", "longest first"],
  ["length", "shortest first"],
  ["-cost", "dearest first"],
];

export function BrowsePage({ state }) {
  const { list, place, facets, last } = state;
  const shape = place.layout === "list" ? "line" : "card";
  useEffect(() => {
    // Back from a record: it stands in sight again, with the focus on it.
    const link = last && document.querySelector(`.row a[data-key="${CSS.escape(String(last))}"]`);
    link?.scrollIntoView({ block: "center" });
    link?.focus({ preventScroll: true });
  }, []);
  return html`<main class="browse-page">
    <${Filters} facets=${facets} place=${place} about=${state.about} />
    <div class="browse">
      <h1 class="unseen">Records</h1>
      <div class="toolbar">
        <${Search} query=${place.q} />
        <label class="sort"><span class="unseen">Sort</span><select value=${place.sort || ""} onChange=${(event) => go({ sort: event.target.value || null })}>
          ${SORTS.map(([value, says]) => html`<option value=${value}>${says}</option>`)}</select></label>
        <span class="layouts" role="group" aria-label="Layout">
          <a data-in href=${writePlace({ layout: null })} aria-current=${shape === "card" ? "true" : null}>Grid</a>
          <a data-in href=${writePlace({ layout: "list" })} aria-current=${shape === "line" ? "true" : null}>List</a></span>
        <p class="total" aria-live="polite">${list ? `${list.total_is_capped ? "more than " : ""}${formatCount(list.total, "record")}` : ""}</p>
        ${list?.new > 0 && html`<button class="new" onClick=${reloadList}>${formatCount(list.new)} new – show</button>`}
        ${list?.rows.length > 0 && state.about?.can_review && html`<a data-in class="button" href=${writePlace({ record: list.rows[0].key })}>Review these →</a>`}
      </div>
      <${ActiveFilters} place=${place} />
      <${Trouble} message=${state.trouble} />
      ${list?.rows.length === 0 && html`<p class="empty">No record fits. <a data-in href=${location.pathname}>Take all filters away</a></p>`}
      <${Rows} list=${list} shape=${shape} isStale=${list?.name !== String(pickListed(place))} />
      <${Pages} list=${list} />
    </div>
  </main>`;
}

function Search({ query }) {
  const [text, setText] = useState(query || "");
  useEffect(() => setText(query || ""), [query]);
  const submit = (event) => {
    event.preventDefault();
    go({ q: text.trim() || null });
  };
  return html`<form role="search" class="search" onSubmit=${submit}>
    <label class="unseen" for="search">Search in questions and answers</label>
    <input id="search" type="search" placeholder="Search questions and answers  ( / )" value=${text} maxlength="300" autocomplete="off" spellcheck="false"
      onInput=${(event) => setText(event.target.value)} onSearch=${(event) => { if (!event.target.value && query) go({ q: null }); }} /></form>`;
}

function Pages({ list }) {
  if (!list || (!list.next && !list.previous)) return null;
  return html`<nav class="pages" aria-label="Pages">
    <button disabled=${!list.previous} onClick=${() => turnPage(-1)}>← Previous <kbd>[</kbd></button>
    <button disabled=${!list.next} onClick=${() => turnPage(1)}>Next <kbd>]</kbd> →</button></nav>`;
}
