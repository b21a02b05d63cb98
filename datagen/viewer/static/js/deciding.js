// Deciding: a decision is on disk before the page moves on, and one that failed stays in sight.

import { loadProgress } from "./arriving.js";
import { step, updateRow } from "./listing.js";
import { go } from "./place.js";
import { fetchRecord, peek, putReview } from "./records.js";
import { post } from "./source.js";
import { change, state } from "./store.js";

const SAID = {
  accept: "Accepted",
  reject: "Rejected",
  defer: "Deferred",
  edit: "Edit saved",
  comment: "Comment saved",
};

/**
 * Send one decision about the record that is open; true when it is on disk.
 *
 * `more` is reason, comment or turns. Nothing is sent while another decision is on its way: the
 * second press of a key was meant for the record that was still in sight.
 */
export async function decide(kind, more = {}, { stay = false } = {}) {
  const { detail, saving, about } = state;
  if (!detail || saving || !about?.can_review) return false;
  const key = detail.key;
  change({ saving: { key, kind }, unsaved: null });
  try {
    const review = await post(`api/records/${key}/review`, { revision: detail.review.revision, kind, ...more });
    settle(key, review, `${SAID[kind]}: ${detail.id}`);
  } catch (error) {
    keepUnsaved(error, { key, id: detail.id, kind, more });
    return false;
  }
  if (["accept", "reject", "defer"].includes(kind) && !stay) await step(1);
  return true;
}

function settle(key, review, said) {
  putReview(key, review);
  const isOpen = String(state.detail?.key) === String(key);
  change({ saving: null, panel: null, said, ...(isOpen ? { detail: peek(key) ?? { ...state.detail, review } } : {}) });
  updateRow(key, review);
  loadProgress();
}

function keepUnsaved(error, decision) {
  const review = error.status === 409 ? error.body?.review : null;
  if (review) {
    putReview(decision.key, review);
    updateRow(decision.key, review);
    if (String(state.detail?.key) === String(decision.key)) state.detail = { ...state.detail, review };
  }
  change({ saving: null, unsaved: { ...decision, message: error.message, isStale: Boolean(review) } });
}

/** Try again what could not be saved. A stale one was shown the newer state first. */
export async function retry() {
  const { unsaved } = state;
  if (!unsaved) return;
  if (state.place.record !== String(unsaved.key)) {
    go({ record: unsaved.key });
    const detail = await fetchRecord(unsaved.key);
    change({ detail: peek(unsaved.key) ?? detail });
  }
  await decide(unsaved.kind, unsaved.more);
}

export function dismiss() {
  change({ unsaved: null });
}

/** Take back (or bring back) the newest event of this reviewer, and show its record. */
export async function takeBack(way) {
  if (!state.about?.can_review) return;
  while (state.saving) await new Promise((done) => { setTimeout(done, 10); }); // what is on its way is meant too
  change({ saving: { key: null, kind: way }, unsaved: null });
  try {
    const answer = await post(`api/${way}`, {});
    if (answer.nothing) {
      change({ saving: null, said: `There is nothing to ${way}.` });
      return;
    }
    settle(answer.key, answer.review, way === "undo" ? "Undone" : "Redone");
    change({ candidates: null }); // it may have been a choice, which is then hidden again
    if (answer.key !== null && state.place.record !== String(answer.key)) go({ record: answer.key, edit: null });
  } catch (error) {
    change({ saving: null, unsaved: { key: null, kind: way, message: error.message } });
  }
}

/** Save an edit, and accept the record as edited if so wished. */
export async function saveEdit(turns, { andAccept }) {
  const isSaved = await decide("edit", { turns });
  if (!isSaved) return false;
  go({ edit: null }, { replace: true });
  if (andAccept) await decide("accept");
  return true;
}

/** A page with something unsaved asks before it is closed. */
export function guardClosing() {
  addEventListener("beforeunload", (event) => {
    if (state.saving || state.unsaved) event.preventDefault();
  });
}
