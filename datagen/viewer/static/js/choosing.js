// Choosing: the candidates of a record, blind until a choice is on disk.

import { get, post } from "./source.js";
import { change, state } from "./store.js";

/** Fetch the candidates of the record that is open. */
export async function loadCandidates(key) {
  if (state.candidates?.key === key) return;
  change({ candidates: { key, answer: null, message: "" } });
  try {
    const answer = await get(`api/records/${encodeURIComponent(key)}/candidates`);
    if (state.candidates.key === key) change({ candidates: { key, answer, message: "" } });
  } catch (error) {
    if (state.candidates.key === key) change({ candidates: { key, answer: null, message: error.message } });
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
    const answer = await post(`api/records/${encodeURIComponent(key)}/choice`, { revision: known.revision ?? known.choice?.revision ?? 0, label });
    change({ saving: null, candidates: { key, answer, message: "" }, said: "Choice saved" });
  } catch (error) {
    const newer = error.status === 409 ? error.body?.candidates : null;
    change({ saving: null, candidates: { key, answer: newer ?? known, message: `Not saved: ${error.message}` } });
  }
}

export function chooseNumber(number) {
  const candidate = state.candidates?.answer?.candidates[number - 1];
  if (candidate) choose(candidate.label);
}
