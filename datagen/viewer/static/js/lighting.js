// Lighting: what belongs to the claim or box that is pointed at or focused lights up.

import { useEffect, useState } from "../vendor/preact-htm.js";

const DARK = { claims: new Set(), boxes: new Set(), main: null };

let lit = DARK;
const listeners = new Set();

function put(next) {
  if (lit === next) return;
  lit = next;
  for (const listener of listeners) listener(next);
}

/** Light a claim (the innermost where several stand over a word) and the boxes it rests on. */
export function lightClaims(claims) {
  if (!claims.length) return;
  const main = claims.reduce((best, each) => (each.end - each.start < best.end - best.start ? each : best));
  put({ claims: new Set([main.n]), boxes: new Set(main.boxes), main: { claims } });
}

/** Light a box and every claim that rests on it. */
export function lightBox(n, claims) {
  const resting = claims.filter((claim) => claim.boxes.includes(n));
  put({ claims: new Set(resting.map((claim) => claim.n)), boxes: new Set([n]), main: { box: n, claims: [] } });
}

export function unlight() {
  put(DARK);
}

export function useLight() {
  const [seen, setSeen] = useState(lit);
  useEffect(() => {
    listeners.add(setSeen);
    return () => listeners.delete(setSeen);
  }, []);
  return seen;
}

/** Move the focus to the next (1) or previous (-1) claim that is marked as doubtful. */
export function stepClaim(direction) {
  const marked = [...document.querySelectorAll("mark.is-doubtful")];
  if (!marked.length) return;
  const at = marked.indexOf(document.activeElement);
  const next = at < 0 ? (direction > 0 ? 0 : marked.length - 1) : (at + direction + marked.length) % marked.length;
  marked[next].focus();
  marked[next].scrollIntoView({ block: "nearest" });
}

/** What an element needs to light something while it is pointed at or focused. */
export function lightWith(light) {
  return { onMouseEnter: light, onMouseLeave: unlight, onFocus: light, onBlur: unlight };
}
