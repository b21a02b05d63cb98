// Choosing: the candidates of a record, blind until a choice is on disk.

import { fetchRecord, forget } from "./records.js";
import { get, post } from "./source.js";
import { change, state } from "./store.js";

/** Fetch the candidates of the record that is open. */
export async function loadCandidates(key) {
  if (state.candidates?.key === key) return;
  change({ candidates: { key, answer: null, message: "" } });
  try {
    const answer = await get(`api/records/${encodeURIComponent(key)}/candidates`);
    if (state.candidates?.key === key) change({ candidates: { key, answer, message: "" } });
  } catch (error) {
    if (state.candidates?.key === key) change({ candidates: { key, answer: null, message: error.message } });
  }
}

/** Say which candidate is the best: its label, "tie" or "none". */
export async function choose(label) {
  const { candidates, saving } = state;
  const known = candidates?.answer;
  if (!known?.candidates.length || saving || !state.about?.can_review) return;
  const { key } = candidates;
  change({ saving: { key, kind: "choose" } });
  try {
    const answer = await post(`api/records/${encodeURIComponent(key)}/choice`, { revision: state.detail?.review.revision ?? 0, label });
    forget(key); // its revision has moved on
    if (state.place.record === key) change({ detail: await fetchRecord(key) });
    change({ saving: null, candidates: { key, answer, message: "" }, said: "Choice saved" });
  } catch (error) {
    const review = error.status === 409 && error.body?.review;
    if (review && state.detail) state.detail = { ...state.detail, review };
    change({ saving: null, candidates: { key, answer: known, message: `Not saved: ${error.message}` } });
  }
}

export function chooseNumber(number) {
  const candidate = state.candidates?.answer?.candidates[number - 1];
  if (candidate) choose(candidate.label);
}
