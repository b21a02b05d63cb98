// The list: one page of rows at a time, its neighbours, and what came in since.

import { get } from "./source.js";
import { go, pickListed } from "./place.js";
import { change, state } from "./store.js";

const ROWS = 60;      // rows a page: what fits a screen or two; the page stays light at any depth
const NEAR_END = 4;   // rows before the end of a page at which the next one is fetched
export const EVERY = 4000;  // ms between two looks at a run that is still writing

let ahead = null;     // {name, answer}: the next page, fetched beforehand
let asked = "";       // the name of the page wanted last, so that a late answer is dropped
let until = null;     // the greatest key that the list shows; later records are "new" until asked for

function ask(name, limit = ROWS) {
  const known = until === null ? "" : `&until=${until}`;
  return get(`api/records?${name}${name ? "&" : ""}limit=${limit}${known}`);
}

function take(name, answer) {
  until ??= answer.until ?? null;
  change({ list: { name, ...answer }, trouble: null });
}

/** Show the page of rows of a place; rows that are there already stay as they are. */
export async function loadList(place) {
  const name = String(pickListed(place));
  asked = name;
  if (state.list?.name === name) return;
  try {
    const answer = await (ahead?.name === name ? ahead.answer : ask(name));
    if (asked === name) take(name, answer);
  } catch (error) {
    if (asked === name) change({ list: null, trouble: error.message });
  }
}

/** Fetch the current page of rows again, at the wish of the person only: the list never jumps. */
export async function reloadList() {
  until = null;
  ahead = null;
  state.list = null;
  await Promise.all([loadList(state.place), loadFacets(state.place, true)]);
}

let facetsOf = "";

export async function loadFacets(place, again = false) {
  const query = pickListed(place);
  for (const name of ["sort", "after", "before"]) query.delete(name);
  const address = `api/facets?${query}`;
  if (facetsOf === address && !again) return;
  facetsOf = address;
  try {
    const facets = await get(address);
    if (facetsOf === address) change({ facets });
  } catch (error) {
    facetsOf = "";
    change({ trouble: error.message });
  }
}

export function findRow(key) {
  return state.list?.rows.find((row) => String(row.key) === String(key));
}

/** Put what was decided into the row that is shown. */
export function updateRow(key, review) {
  const row = findRow(key);
  if (!row || !state.list) return;
  const short = { decision: review.decision, revision: review.revision, by: review.by };
  const rows = state.list.rows.map((each) => (each === row ? { ...row, review: short } : each));
  change({ list: { ...state.list, rows } });
}

/** Keys of the records after (or before) one, as far as this page of rows knows them. */
export function listNear(key, count) {
  const rows = state.list?.rows || [];
  const at = rows.findIndex((row) => String(row.key) === String(key));
  return rows.slice(at + 1, at + 1 + count).map((row) => row.key);
}

/** Fetch the next page of rows when the end of this one is near. */
export function fetchAhead(key) {
  const { list, place } = state;
  if (!list?.next || listNear(key, NEAR_END).length === NEAR_END) return;
  const name = String(pickListed({ ...place, after: list.next, before: null }));
  if (ahead?.name === name) return;
  const answer = ask(name);
  answer.catch(() => { ahead = null; });
  ahead = { name, answer };
}

/** Open the next (1) or previous (-1) record, over the border of the page of rows if need be. */
export async function step(direction) {
  const { list, place } = state;
  if (!list) return;
  const at = list.rows.findIndex((row) => String(row.key) === place.record);
  const row = at < 0 ? list.rows[0] : list.rows[at + direction];
  if (row) {
    go({ record: row.key });
    return;
  }
  const cursor = direction > 0 ? list.next : list.previous;
  if (!cursor) {
    change({ said: direction > 0 ? "This was the last record of the list." : "This is the first record of the list." });
    return;
  }
  const paging = direction > 0 ? { after: cursor, before: null } : { before: cursor, after: null };
  await loadList({ ...place, ...paging });
  const rows = state.list?.rows || [];
  const next = direction > 0 ? rows[0] : rows[rows.length - 1];
  if (next) go({ ...paging, record: next.key });
}

/** Turn a page of rows. */
export function turnPage(direction) {
  const cursor = direction > 0 ? state.list?.next : state.list?.previous;
  if (!cursor) return;
  go(direction > 0 ? { after: cursor, before: null } : { before: cursor, after: null });
  scrollTo({ top: 0 });
}

/** While a run is still writing, ask now and then how many records are new. */
export function watchRun() {
  setInterval(async () => {
    if (!state.about?.is_live || document.hidden || !state.list) return;
    const { name } = state.list;
    try {
      const answer = await ask(name, 1);
      if (state.list?.name === name && answer.new !== state.list.new) {
        change({ list: { ...state.list, new: answer.new } });
      }
    } catch {
      // The next look tells; a page that is being read is not disturbed for it.
    }
  }, EVERY);
}
