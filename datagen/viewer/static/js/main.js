// Start: draws the page that the address names, and draws it anew whenever the state changes.

import { Component, html, render } from "../vendor/preact-htm.js";
import { AgreementPage } from "./agreement.js";
import { arrive, loadAbout, loadProgress, watchAbout } from "./arriving.js";
import { BrowsePage } from "./browse.js";
import { ComparePage } from "./compare.js";
import { guardClosing } from "./deciding.js";
import { Header, Unsaved } from "./header.js";
import { listenToKeys } from "./keys.js";
import { KeysPage } from "./keys_page.js";
import { watchRun } from "./listing.js";
import { OverviewPage } from "./overview.js";
import { onMove, readPlace } from "./place.js";
import { ReasonsPage } from "./reasons_page.js";
import { RecordPage } from "./record.js";
import { onChange, state } from "./store.js";
import { showPlain } from "./texts.js";

const PAGES = { overview: OverviewPage, agreement: AgreementPage, keys: KeysPage, reasons: ReasonsPage, compare: ComparePage };

class App extends Component {
  componentDidMount() {
    onChange(() => this.setState({}));
  }

  componentDidCatch(error) {
    this.setState({ failed: error });
  }

  render(props, { failed }) {
    if (failed) return html`<main class="page"><h1>The page failed</h1><p class="trouble">${showPlain(failed.message)}</p><p>What was decided is on disk. <a href=${location.search || "?"}>Load it again</a></p></main>`;
    const { place } = state;
    const Page = PAGES[place.view] ?? (place.record ? RecordPage : BrowsePage);
    document.title = [place.record && state.detail?.id, state.about?.name, "Inspector"].filter(Boolean).map(showPlain).join(" – ");
    return html`<${Header} state=${state} /><${Unsaved} unsaved=${state.unsaved} /><${Page} state=${state} />
      <p class="unseen" role="status" aria-live="polite">${state.said}</p>
      ${state.said && html`<p class="said-line" aria-hidden="true" key=${state.said}>${state.said}</p>`}`;
  }
}

state.place = readPlace();
render(html`<${App} />`, document.querySelector("#app"));
onMove(arrive);
listenToKeys();
guardClosing();
await Promise.all([arrive(), loadAbout().then(loadProgress)]);
watchRun();
watchAbout();
