// Records: fetched once, kept with their decoded pictures, the next ones beforehand.

import { get, locate } from "./source.js";

const KEPT = 12; // records with decoded pictures; a picture of 12 megapixels takes 48 MB

const NO_REVIEW = { revision: 0, decision: null, reason: null, comment: "", edited: null, by: null, history: [] };

const records = new Map(); // key -> {detail, promise, picture}

/** The record if it has arrived, else null. */
export function peek(key) {
  return records.get(String(key))?.detail ?? null;
}

/** Fetch a record and decode its picture. */
export function fetchRecord(key) {
  const name = String(key);
  const known = records.get(name);
  if (known) {
    records.delete(name); // to the end of the line: the oldest goes first
    records.set(name, known);
    return known.promise;
  }
  const entry = { detail: null, picture: null, promise: null };
  entry.promise = get(`api/records/${encodeURIComponent(name)}`).then((detail) => {
    const claims = detail.claims.map((claim, n) => ({ ...claim, n }));
    entry.detail = { ...detail, claims, review: detail.review ?? NO_REVIEW };
    entry.picture = loadPicture(detail);
    return entry.detail;
  });
  entry.promise.catch(() => records.delete(name));
  records.set(name, entry);
  for (const oldest of records.keys()) {
    if (records.size <= KEPT) break;
    records.delete(oldest);
  }
  return entry.promise;
}

/** The <img> of a record, decoded beforehand where it was fetched beforehand. */
export function findPicture(detail) {
  const entry = records.get(String(detail.key));
  if (entry) return (entry.picture ??= loadPicture(detail));
  return loadPicture(detail);
}

/** Replace what is known of a record's review. */
export function putReview(key, review) {
  const entry = records.get(String(key));
  if (entry?.detail) entry.detail = { ...entry.detail, review };
}

/** Let go of a record, so that it is fetched anew. */
export function forget(key) {
  records.delete(String(key));
}

function loadPicture(detail) {
  const address = locate(detail.picture);
  if (!address) return null;
  const picture = new Image();
  picture.alt = "";
  picture.decoding = "sync"; // it has been decoded by the time it is shown
  picture.draggable = false;
  picture.src = address;
  picture.decode?.().catch(() => {}); // what cannot be decoded is told where it is shown
  return picture;
}
