// Address: the URL is the whole state of the page. Reads it, writes it, moves along it.

export const FILTERS = ["type", "state", "reason", "finding", "flag", "object", "review",
  "min_words", "max_words", "q", "sample"];
const PAGING = ["after", "before"];
export const LISTED = [...FILTERS, "sort", ...PAGING];
const KNOWN = [...LISTED, "layout", "view", "record", "edit"];

const listeners = new Set();

/** The address as a plain object; names that the page does not know are left out. */
export function readPlace(search = location.search) {
  const given = new URLSearchParams(search);
  const place = {};
  for (const name of KNOWN) if (given.get(name)) place[name] = given.get(name);
  return place;
}

/** The address of a place that differs from another by some changes; null takes a name out. */
export function writePlace(changes, from = readPlace()) {
  const place = { ...from };
  const isOtherList = Object.keys(changes).some((name) => FILTERS.includes(name) || name === "sort");
  if (isOtherList) for (const name of PAGING) delete place[name];
  Object.assign(place, changes);
  const written = new URLSearchParams();
  for (const name of KNOWN) if (place[name]) written.set(name, place[name]);
  const text = written.toString();
  return text ? `?${text}` : location.pathname;
}

/** The part of a place that decides what the list holds. */
export function pickListed(place) {
  const written = new URLSearchParams();
  for (const name of LISTED) if (place[name]) written.set(name, place[name]);
  return written;
}

export function go(changes, { replace = false } = {}) {
  const address = writePlace(changes);
  if (replace) history.replaceState(null, "", address);
  else if (address !== location.search) history.pushState(null, "", address);
  for (const listener of listeners) listener();
}

/** Call `listener` whenever the place changes, by a link, a key or the Back button. */
export function onMove(listener) {
  listeners.add(listener);
  addEventListener("popstate", listener);
  document.addEventListener("click", followLink);
}

function followLink(event) {
  const link = event.target.closest?.("a[data-in]");
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlain || event.defaultPrevented) return;
  event.preventDefault();
  const address = link.getAttribute("href");
  if (address !== location.search) history.pushState(null, "", address);
  for (const listener of listeners) listener();
}
