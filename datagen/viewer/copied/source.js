// Data of a static copy, in place of `static/js/source.js`: the same answers as the server's, from
// files beside the page or from inside it. `export.py` puts this module into every copy.

const PAGE = 200; // rows in one file of a copied folder; `export.py` writes as many

const inside = document.querySelector("#copy");
const held = inside ? JSON.parse(inside.textContent) : null;
const read = held ? async (name) => held.files[name] : readFile;

/** As in the module that this one stands for; nothing in a copy is refused. */
export class Refusal extends Error {}

export async function get(path) {
  const [name, search] = path.slice("api/".length).split("?");
  const query = new URLSearchParams(search);
  if (name === "records") return listRows(query);
  if (name === "facets") return countFacets(query);
  const found = await read(name);
  if (!found) throw new Error("The copy does not hold this.");
  return found;
}

export async function post() {
  throw new Error("Nothing can be decided in a copy.");
}

/** The address of a picture or thumbnail as the copy has it. */
export function locate(address) {
  return held ? held.pictures[address] ?? null : address;
}

async function readFile(name) {
  const file = await fetch(`data/${name}.json`);
  if (!file.ok) throw new Error(`The copy lacks data/${name}.json.`);
  return file.json();
}

const files = new Map();

function readPage(number) {
  if (!files.has(number)) files.set(number, read(`rows/${number}`));
  return files.get(number);
}

async function readAll() {
  const { records } = await read("about");
  const pages = Array.from({ length: Math.ceil(records / PAGE) }, (_, number) => readPage(number));
  return (await Promise.all(pages)).flat();
}

async function listRows(query) {
  const limit = Number(query.get("limit"));
  const isWhole = ![...query.keys()].some((name) => !["limit", "after", "before"].includes(name));
  const found = isWhole ? null : arrange(await readAll(), query);
  const total = found ? found.length : (await read("about")).records;
  const before = query.get("before");
  const start = before ? Math.max(0, Number(before) - limit) : Number(query.get("after") || 0);
  const end = Math.min(total, start + limit);
  let rows = found?.slice(start, end);
  if (!rows) {
    const first = Math.floor(start / PAGE);
    const pages = [];
    for (let number = first; number * PAGE < end; number += 1) pages.push(readPage(number));
    rows = (await Promise.all(pages)).flat().slice(start - first * PAGE, end - first * PAGE);
  }
  const words = splitWords(query.get("q"));
  return {
    rows: words.length ? rows.map((row) => ({ ...row, snippet: cutSnippet(row.text, words[0]) })) : rows,
    next: end < total ? String(end) : null,
    previous: start > 0 ? String(start) : null,
    total, total_is_capped: false, new: 0,
  };
}

const GETTERS = {
  type: (row) => [row.type],
  state: (row) => [row.state],
  reason: (row) => row.reasons,
  finding: (row) => row.findings,
  flag: (row) => row.flags,
  object: (row) => row.objects,
  review: (row) => [row.review?.decision ?? "none"],
};
const MEASURES = { score: (row) => row.score, length: (row) => row.words, cost: (row) => row.cost, flagged: (row) => row.flags.length };

function fits(row, query, words, without) {
  for (const [name, values] of Object.entries(GETTERS)) {
    if (name !== without && query.get(name) && !values(row).includes(query.get(name))) return false;
  }
  if (row.words < Number(query.get("min_words") || 0) || row.words > Number(query.get("max_words") || Infinity)) return false;
  const text = words.length ? row.text.toLowerCase() : "";
  return words.every((word) => text.includes(word));
}

function arrange(rows, query) {
  const words = splitWords(query.get("q"));
  const found = rows.filter((row) => fits(row, query, words));
  const sort = query.get("sort");
  if (!sort) return found;
  const measure = MEASURES[sort.replace("-", "")] ?? ((row) => row.key);
  const sign = sort.startsWith("-") ? -1 : 1;
  const value = (row) => measure(row) ?? sign * Infinity; // what is not known comes last
  return found.sort((a, b) => sign * (value(a) - value(b)) || a.key - b.key);
}

async function countFacets(query) {
  const words = splitWords(query.get("q"));
  const rows = await readAll();
  const facets = { is_capped: false };
  for (const [name, values] of Object.entries(GETTERS)) {
    const counts = new Map();
    for (const row of rows) if (fits(row, query, words, name)) for (const value of values(row)) counts.set(value, (counts.get(value) || 0) + 1);
    facets[name] = [...counts].sort((a, b) => b[1] - a[1]);
  }
  return facets;
}

function splitWords(text) {
  return (text || "").toLowerCase().match(/[\p{L}\p{N}]+/gu) || [];
}

function cutSnippet(text, word) {
  const at = Math.max(0, text.toLowerCase().indexOf(word));
  const start = Math.max(0, at - 40);
  return [[(start ? "…" : "") + text.slice(start, at), false], [text.slice(at, at + word.length), true], [text.slice(at + word.length, at + 120), false]];
}
