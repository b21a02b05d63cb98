// Overview: the figures of the run as bars; they follow a run that is still writing.

import { html, useEffect, useState } from "../vendor/preact-htm.js";
import { Bars, Spread } from "./plots.js";
import { get } from "./source.js";
import { show } from "./texts.js";
import { formatCount, formatNumber, formatPercent, spell, title } from "./words.js";

const EVERY = 5000; // ms between two looks at a run that is still writing

export function OverviewPage({ state }) {
  const [found, setFound] = useState(null);
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    const load = () => get("api/overview").then((answer) => { setFound(answer); setTrouble(""); }, (error) => setTrouble(error.message));
    load();
    const timer = state.about?.is_live ? setInterval(load, EVERY) : null;
    return () => clearInterval(timer);
  }, [state.about?.is_live]);
  return html`<main class="page is-wide"><h1>Overview</h1>
    ${trouble && html`<p class="trouble" role="alert">${trouble}</p>`}
    ${found && html`<${Figures} found=${found} />`}
    ${state.about && html`<${Settings} settings=${state.about.settings} />`}</main>`;
}

function Figures({ found }) {
  return html`<p>${formatCount(found.written)} of ${formatCount(found.planned)}</p>`;
}

function Settings({ settings }) {
  const entries = Object.entries(settings || {});
  if (!entries.length) return null;
  return html`<section aria-labelledby="settings"><h2 id="settings">Settings</h2><dl class="settings">${entries.map(([name, value]) => html`<div><dt>${spell(name)}</dt><dd dir="auto">${show(value === null ? "–" : typeof value === "object" ? JSON.stringify(value) : value)}</dd></div>`)}</dl></section>`;
}
