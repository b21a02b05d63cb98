// The bar to decide: always at the same place, every button with its key.

import { html, useLayoutEffect, useRef, useState } from "../vendor/preact-htm.js";
import { decide, takeBack } from "./deciding.js";
import { togglePanel } from "./keys.js";
import { go } from "./place.js";
import { change } from "./store.js";
import { show } from "./texts.js";
import { formatTime } from "./words.js";

const KINDS = { accept: "accepted", reject: "rejected", defer: "deferred", edit: "edited", comment: "commented" };

export function DecisionBar({ state, detail }) {
  const { saving, panel, about } = state;
  const { decision } = detail.review;
  const button = (kind, says, key, action) => html`<button class="decide is-${kind} ${KINDS[kind] === decision ? "is-chosen" : ""}"
    aria-disabled=${Boolean(saving)} onClick=${action}>${saving?.kind === kind ? "Saving…" : says} <kbd>${key}</kbd></button>`;
  return html`<section class="decision-bar" aria-label="Decide">
    ${panel === "reasons-own" && html`<${OwnReason} detail=${detail} />`}
    ${panel === "comment" && html`<${Remark} detail=${detail} />`}
    <${Reasons} reasons=${about.reasons} chosen=${detail.review.reason} isOpen=${panel === "reasons"} isSaving=${Boolean(saving)} />
    <div class="buttons">
      ${button("accept", "Accept", "a", () => decide("accept"))}
      ${button("reject", "Reject", "x", () => togglePanel("reasons"))}
      ${button("defer", "Defer", "d", () => decide("defer"))}
      ${button("edit", "Edit", "e", () => go({ edit: "1" }))}
      ${button("comment", "Note", "n", () => togglePanel("comment"))}
      <span class="gap"></span>
      <button class="decide" onClick=${() => takeBack("undo")}>Undo <kbd>u</kbd></button>
      <button class="decide is-redo" onClick=${() => takeBack("redo")}>Redo <kbd>U</kbd></button>
    </div>
  </section>`;
}

function Reasons({ reasons, chosen, isOpen, isSaving }) {
  const box = useRef();
  useLayoutEffect(() => { if (isOpen) box.current.querySelector("button").focus(); }, [isOpen]);
  return html`<div class="reasons ${isOpen ? "is-open" : ""}" role="group" aria-label="Reject because" ref=${box}>
    <button class="plain is-any" aria-disabled=${isSaving} onClick=${() => decide("reject")}>${isOpen ? "Reject without a reason" : "Reject:"}</button>
    ${reasons.map((reason) => html`<button class="reason ${reason.code === chosen ? "is-chosen" : ""}" aria-disabled=${isSaving}
      onClick=${() => decide("reject", { reason: reason.code })}><kbd>${reason.key}</kbd> ${show(reason.label)}</button>`)}
    <button class="reason" onClick=${() => togglePanel("reasons-own")}>${!reasons.some((each) => each.key === "0") && html`<kbd>0</kbd> `}in own words</button>
    <a data-in class="quiet" href="?view=reasons">edit reasons</a>
  </div>`;
}

function OwnReason({ detail }) {
  return html`<${TextPanel} says="Reject, because" start="" action="Reject"
    save=${(comment) => decide("reject", comment ? { comment } : {})} key=${`own ${detail.key}`} />`;
}

function Remark({ detail }) {
  return html`<${TextPanel} says="Note on this record" start=${detail.review.comment || ""} action="Save note"
    save=${(comment) => decide("comment", { comment })} key=${`note ${detail.key}`} />`;
}

function TextPanel({ says, start, action, save }) {
  const [text, setText] = useState(start);
  const field = useRef();
  useLayoutEffect(() => field.current.focus(), []); // before the next key is pressed
  const submit = (event) => {
    event.preventDefault();
    save(text.trim());
  };
  const press = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
    if (event.key === "Escape") change({ panel: null });
  };
  return html`<form class="text-panel" onSubmit=${submit}><label>${says}<textarea rows="2" maxlength="4000" ref=${field} value=${text} onInput=${(event) => setText(event.target.value)} onKeyDown=${press}></textarea></label>
    <button type="submit" class="button">${action} <kbd>Enter</kbd></button> <button type="button" class="plain" onClick=${() => change({ panel: null })}>Cancel <kbd>Esc</kbd></button></form>`;
}

export function History({ review }) {
  return html`<ol class="history">${review.history.map((event) => html`<li class=${event.undone ? "is-undone" : ""}>
    <span>${event.undone ? html`<s>${KINDS[event.kind] ?? event.kind}</s> (undone)` : KINDS[event.kind] ?? event.kind}${event.reason ? `: ${event.reason}` : ""}</span>
    <span class="quiet">${show(event.by)}, ${formatTime(event.at)}</span></li>`)}</ol>`;
}
