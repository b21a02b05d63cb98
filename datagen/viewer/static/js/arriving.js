// Arriving: the place has changed; fetch what it shows, and what will be wanted next.

import { get } from "./source.js";
import { fetchAhead, listNear, loadFacets, loadList } from "./listing.js";
import { unlight } from "./lighting.js";
import { readPlace } from "./place.js";
import { fetchRecord, peek } from "./records.js";
import { change, state } from "./store.js";

const AHEAD = 3; // records fetched beforehand

/** Bring the state to the address; what is known already shows at once. */
export async function arrive() {
  const place = readPlace();
  const isSameRecord = place.record === state.place.record && place.view === state.place.view;
  const changes = { place };
  if (!isSameRecord) {
    unlight();
    Object.assign(changes, { panel: null, trouble: null });
  }
  changes.detail = place.record ? peek(place.record) : null;
  if (place.record) changes.last = place.record;
  change(changes);
  const isListShown = !place.view || place.view === "compare";
  const listed = isListShown ? loadList(place) : null;
  if (isListShown && !place.record) loadFacets(place);
  if (place.record) await showRecord(place.record);
  await listed;
  if (place.record && state.place.record === place.record) warm(place.record);
}

async function showRecord(key) {
  try {
    const detail = await fetchRecord(key);
    if (state.place.record === String(key) && state.detail !== detail) change({ detail: peek(key) ?? detail });
  } catch (error) {
    if (state.place.record === String(key)) change({ trouble: error.message });
  }
}

function warm(key) {
  for (const next of listNear(key, AHEAD)) fetchRecord(next).catch(() => {});
  fetchAhead(key);
}

export async function loadAbout() {
  try {
    change({ about: await get("api/about") });
  } catch (error) {
    change({ trouble: error.message });
  }
}

export async function loadProgress() {
  if (!state.about?.can_review) return;
  const sample = state.place.sample;
  try {
    change({ progress: await get(sample ? `api/progress?sample=${encodeURIComponent(sample)}` : "api/progress") });
  } catch {
    // The line keeps its last figures; a decision that fails says so itself.
  }
}
