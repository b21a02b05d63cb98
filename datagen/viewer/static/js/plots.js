// Plots: bars and intervals as SVG, from plain values; numbers stand beside them as text.

import { html } from "../vendor/preact-htm.js";
import { show } from "./texts.js";
import { formatNumber, formatPercent } from "./words.js";

const WIDTH = 120;

/** A table whose numbers have bars: rows [[label, value, note?]…]. */
export function Bars({ caption, rows, format = formatNumber, most = null }) {
  const highest = most ?? Math.max(...rows.map(([, value]) => value ?? 0), 0);
  if (!rows.length) return null;
  return html`<table class="bars"><caption>${caption}</caption><tbody>
    ${rows.map(([label, value, note]) => html`<tr><th scope="row" dir="auto">${show(label)}</th>
      <td class="bar"><svg width=${WIDTH} height="10" viewBox="0 0 ${WIDTH} 10" aria-hidden="true" preserveAspectRatio="none"><rect class="bar-rest" width=${WIDTH} height="10" />
        <rect class="bar-share" width=${highest > 0 && value ? Math.max(1, (WIDTH * value) / highest) : 0} height="10" /></svg></td>
      <td class="number">${format(value)}</td>${note !== undefined && html`<td class="quiet">${note}</td>`}</tr>`)}
  </tbody></table>`;
}

/** A share with its 95% interval on a line from 0 to 100%. */
export function Interval({ share, label }) {
  if (!share || share.estimate === null || share.estimate === undefined) return html`<span class="quiet">–</span>`;
  const at = (value) => 4 + (WIDTH - 8) * Math.min(1, Math.max(0, value));
  return html`<svg class="interval" width=${WIDTH} height="14" viewBox="0 0 ${WIDTH} 14" role="img"
      aria-label=${`${label ? `${label}: ` : ""}${formatPercent(share.estimate, 0)}, 95% interval from ${formatPercent(share.low, 0)} to ${formatPercent(share.high, 0)}`}>
    <line class="interval-axis" x1="4" x2=${WIDTH - 4} y1="7" y2="7" /><line class="interval-line" x1=${at(share.low)} x2=${at(share.high)} y1="7" y2="7" />
    <circle class="interval-point" cx=${at(share.estimate)} cy="7" r="4" /></svg>`;
}

/** Three percentiles on one line: a bar from the 10th to the 90th, a dot at the median. */
export function Spread({ p10, median, p90, most }) {
  const at = (value) => (WIDTH * value) / (most || 1);
  return html`<svg class="interval" width=${WIDTH} height="14" viewBox="0 0 ${WIDTH} 14" aria-hidden="true">
    <line class="interval-axis" x1="0" x2=${WIDTH} y1="7" y2="7" /><line class="interval-line" x1=${at(p10)} x2=${at(p90)} y1="7" y2="7" /><circle class="interval-point" cx=${at(median)} cy="7" r="4" /></svg>`;
}
