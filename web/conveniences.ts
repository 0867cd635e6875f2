import { sha256 } from '@noble/hashes/sha2.js';
import { toHex } from '../base/bytes.ts';
import { guarded, made, rootUrl } from './dom.ts';

/* Conveniences that no page depends on: hashing a file, copying, and new entries as they come. */

/** Hashes a file that is chosen or dropped, here, and searches for its digest. */
export function startFiles(): void {
  const [input, drop] = [document.querySelector<HTMLInputElement>('#file'), document.querySelector('#drop')];
  const state = document.querySelector('#file-state');
  if (input === null || drop === null || state === null) return;
  const take = (file: File | undefined): void => {
    if (file === undefined) return;
    const told = (text: string): void => {
      state.textContent = text;
    };
    guarded(
      () => searchFor(file, told),
      (reason) => told(`The file could not be read: ${reason}`),
    );
  };
  input.addEventListener('change', () => take(input.files?.[0]));
  document.addEventListener('dragover', (event) => {
    if (event.dataTransfer?.types.includes('Files') !== true) return;
    event.preventDefault();
    drop.classList.add('over');
  });
  document.addEventListener('dragleave', () => drop.classList.remove('over'));
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    take(event.dataTransfer?.files[0]);
  });
}

async function searchFor(file: File, told: (text: string) => void): Promise<void> {
  const hash = sha256.create();
  let read = 0;
  for await (const chunk of file.stream()) {
    hash.update(chunk);
    read += chunk.length;
    told(`Hashing ${file.name}: ${Math.round((100 * read) / Math.max(1, file.size))} %`);
  }
  location.assign(`${rootUrl()}search?q=sha256:${toHex(hash.digest())}`);
}

const COPIED_MS = 1500;

/** Shows the buttons that copy, where the browser lets a page copy. */
export function startCopies(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('.copy-button')) {
    const { clipboard } = navigator as Partial<Navigator>; // only where the connection is private
    const text = button.parentElement?.querySelector('pre')?.textContent ?? '';
    if (clipboard === undefined) continue;
    button.hidden = false;
    button.addEventListener('click', () => {
      guarded(
        async () => {
          await clipboard.writeText(text);
          button.textContent = 'Copied';
          setTimeout(() => (button.textContent = 'Copy'), COPIED_MS);
        },
        () => (button.textContent = 'Not copied'),
      );
    });
  }
}

const POLL_MS = 4000;
/** Entries that one look asks for, and that are listed at most. */
const ENTRIES_AT_ONCE = 5;
const LISTED = 20;

/** Lists new entries while somebody looks. */
export function startTail(): void {
  const [tail, list] = [document.querySelector<HTMLElement>('#tail'), document.querySelector('#tail-list')];
  const state = document.querySelector('#tail-state');
  if (tail === null || list === null || state === null) return;
  const { log = '', entries = '', pages = '', offset = '0', next = '0' } = tail.dataset;
  tail.hidden = false;
  let index = Number(next);
  const look = async (): Promise<void> => {
    const end = Number(offset) + (await sizeAt(log));
    for (let left = ENTRIES_AT_ONCE; left > 0 && index < end; left -= 1) {
      const answer = await fetch(entries + index, { headers: { accept: 'application/json' } });
      if (answer.status !== 200) return;
      const [entry] = Object.values((await answer.json()) as object) as readonly {
        readonly body?: string;
        readonly integratedTime?: number;
      }[];
      list.prepend(itemOf(`${pages}${index}`, index, entry));
      index += 1;
      state.textContent = `${index - Number(next)} since you came.`;
      while (list.childElementCount > LISTED) list.lastElementChild?.remove();
    }
  };
  setInterval(() => {
    if (document.visibilityState === 'visible') guarded(look, () => undefined); // the next look may get an answer
  }, POLL_MS);
}

async function sizeAt(url: string): Promise<number> {
  const answer = await fetch(url, { headers: { accept: 'application/json' } });
  const { treeSize } = (await answer.json()) as { readonly treeSize?: unknown };
  return typeof treeSize === 'number' ? treeSize : 0;
}

function itemOf(
  href: string,
  index: number,
  entry: { readonly body?: string; readonly integratedTime?: number } | undefined,
): Element {
  const item = made('li', '');
  const time = new Date((entry?.integratedTime ?? 0) * 1000).toISOString().slice(11, 19);
  item.append(made('a', `Entry ${index}`, { href }), ` ${kindOf(entry?.body ?? '')}, ${time}`);
  return item;
}

function kindOf(body: string): string {
  try {
    const { kind } = JSON.parse(atob(body)) as { readonly kind?: unknown };
    return typeof kind === 'string' ? kind.slice(0, 40) : 'entry';
  } catch {
    return 'entry';
  }
}
