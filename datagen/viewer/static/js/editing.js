// Editing: a field for every turn; the checks answer while one types.

import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact-htm.js";
import { saveEdit } from "./deciding.js";
import { ClaimCounts, Conversation } from "./conversation.js";
import { go } from "./place.js";
import { post } from "./source.js";
import { keepChoice, readChoice } from "./store.js";
import { FindingLines, nameSpeaker } from "./turns.js";

const PAUSE = 250; // ms without a key before the checks are asked

export function Editor({ detail, saving }) {
  const draft = `draft.${detail.id}`; // it outlives a reload or a tab closed by accident
  const start = detail.review.edited || detail.turns;
  const [turns, setTurns] = useState(readChoice(draft, null) ?? start);
  const [verdict, setVerdict] = useState(null);
  const [trouble, setTrouble] = useState("");
  const first = useRef();
  const isChanged = JSON.stringify(turns) !== JSON.stringify(start);

  useLayoutEffect(() => first.current?.focus(), []);
  useEffect(() => {
    if (isChanged) keepChoice(draft, turns);
    let isLate = false;
    const timer = setTimeout(async () => {
      try {
        const answer = await post("api/check", { key: detail.key, turns });
        if (!isLate) { setVerdict({ ...answer, turns, claims: answer.claims.map((claim, n) => ({ ...claim, n })) }); setTrouble(""); }
      } catch (error) {
        if (!isLate) setTrouble(error.message);
      }
    }, verdict ? PAUSE : 0);
    return () => { isLate = true; clearTimeout(timer); };
  }, [turns]);

  const write = (n, text) => setTurns(turns.map((turn, at) => (at === n ? { ...turn, text } : turn)));
  const leave = () => { keepChoice(draft, null); go({ edit: null }, { replace: true }); };
  const save = async (andAccept) => {
    if (await saveEdit(turns, { andAccept })) keepChoice(draft, null);
  };
  const press = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); save(true); }
  };
  return html`<section class="editor" aria-labelledby="edit-heading" onKeyDown=${press}>
    <h2 id="edit-heading">Edit</h2>
    ${turns.map((turn, n) => html`<label class="edit-turn is-${turn.from === "human" ? "human" : "model"}"><span class="speaker">${nameSpeaker(turn)}</span>
      <textarea dir="auto" ref=${n === (turns.length > 1 ? 1 : 0) ? first : null} rows=${Math.min(14, Math.max(2, Math.ceil(turn.text.length / 58)))} value=${turn.text} onInput=${(event) => write(n, event.target.value)}></textarea></label>`)}
    <div class="edit-buttons">
      <button class="button" aria-disabled=${Boolean(saving)} onClick=${() => save(true)}>Save and accept <kbd>Ctrl Enter</kbd></button>
      <button class="decide" aria-disabled=${Boolean(saving)} onClick=${() => save(false)}>Save only</button>
      <button class="plain" onClick=${leave}>${isChanged ? "Discard the edit" : "Back"}</button></div>
    <div class="verdict" aria-live="polite"><${Verdict} verdict=${verdict} trouble=${trouble} /></div>
    ${verdict && html`<${Conversation} turns=${verdict.turns} claims=${verdict.claims} findings=${verdict.findings} />`}
  </section>`;
}

function Verdict({ verdict, trouble }) {
  if (trouble) return html`<p class="trouble">${trouble}</p>`;
  if (!verdict) return html`<p class="quiet">The checks are reading…</p>`;
  const rejecting = verdict.findings.filter((finding) => finding.severity === "reject");
  return html`<p class="verdict-line ${rejecting.length ? "is-bad" : "is-good"}">${rejecting.length ? "✕ The checks reject this" : "✓ The checks let this pass"}</p>
    <${FindingLines} findings=${verdict.findings} />
    <${ClaimCounts} claims=${verdict.claims} score=${verdict.score ?? null} />`;
}
