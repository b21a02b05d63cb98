// Plots: bars and intervals as SVG, from plain values; the numbers stand beside them as text.

import { html } from "../vendor/preact-htm.js";
import { show } from "./texts.js";
import { formatNumber, formatPercent } from "./words.js";

const WIDTH = 120;

/** A table whose numbers have bars: rows [[label, value, note?]…]; `link` makes addresses of labels. */
export function Bars({ caption, rows, format = formatNumber, most = null, link = null }) {
  if (!rows.length) return null;
  const highest = most ?? Math.max(...rows.map(([, value]) => value ?? 0));
  const width = (value) => (highest > 0 && value ? Math.max(1, (WIDTH * value) / highest) : 0);
  return html`<table class="bars"><caption>${caption}</caption><tbody>
    ${rows.map(([label, value, note]) => html`<tr><th scope="row" dir="auto">${link ? html`<a data-in href=${link(label)}>${show(label)}</a>` : show(label)}</th>
      <td class="bar"><svg viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none" aria-hidden="true"><rect class="bar-rest" width=${WIDTH} height="10" /><rect class="bar-share" width=${width(value)} height="10" /></svg></td>
      <td class="number">${format(value)}</td>${note !== undefined && html`<td class="quiet">${note}</td>`}</tr>`)}
  </tbody></table>`;
}

/** A share with its 95% interval on a line from 0 to 100%. */
export function Interval({ share, label }) {
  if (!share || share.estimate === null || share.estimate === undefined) return html`<span class="quiet">–</span>`;
  const [low, point, high] = [share.low, share.estimate, share.high].map((value) => Math.min(1, Math.max(0, value)));
  return html`<${Line} low=${low} point=${point} high=${high} label=${`${label}: ${formatPercent(point, 0)}, 95% interval from ${formatPercent(low, 0)} to ${formatPercent(high, 0)}`} />`;
}

/** Percentiles on lines: rows [[label, {p10, median, p90}]…]. */
export function Spreads({ caption, rows }) {
  if (!rows.length) return null;
  const most = Math.max(1, ...rows.map(([, spread]) => spread.p90));
  return html`<table class="bars"><caption>${caption}</caption><tbody>${rows.map(([label, { p10, median, p90 }]) => html`<tr><th scope="row">${show(label)}</th>
    <td><${Line} low=${p10 / most} point=${median / most} high=${p90 / most} /></td><td class="number">${p10} · <strong>${median}</strong> · ${p90}</td></tr>`)}</tbody></table>`;
}

function Line({ low, point, high, label }) {
  const at = (share) => 4 + (WIDTH - 8) * share;
  return html`<svg class="interval" width=${WIDTH} height="14" viewBox="0 0 ${WIDTH} 14" role=${label ? "img" : null} aria-label=${label} aria-hidden=${label ? null : "true"}>
    <line class="interval-axis" x1="4" x2=${WIDTH - 4} y1="7" y2="7" /><line class="interval-line" x1=${at(low)} x2=${at(high)} y1="7" y2="7" /><circle class="interval-point" cx=${at(point)} cy="7" r="4" /></svg>`;
}
