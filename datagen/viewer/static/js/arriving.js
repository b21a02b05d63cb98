// Arriving: the place has changed; fetch what it shows, and what will be wanted next.

import { get } from "./source.js";
import { fetchAhead, listNear, loadFacets, loadList } from "./listing.js";
import { unlight } from "./lighting.js";
import { readPlace } from "./place.js";
import { fetchRecord, peek } from "./records.js";
import { change, state } from "./store.js";

const EVERY = 4000; // ms between two looks at what goes on behind the page
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
  const isOtherSample = place.sample !== state.place.sample;
  changes.detail = place.record ? peek(place.record) : null;
  if (place.record) changes.last = place.record;
  change(changes);
  if (isOtherSample) loadProgress();
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

/** While a run is written or a file is checked, ask now and then how far that is; counts follow. */
export function watchAbout() {
  setInterval(async () => {
    const { about, place } = state;
    if (document.hidden || !about || !(about.is_live || isBeingChecked(about))) return;
    await loadAbout();
    if (state.about.examined !== about.examined && !place.record && !place.view) loadFacets(place, true);
  }, EVERY);
}

/** Whether the checks have not yet read all records of a file. */
export function isBeingChecked(about) {
  return Number.isInteger(about?.examined) && about.examined < about.records;
}
