// The page of keys, and the switch that turns them off.

import { html } from "../vendor/preact-htm.js";
import { BINDINGS, areKeysOn, switchKeys } from "./keys.js";

const NAMES = { escape: "Esc" };

export function KeysPage() {
  return html`<main class="page">
    <h1>Keys</h1>
    <p><label class="switch"><input type="checkbox" checked=${areKeysOn()} onChange=${(event) => switchKeys(event.target.checked)} /> Keys are on</label></p>
    <p class="note">None of them does anything in a text field. Backspace never decides.</p>
    <table class="keys"><caption class="unseen">Keys and what they do</caption><tbody>${BINDINGS.map(([, key, says]) => html`<tr><th scope="row"><kbd>${nameKey(key)}</kbd></th><td>${says}</td></tr>`)}</tbody></table>
  </main>`;
}

function nameKey(key) {
  if (NAMES[key]) return NAMES[key];
  return key.startsWith("shift+") ? key.slice(6).toUpperCase() : key;
}
