// Keys: which key does what, in one table that the page of keys shows too.

import { choose, chooseNumber } from "./choosing.js";
import { decide, takeBack } from "./deciding.js";
import { step, turnPage } from "./listing.js";
import { go } from "./place.js";
import { stepClaim } from "./lighting.js";
import { change, keepChoice, readChoice, state } from "./store.js";

const isAny = () => true;
const isRecord = () => state.place.record && !state.place.view && !state.place.edit;
const isList = () => !state.place.record && !state.place.view;
const isCompare = () => state.place.view === "compare";
const isWalk = () => isRecord() || isList() || isCompare();
const canReview = () => state.about?.can_review;
const canDecide = () => isRecord() && canReview() && state.detail;
const DIGITS = "1…9";

/** [where, keys as `KeyboardEvent.key` in small letters with Shift as a prefix, what they say and do, whether held keys repeat]; the first that fits is done. */
export const BINDINGS = [
  [isWalk, "j", "next record", () => step(1), true],
  [isWalk, "k", "previous record", () => step(-1), true],
  [canDecide, "a", "accept", () => decide("accept")],
  [canDecide, "x", "reject: opens the reasons; Enter rejects without one", () => togglePanel("reasons")],
  [canDecide, DIGITS, "reject with that reason", rejectBy],
  [canDecide, "0", "reject with the tenth reason, or in your own words where there is none", rejectBy],
  [canDecide, "d", "defer: it comes back, and is not a rejection", () => decide("defer")],
  [canDecide, "e", "edit; the checks answer while you type", () => go({ edit: "1" })],
  [canDecide, "n", "note: a comment on the record", () => togglePanel("comment")],
  [canReview, "u", "undo your last decision, as often as you like", () => takeBack("undo")],
  [canReview, "shift+u", "redo", () => takeBack("redo")],
  [isRecord, "b", "boxes off and on; held down: a peek without them", hideBoxes],
  [isRecord, "[", "previous marked claim", () => stepClaim(-1), true],
  [isRecord, "]", "next marked claim", () => stepClaim(1), true],
  [isList, "[", "previous page of the list", () => turnPage(-1)],
  [isList, "]", "next page of the list", () => turnPage(1)],
  [isAny, "g", "grid or list; from a record back to them", changeLayout],
  [canDecide, "c", "compare the candidates of the record", () => go({ view: "compare" })],
  [isCompare, "c", "back to the record", () => go({ view: null })],
  [isCompare, DIGITS, "comparing: this candidate is the best", (pressed) => chooseNumber(Number(pressed))],
  [isCompare, "t", "comparing: they are equally good", () => choose("tie")],
  [isCompare, "0", "comparing: none of them is good", () => choose("none")],
  [isAny, "/", "search", search],
  [isAny, "?", "this page", () => go({ view: state.place.view === "keys" ? null : "keys" })],
  [isAny, "escape", "close what is open; leave a text field", close],
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
    const [, , , act, repeats] = find(pressed) ?? [];
    if (!act || (event.repeat && !repeats)) return;
    event.preventDefault();
    act(pressed);
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
  const name = /^[1-9]$/.test(pressed) ? DIGITS : pressed;
  return BINDINGS.find(([where, key]) => key === name && where());
}

function isTextField(target) {
  return Boolean(target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]"));
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
