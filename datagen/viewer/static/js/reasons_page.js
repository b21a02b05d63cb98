// Reasons of rejection: what the number keys mean. Decisions keep the version they were made under.

import { html, useState } from "../vendor/preact-htm.js";
import { loadAbout } from "./arriving.js";
import { post } from "./source.js";
import { change } from "./store.js";

const MOST = 10; // keys 1 to 9, then 0

export function ReasonsPage({ state }) {
  return html`<main class="page"><h1>Reasons of rejection</h1>
    <p class="note">Each has a number key. Decisions keep the wording they were made under; a change makes a new version of the list.</p>
    ${state.about?.can_review && html`<${ReasonsForm} start=${state.about.reasons} />`}</main>`;
}

function ReasonsForm({ start }) {
  const [reasons, setReasons] = useState(start);
  const [message, setMessage] = useState("");
  const write = (n, changes) => setReasons(reasons.map((each, at) => (at === n ? { ...each, ...changes } : each)));
  const add = () => setReasons([...reasons, { key: String((reasons.length + 1) % 10), code: "", label: "" }]);
  const save = async (event) => {
    event.preventDefault();
    try {
      const kept = reasons.filter((each) => each.label.trim()).map(({ code, label }) => ({ code: code || makeCode(label), label: label.trim() }));
      await post("api/reasons", { reasons: kept, version: start[0]?.version ?? 0 });
      await loadAbout();
      setMessage("Saved.");
      change({ said: "Reasons saved" });
    } catch (error) {
      setMessage(`Not saved: ${error.message}`);
    }
  };
  return html`<form class="reasons-form" onSubmit=${save}><ol>${reasons.map((reason, n) => html`<li><kbd>${reason.key}</kbd>
      <label><span class="unseen">Reason ${reason.key}</span><input type="text" maxlength="80" value=${reason.label} onInput=${(event) => write(n, { label: event.target.value })} /></label> <code>${reason.code || makeCode(reason.label)}</code></li>`)}</ol>
    ${reasons.length < MOST && html`<button type="button" class="decide" onClick=${add}>Add a reason</button>`} <button type="submit" class="button">Save</button> <span role="status">${message}</span></form>`;
}

function makeCode(label) {
  return label.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 40);
}
