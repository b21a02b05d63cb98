// Overview: the figures of the run as bars; they follow a run that is still writing.

import { html, useEffect, useState } from "../vendor/preact-htm.js";
import { EVERY } from "./listing.js";
import { Section, Trouble } from "./parts.js";
import { writePlace } from "./place.js";
import { Bars, Spreads } from "./plots.js";
import { get } from "./source.js";
import { show } from "./texts.js";
import { formatCost, formatCount, formatNumber, formatPercent, formatSeconds, spell } from "./words.js";

const MOST = 12;  // bars of one plot

export function OverviewPage({ state }) {
  const [found, setFound] = useState(null);
  const [trouble, setTrouble] = useState("");
  const isLive = state.about?.is_live;
  useEffect(() => {
    const load = () => get("api/overview").then((answer) => { setFound(answer); setTrouble(""); }, (error) => setTrouble(error.message));
    load();
    const timer = isLive ? setInterval(load, EVERY) : null;
    return () => clearInterval(timer);
  }, [isLive]);
  return html`<main class="page is-wide"><h1>Overview</h1>
    <${Trouble} message=${trouble} />
    ${found && html`<${Totals} found=${found} /><${Outcomes} found=${found} /><${Balance} balance=${found.balance} /><${Source} source=${found.source} />`}
    <${Settings} settings=${state.about?.settings} /></main>`;
}

function Totals({ found }) {
  const { written, rejected, planned, tokens, cost, rate, seconds, not_answered: open } = found;
  const facts = [
    ["records", written, planned ? `of ${formatCount(planned)} planned` : ""],
    ["rejected", rejected, written + rejected > 0 ? formatPercent(rejected / (written + rejected)) : ""],
    ["not answered", open || null],
    ["cost", cost ? formatCost(cost) : null, cost && written ? `${formatCost(cost / written)} a record` : ""],
    ["tokens in", tokens?.prompt, tokens?.cached ? `${formatPercent(tokens.cached / tokens.prompt)} cached` : ""],
    ["tokens out", tokens?.completion],
    ["requests", tokens?.attempts],
    ["time", seconds ? formatSeconds(seconds) : null, rate ? `${formatNumber(rate)} records a minute` : ""],
  ].filter(([, value]) => value !== null && value !== undefined);
  return html`<dl class="big">${facts.map(([name, value, note]) => html`<div><dt>${name}</dt><dd>${typeof value === "number" ? formatCount(value) : value} <small>${note}</small></dd></div>`)}</dl>`;
}

function Outcomes({ found }) {
  const types = Object.entries(found.types || {});
  const highest = Math.max(...types.map(([, type]) => type.planned || type.written + (type.rejected || 0)));
  const counts = (name, filter) => html`<${Bars} caption=${filter[1]} rows=${sortCounts(found[name])} link=${(code) => writePlace({ [filter[0]]: code }, {})} />`;
  return html`<${Section} name="outcomes" title="What became of it"><div class="plots">
    <${Bars} caption="Records by response type" rows=${types.map(([name, type]) => [spell(name), type.written, type.rejected ? `${formatCount(type.rejected)} rejected` : ""])} most=${highest} />
    <${Bars} caption="Mean score by response type" rows=${types.filter(([, type]) => Number.isFinite(type.mean_score)).map(([name, type]) => [spell(name), type.mean_score])} format=${(score) => score.toFixed(2)} most=${1} />
    ${counts("reasons", ["reason", "Rejections by reason"])}
    ${counts("findings", ["finding", "Records by finding"])}
    ${counts("flags", ["flag", "Flags of the spot-check"])}
    ${!found.balance && counts("objects", ["object", "Records by object in the picture"])}
    <${Bars} caption="Records by score" rows=${(found.scores || []).map(([from, count]) => [`from ${from.toFixed(1)}`, count])} />
  </div><//>`;
}

function Balance({ balance }) {
  if (!balance) return null;
  const types = Object.entries(balance.types || {});
  const spreads = types.filter(([, type]) => type.words_an_answer).map(([name, type]) => [spell(name), type.words_an_answer]);
  const share = (key) => types.map(([name, type]) => [spell(name), type[key] ?? null]);
  const objects = (balance.objects || []).slice(0, MOST);
  return html`<${Section} name="balance" title="How it is spread"><div class="plots">
    <${Spreads} caption="Words in an answer: 10th percentile, median, 90th" rows=${spreads} />
    <${Bars} caption="Questions for yes or no" rows=${share("yes_no_questions")} format=${formatPercent} most=${1} />
    <${Bars} caption="Of these, answered yes" rows=${share("answered_yes").filter(([, value]) => value !== null)} format=${formatPercent} most=${1} />
    <${Bars} caption="Records that tell of an absence" rows=${share("records_with_an_absence")} format=${formatPercent} most=${1} />
    ${types.map(([name, type]) => html`<${Bars} caption=${`Openings of questions, ${spell(name)}`} rows=${Object.entries(type.openings || {}).slice(0, MOST)} format=${formatPercent} />`)}
    <${Bars} caption="Objects: share of records that name them (in boxes of)" rows=${objects.map((each) => [each.category, each.named, formatPercent(each.boxed)])} format=${formatPercent} link=${(name) => writePlace({ object: name }, {})} />
  </div><//>`;
}

function Source({ source }) {
  const counts = Object.entries(source?.troubles?.counts || {});
  if (!counts.length) return null;
  return html`<${Section} name="source" title="Bad entries of the source"><div class="plots"><${Bars} caption="Entries by what is wrong" rows=${counts} /></div><//>`;
}

function Settings({ settings }) {
  const entries = Object.entries(settings || {});
  if (!entries.length) return null;
  return html`<${Section} name="settings" title="Settings"><dl class="settings">${entries.map(([name, value]) => html`<div><dt>${spell(name)}</dt><dd dir="auto">${show(value !== null && typeof value === "object" ? JSON.stringify(value) : value)}</dd></div>`)}</dl><//>`;
}

function sortCounts(counts) {
  return Object.entries(counts || {}).sort((a, b) => b[1] - a[1]).slice(0, MOST);
}
