import { type Html, html } from './layout.ts';

/** The form of the search. The file field has no name: no browser sends what is chosen there, nor what it is called. */
export function searchForm(root: string, q: string, isFirst = false): Html {
  return html`<form class="search" role="search" action="${root}search" method="get" id="search">
    <label for="q" class="${isFirst ? 'big' : 'quiet'}">${isFirst ? 'Was it signed?' : 'Search'}</label>
    <div class="field">
      <input
        type="search"
        id="q"
        name="q"
        value="${q}"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        maxlength="12000"
        dir="auto"
        placeholder="Digest, e-mail, identity, key, index, uuid"
        aria-describedby="q-kind"
      /><button type="submit">Search</button>
    </div>
    <p id="q-kind" class="hint" aria-live="polite">
      Press <kbd>/</kbd> to come here. Join terms with <code>AND</code> or <code>OR</code>.
    </p>
    <div class="drop" id="drop">
      <label for="file">Or drop a file, or choose one: it is hashed here, and never sent.</label
      ><input type="file" id="file" /><output id="file-state" for="file"></output>
    </div>
  </form>`;
}
