// Wording: numbers, codes and times as people read them.

const counts = new Intl.NumberFormat("en");

/** formatCount(12000, "record") -> "12,000 records" */
export function formatCount(number, noun = "") {
  const text = counts.format(number);
  return noun ? `${text} ${noun}${number === 1 ? "" : "s"}` : text;
}

/** About three digits. */
export function formatNumber(value) {
  if (value === null || value === undefined || !Number.isFinite(Number(value))) return "–";
  const number = Number(value);
  if (Number.isInteger(number)) return counts.format(number).replace("-", "−");
  const digits = Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : Math.abs(number) >= 1 ? 2 : 3;
  return number.toLocaleString("en", { maximumFractionDigits: digits }).replace("-", "−");
}

export function formatPercent(share, digits = null) {
  if (share === null || share === undefined || !Number.isFinite(share)) return "–";
  const percent = 100 * share;
  return `${percent.toFixed(digits ?? (percent > 0 && percent < 10 ? 1 : 0))}%`;
}

/** A share with its interval: "6% (3–9%)". */
export function formatShare(share) {
  if (!share || share.estimate === null || share.estimate === undefined) return "–";
  const low = (100 * share.low).toFixed(0);
  const high = (100 * share.high).toFixed(0);
  return `${formatPercent(share.estimate, 0)} (${low}–${high}%)`;
}

export function formatCost(dollars) {
  if (dollars === null || dollars === undefined) return "–";
  return `$${dollars >= 1 ? dollars.toFixed(2) : Number(dollars.toPrecision(2))}`;
}

export function formatSeconds(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 90) return `${formatNumber(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

/** "detail_description" -> "detail description" */
export function spell(code) {
  return String(code).replaceAll("_", " ");
}

export function formatTime(at) {
  return new Date(at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

export const DECISIONS = {
  accepted: "✓ accepted",
  rejected: "✕ rejected",
  deferred: "↺ deferred",
};
