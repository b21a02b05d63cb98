// One record: the list beside it, its picture, what was said about it, and the bar to decide.

import { html, useEffect, useLayoutEffect, useRef } from "../vendor/preact-htm.js";
import { Rows } from "./cards.js";
import { ClaimCounts, Conversation, Evidence } from "./conversation.js";
import { DecisionBar, History } from "./decision_bar.js";
import { Editor } from "./editing.js";
import { Context, Figures, Findings, Fold, Prompt, Replies } from "./layers.js";
import { step } from "./listing.js";
import { Steps } from "./parts.js";
import { BoxTable, Picture } from "./picture.js";
import { writePlace } from "./place.js";
import { change } from "./store.js";
import { Long, show } from "./texts.js";
import { DiffTurns } from "./word_diff.js";
import { DECISIONS, formatCount, spell } from "./words.js";

export function RecordPage({ state }) {
  const { detail, place, list } = state;
  return html`<main class="record-page">
    <nav class="beside" aria-label="List">
      <p class="beside-head"><a data-in href=${writePlace({ record: null, edit: null })}>← all ${list ? formatCount(list.total) : ""}</a></p>
      <${Rows} list=${list} open=${place.record} />
    </nav>
    ${detail ? html`<${Record} state=${state} detail=${detail} />` : html`<div class="record is-waiting"><p>${state.trouble || "Loading…"}</p></div>`}
  </main>`;
}

function Record({ state, detail }) {
  const { place, list } = state;
  const top = useRef();
  const heading = useRef();
  useLayoutEffect(() => {
    top.current.scrollTop = 0;
    top.current.querySelectorAll(".scroller").forEach((each) => { each.scrollTop = 0; });
    if (matchMedia("(max-width: 60rem)").matches) scrollTo(0, 0);
  }, [detail.key]);
  useEffect(() => {
    // Whoever came by a link or a click goes on from the record; the focus of keys stays where it is.
    if (document.activeElement === document.body || document.activeElement?.matches("a[data-in]")) heading.current.focus({ preventScroll: true });
  }, [detail.key]);
  return html`<article class="record" ref=${top} aria-labelledby="record-heading">
    <header class="record-head">
      <h1 id="record-heading" tabindex="-1" ref=${heading} dir="auto">${show(detail.id)}</h1>
      <span class="chip">${spell(detail.type)}</span>
      <span class="state is-${detail.state}">${detail.state === "rejected" ? "✕ rejected by the checks" : "✓ passed the checks"}</span>
      <${ReviewState} review=${detail.review} reasons=${state.about?.reasons} />
      <${Position} list=${list} open=${place.record} />
    </header>
    <div class="sight scroller">
      <${Picture} detail=${detail} areBoxesHidden=${state.areBoxesHidden} />
      <div class="under-picture">
        <button class="plain" aria-pressed=${state.areBoxesHidden} onClick=${() => change({ areBoxesHidden: !state.areBoxesHidden })}>${state.areBoxesHidden ? "Show boxes" : "Hide boxes"} <kbd>b</kbd></button>
      </div>
      <${Evidence} detail=${detail} />
      <${Fold} name="boxes" heading="Boxes" note=${formatCount(detail.boxes.length)} open=${matchMedia("(min-width: 60rem)").matches}><${BoxTable} detail=${detail} /><//>
    </div>
    <div class="texts scroller">
      <${Findings} detail=${detail} />
      ${place.edit && state.about?.can_review ? html`<${Editor} key=${detail.key} detail=${detail} saving=${state.saving} />` : html`<${Said} detail=${detail} query=${place.q} />`}
      <${Layers} detail=${detail} canReview=${state.about?.can_review} />
    </div>
    ${state.about?.can_review && !place.edit && html`<${DecisionBar} state=${state} detail=${detail} />`}
  </article>`;
}

function Said({ detail, query }) {
  const { edited } = detail.review;
  return html`<section class="conversation" aria-labelledby="conversation-heading">
    <h2 id="conversation-heading" class="unseen">Conversation</h2>
    ${edited && html`<div class="edited"><h3>Edited by ${show(detail.review.by || "you")}</h3><${DiffTurns} before=${detail.turns} after=${edited} /></div><h3 class="was">As it was written</h3>`}
    ${detail.raw && html`<p class="note">This reply gave no record.</p><article class="reply"><pre dir="auto"><${Long} text=${detail.raw} /></pre></article>`}
    <${Conversation} turns=${detail.turns} claims=${detail.claims} findings=${detail.findings} query=${query} />
    <${ClaimCounts} claims=${detail.claims} score=${detail.score} />
  </section>`;
}

function Layers({ detail, canReview }) {
  const { replies } = detail;
  const candidates = new Set(replies.map((reply) => reply.candidate)).size;
  return html`
    ${detail.context && html`<${Fold} name="context" heading="Symbolic context" note="what the model saw in place of the picture" open=${true}><${Context} detail=${detail} /><//>`}
    ${canReview && candidates > 1 && html`<p class="compare-link"><a data-in href=${writePlace({ view: "compare" })}>Compare ${candidates} candidates, blind</a> <kbd>c</kbd></p>`}
    ${replies.length > 0 && html`<${Fold} name="replies" heading=${replies.length > 1 ? "Raw replies" : "Raw reply"} note=${replies.length > 1 ? formatCount(replies.length) : ""}><${Replies} replies=${replies} /><//>
    <${Fold} name="figures" heading="Tokens, cost, attempts"><${Figures} replies=${replies} /><//>`}
    ${detail.prompt && html`<${Fold} name="prompt" heading="Full prompt" note=${formatCount(detail.prompt.length, "message")}><${Prompt} messages=${detail.prompt} /><//>`}
    ${detail.review.history.length > 0 && html`<${Fold} name="history" heading="Decisions" note=${formatCount(detail.review.history.length)} open=${true}><${History} review=${detail.review} /><//>`}`;
}

function ReviewState({ review, reasons }) {
  const reason = reasons?.find((each) => each.code === review.reason)?.label ?? review.reason;
  return html`${review.decision && html`<span class="decision is-${review.decision}">${DECISIONS[review.decision]}${reason ? `: ${reason}` : ""}</span>`}
    ${review.edited && html`<span class="decision is-edited">✎ edited</span>`}
    ${review.comment && html`<span class="remark" dir="auto">“${show(review.comment)}”</span>`}`;
}

function Position({ list, open }) {
  const at = list?.rows.findIndex((row) => String(row.key) === open) ?? -1;
  return html`<${Steps} step=${step} /><span class="unseen" aria-live="polite">${at >= 0 ? `Record ${at + 1} of ${list.rows.length} on this page` : ""}</span>`;
}
