// Keys: which key does what, in one table that the page of keys shows too.

import { choose, chooseNumber } from "./choosing.js";
import { decide, takeBack } from "./deciding.js";
import { step, turnPage } from "./listing.js";
import { go } from "./place.js";
import { stepClaim } from "./lighting.js";
import { change, keepChoice, readChoice, state } from "./store.js";

const isRecord = () => Boolean(state.place.record) && !state.place.view && !state.place.edit;
const isList = () => !state.place.record && !state.place.view;
const isCompare = () => state.place.view === "compare";
const canReview = () => isRecord() && Boolean(state.about?.can_review) && Boolean(state.detail);

/** `keys` as `KeyboardEvent.key` in small letters; Shift as a prefix. The first that fits is done. */
export const BINDINGS = [
  { keys: ["j"], says: "next record", when: () => isRecord() || isCompare() || isList(), does: () => step(1), repeats: true },
  { keys: ["k"], says: "previous record", when: () => isRecord() || isCompare(), does: () => step(-1), repeats: true },
  { keys: ["a"], says: "accept", when: canReview, does: () => decide("accept") },
  { keys: ["x"], says: "reject: opens the reasons; Enter rejects without one", when: canReview, does: () => togglePanel("reasons") },
  { keys: ["1…9"], says: "reject with that reason", when: canReview, does: rejectBy },
  { keys: ["0"], says: "reject with the tenth reason, or in your own words where there is none", when: canReview, does: rejectBy },
  { keys: ["d"], says: "defer: it comes back, and is not a rejection", when: canReview, does: () => decide("defer") },
  { keys: ["e"], says: "edit; the checks answer while you type", when: canReview, does: () => go({ edit: "1" }) },
  { keys: ["n"], says: "note: a comment on the record", when: canReview, does: () => togglePanel("comment") },
  { keys: ["u"], says: "undo your last decision, as often as you like", when: () => Boolean(state.about?.can_review), does: () => takeBack("undo") },
  { keys: ["shift+u"], says: "redo", when: () => Boolean(state.about?.can_review), does: () => takeBack("redo") },
  { keys: ["b"], says: "boxes off and on; held down: a peek without them", when: isRecord, does: hideBoxes },
  { keys: ["["], says: "previous marked claim; in the list the previous page", when: () => isRecord() || isList(), does: () => (isRecord() ? stepClaim(-1) : turnPage(-1)), repeats: true },
  { keys: ["]"], says: "next marked claim; in the list the next page", when: () => isRecord() || isList(), does: () => (isRecord() ? stepClaim(1) : turnPage(1)), repeats: true },
  { keys: ["g"], says: "grid or list; from a record back to them", when: () => true, does: changeLayout },
  { keys: ["c"], says: "compare the candidates of this record, and back", when: () => isRecord() || isCompare(), does: () => go({ view: isCompare() ? null : "compare" }) },
  { keys: ["1…9"], says: "comparing: this candidate is the best", when: isCompare, does: (pressed) => chooseNumber(Number(pressed)) },
  { keys: ["t"], says: "comparing: they are equally good", when: isCompare, does: () => choose("tie") },
  { keys: ["0"], says: "comparing: none of them is good", when: isCompare, does: () => choose("none") },
  { keys: ["/"], says: "search", when: () => true, does: search },
  { keys: ["?"], says: "this page", when: () => true, does: () => go({ view: state.place.view === "keys" ? null : "keys" }) },
  { keys: ["escape"], says: "close what is open; leaves a text field", when: () => true, does: close },
];

let areOn = readChoice("keys", true);
let pressedAt = 0;

export const areKeysOn = () => areOn;

export function switchKeys(on) {
  areOn = on;
  keepChoice("keys", on);
  change({});
}

export function listenToKeys() {
  addEventListener("keydown", (event) => {
    if (!areOn && event.key !== "Escape") return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTextField(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const pressed = nameKey(event);
    const binding = find(pressed);
    if (!binding || (event.repeat && !binding.repeats)) return;
    event.preventDefault();
    binding.does(pressed);
  });
  addEventListener("keyup", (event) => {
    const wasHeld = pressedAt && event.timeStamp - pressedAt > 350;
    if (event.key.toLowerCase() === "b" && wasHeld && isRecord()) change({ areBoxesHidden: false });
    pressedAt = 0;
  });
}

function nameKey(event) {
  const key = event.key.toLowerCase();
  return key.length === 1 && /\p{L}/u.test(key) && event.shiftKey ? `shift+${key}` : key;
}

function find(pressed) {
  const isDigit = /^[1-9]$/.test(pressed);
  return BINDINGS.find(({ keys, when }) => (keys.includes(pressed) || (isDigit && keys[0] === "1…9")) && when());
}

function isTextField(target) {
  return target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !== null;
}

function rejectBy(pressed) {
  const reason = state.about.reasons.find((each) => each.key === pressed);
  if (reason) decide("reject", { reason: reason.code });
  else if (pressed === "0") togglePanel("reasons-own");
  else change({ said: `No reason has the number ${pressed}.` });
}

export function togglePanel(name) {
  change({ panel: state.panel === name ? null : name });
}

function hideBoxes() {
  pressedAt = performance.now();
  change({ areBoxesHidden: !state.areBoxesHidden });
}

function changeLayout() {
  const { place } = state;
  if (place.view) go({ view: null });
  else if (place.record) go({ record: null, edit: null });
  else go({ layout: place.layout === "list" ? null : "list" }, { replace: true });
}

function search() {
  const { place } = state;
  if (place.view || place.record) go({ view: null, record: null, edit: null });
  queueMicrotask(() => { // the page has been drawn by then, and no letter of what follows is lost
    const field = document.querySelector("#search");
    field?.focus();
    field?.select();
  });
}

function close() {
  const { place } = state;
  if (state.panel) change({ panel: null });
  else if (place.edit) return; // an edit is left by its own buttons, so that none is lost by a slip
  else if (place.view) go({ view: null });
  else if (place.record) go({ record: null });
}
