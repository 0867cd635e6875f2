import { type Fork, formatEvidence } from '../client/evidence/evidence.ts';
import { made } from './dom.ts';

/** Forks of one file: docs/evidence.md. */
const MAX_FORKS = 16;

/** Takes the whole page to say that a log has signed two histories, and gives the evidence away. Nothing is sent. */
export function showFork(forks: readonly Fork[]): void {
  const dialog = made('dialog', '', { class: 'fork', 'aria-labelledby': 'fork-title' });
  const file = new Blob([formatEvidence(forks.slice(0, MAX_FORKS))], { type: 'application/json' });
  const evidence = made('a', 'Download the evidence', {
    href: URL.createObjectURL(file),
    download: 'fork-evidence.json',
  });
  const away = made('button', 'Look at the page all the same', { type: 'button' });
  away.addEventListener('click', () => dialog.close());
  dialog.append(
    made('h2', 'This log has forked', { id: 'fork-title', role: 'alert' }),
    made(
      'p',
      'It has signed two heads that cannot both be of one log that only grows: one for you earlier, and another one now. Trust none of its answers.',
    ),
    made(
      'p',
      'The file holds both heads and convicts the log to everyone who has its public key: stele verify-evidence fork-evidence.json --log-key KEY',
    ),
    evidence,
    away,
    ...forks.slice(0, 1).flatMap(({ heads }) => heads.map((note) => made('pre', note, { tabindex: '0' }))),
  );
  document.body.append(dialog);
  dialog.showModal();
}
