// Rows of the list, as cards of a grid, as lines, and narrow beside a record.

import { Component, html, useEffect } from "../vendor/preact-htm.js";
import { locate } from "./source.js";
import { writePlace } from "./place.js";
import { show } from "./texts.js";
import { spell } from "./words.js";

const SIGNS = { accepted: "✓", rejected: "✕", deferred: "↺" };

/** A row draws itself anew only when it changed: moving through a list must cost nothing. */
class Row extends Component {
  shouldComponentUpdate(next) {
    const { row, isOpen, address, shape } = this.props;
    return next.row !== row || next.isOpen !== isOpen || next.address !== address || next.shape !== shape;
  }

  render({ row, isOpen, address, shape }) {
    return html`<li class="row is-${shape}"><a data-in data-key=${row.key} href=${address} aria-current=${isOpen ? "true" : null}>
      <${Thumbnail} row=${row} />
      <span class="row-text">
        <span class="row-marks"><span class="chip">${spell(row.type)}</span><${Marks} row=${row} /></span>
        ${shape !== "narrow" && html`<span class="row-question" dir="auto">${show(row.question)}</span>`}
        <span class="row-answer" dir="auto"><${Excerpt} row=${row} /></span>
        ${shape !== "narrow" && html`<span class="row-figures">${row.score !== null && html`<${Score} score=${row.score} />`} <span>${row.words} words</span>
          ${row.reasons.slice(0, 3).map((code) => html` <code>${code}</code>`)}${row.reasons.length > 3 && ` +${row.reasons.length - 3}`}</span>`}
      </span></a></li>`;
  }
}

function Thumbnail({ row }) {
  const address = locate(row.thumb);
  return html`<span class="thumb">${address ? html`<img src=${address} alt="" loading="lazy" decoding="async" onError=${(event) => event.target.remove()} />` : ""}</span>`;
}

function Marks({ row }) {
  const decision = row.review?.decision;
  return html`
    ${row.state === "rejected" && html`<span class="mark-checks" title="rejected by the checks"><span aria-hidden="true">✕</span><span class="unseen">rejected by the checks</span><span class="more"> checks</span></span>`}
    ${row.flags.length > 0 && html`<span class="mark-flag" title=${`spot-check: ${row.flags.join(", ")}`}><span aria-hidden="true">⚑</span><span class="unseen">flagged</span></span>`}
    ${decision && html`<span class="mark-review is-${decision}"><span aria-hidden="true">${SIGNS[decision]}</span> ${decision}${decision !== "deferred" && html`<span class="more"> by review</span>`}</span>`}`;
}

function Excerpt({ row }) {
  if (!row.snippet) return html`${show(row.answer)}`;
  return html`${row.snippet.map(([text, isHit]) => (isHit ? html`<mark class="hit">${show(text)}</mark>` : show(text)))}`;
}

function Score({ score }) {
  return html`<span class="score" title="share of its claims that have ground"><svg width="36" height="6" aria-hidden="true"><rect class="score-rest" width="36" height="6" rx="3" /><rect class="score-share" width=${36 * score} height="6" rx="3" /></svg> ${score.toFixed(2)}</span>`;
}

/** Rows that await others cannot be opened. */
export function Rows({ list, open, shape = "narrow", isStale = false }) {
  useEffect(() => {
    document.querySelector(".row [aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [open, list?.name]);
  if (!list) return null;
  return html`<ol class="rows is-${shape}" inert=${isStale} aria-busy=${isStale}>${list.rows.map((row) => html`<${Row} key=${row.key} row=${row} shape=${shape}
    isOpen=${String(row.key) === open} address=${writePlace({ record: row.key, edit: null })} />`)}</ol>`;
}
