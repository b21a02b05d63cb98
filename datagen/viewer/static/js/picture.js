// Picture: the decoded image with its boxes over it, and what is lit of them.

import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact-htm.js";
import { lightBox, lightWith, unlight, useLight } from "./lighting.js";
import { findPicture } from "./records.js";
import { show, showPlain } from "./texts.js";

const FEW = 9; // boxes that can all have their names without covering the picture

export function Picture({ detail, areBoxesHidden }) {
  const frame = useRef();
  const [size, setSize] = useState(null);
  const [isBroken, setBroken] = useState(false);
  const picture = findPicture(detail);

  useLayoutEffect(() => {
    setBroken(false);
    if (!picture) return undefined;
    picture.alt = `Picture ${showPlain(detail.image)}`;
    const holder = frame.current;
    holder.replaceChildren(picture);
    const measure = () => setSize(picture.clientWidth ? [picture.clientWidth, picture.clientHeight] : null);
    const fail = () => setBroken(true);
    picture.addEventListener("load", measure);
    picture.addEventListener("error", fail);
    if (picture.complete && !picture.naturalWidth) fail();
    const watch = new ResizeObserver(measure);
    watch.observe(picture);
    measure();
    return () => {
      watch.disconnect();
      picture.removeEventListener("load", measure);
      picture.removeEventListener("error", fail);
    };
  }, [picture]);

  if (!picture || isBroken) {
    return html`<div class="picture is-missing"><p>${picture ? "The picture cannot be shown" : "No picture"}: <span dir="auto">${show(detail.image || "the record names none")}</span></p></div>`;
  }
  return html`<div class="picture">
    <div class="picture-frame" ref=${frame}></div>
    ${size && !areBoxesHidden && html`<${Boxes} detail=${detail} size=${size} />`}
  </div>`;
}

function Boxes({ detail, size: [width, height] }) {
  const lit = useLight();
  const hasLight = lit.boxes.size > 0;
  const areNamed = detail.boxes.length <= FEW;
  const ordered = [...detail.boxes].sort((a, b) => area(b) - area(a)); // small ones on top, to be pointed at
  const count = detail.boxes.length;
  return html`<svg class="boxes ${hasLight ? "has-light" : ""}" width=${width} height=${height}
      viewBox="0 0 ${width} ${height}" role="img" aria-label="${count} boxes over the picture; the table of boxes lists them">
    ${ordered.map((box) => {
      const [x1, y1, x2, y2] = box.corners;
      const at = { x: x1 * width, y: y1 * height, width: Math.max(1, (x2 - x1) * width), height: Math.max(1, (y2 - y1) * height) };
      const isLit = lit.boxes.has(box.n);
      return html`<g key=${box.n} class="box ${isLit ? "is-lit" : ""} ${box.crowd ? "is-crowd" : ""}"
          onMouseEnter=${() => lightBox(box.n, detail.claims)} onMouseLeave=${unlight}>
        <rect class="box-under" ...${at} /><rect class="box-line" ...${at} />
        ${(areNamed || isLit) && html`<${Label} at=${at} text=${name(box)} within=${[width, height]} />`}
      </g>`;
    })}
  </svg>`;
}

function name(box) {
  return `${box.n + 1} ${box.category}${box.crowd ? " (crowd)" : ""}`;
}

/** The name of a box, inside its upper left corner, pushed back where it would leave the picture. */
function Label({ at, text, within: [width] }) {
  const length = text.length * 6.4 + 8;
  const x = Math.max(0, Math.min(at.x, width - length));
  const y = at.y >= 17 ? at.y - 17 : at.y;
  return html`<rect class="box-label" x=${x} y=${y} width=${length} height="17" /><text x=${x + 4} y=${y + 12.5}>${showPlain(text)}</text>`;
}

function area({ corners: [x1, y1, x2, y2] }) {
  return (x2 - x1) * (y2 - y1);
}

/** The boxes as a table, for those who cannot see them and for exact numbers. */
export function BoxTable({ detail }) {
  const lit = useLight();
  if (!detail.boxes.length) return html`<p class="quiet">No boxes are annotated.</p>`;
  return html`<table class="box-table numeric">
    <caption>Corners in thousandths of width and height, from the upper left.</caption>
    <thead><tr><th>Box</th><th>left</th><th>top</th>
      <th>right</th><th>bottom</th><th>claims</th></tr></thead>
    <tbody>${detail.boxes.map((box) => html`<tr key=${box.n} class=${lit.boxes.has(box.n) ? "is-lit" : ""}
        onMouseEnter=${() => lightBox(box.n, detail.claims)} onMouseLeave=${unlight}>
      <th scope="row"><button class="plain" ...${lightWith(() => lightBox(box.n, detail.claims))}>${show(name(box))}</button></th>
      ${box.corners.map((corner) => html`<td>${Math.round(corner * 1000)}</td>`)}
      <td>${detail.claims.filter((claim) => claim.boxes.includes(box.n)).length}</td>
    </tr>`)}</tbody>
  </table>`;
}
