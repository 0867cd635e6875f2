import { Failure } from '../../../base/failure.ts';
import { parseCosignature } from '../../../checkpoint/cosignature.ts';
import { parseNote } from '../../../checkpoint/note.ts';
import { type Html, html, NOTHING } from '../layout.ts';
import { isolated, moment } from '../text.ts';

/*
 * Steps that the page's script checks. The server says of none that it holds: the word of the log is what the visitor came
 * to check.
 */

export type CheckName = 'inclusion' | 'set' | 'checkpoint' | 'cosignature' | 'consistency' | 'signature';

/** One step, whose verdict is open. @param name - of the witness, where there is one */
export function checkItem(check: CheckName, title: Html, says: Html, name?: string): Html {
  return openItem(check, title, { says, name, state: 'not checked yet' });
}

interface OpenItem {
  readonly says: Html;
  readonly name: string | undefined;
  /** Stands for the verdict as long as there is none. */
  readonly state: string;
}

function openItem(check: CheckName, title: Html, { says, name, state }: OpenItem): Html {
  return html`<li
    data-check="${check}"
    data-verdict="unknown"
    ${name === undefined ? NOTHING : html` data-name="${name}"`}
  >
    <span class="mark" aria-hidden="true"></span>
    <div>
      <strong>${title}</strong> <span class="verdict">${state}</span>
      <p class="why">${says}</p>
    </div>
  </li>`;
}

/** Said where no script runs. @param command - that checks the same */
export function howToCheck(command: string): Html {
  return html`<noscript
    ><p class="note" role="note">
      Your browser runs no script, so nothing was checked here. <code>${command}</code> checks the same on your machine.
    </p></noscript
  >`;
}

/** A cosignature line of a checkpoint. */
interface CosignatureLine {
  readonly name: string;
  /** Seconds since the Unix epoch. */
  readonly time: number;
}

/** Lines below a checkpoint that have the form of a cosignature. Nothing of them is verified. */
export function cosignaturesOn(checkpoint: string | undefined): readonly CosignatureLine[] {
  try {
    if (checkpoint === undefined) return [];
    return parseNote(checkpoint).signatures.flatMap(({ name, signature }) => {
      const cosignature = parseCosignature(signature);
      return cosignature === undefined ? [] : [{ name, time: cosignature.time }];
    });
  } catch (error) {
    if (error instanceof Failure) return [];
    throw error;
  }
}

const NO_COSIGNATURE: OpenItem = {
  says: html`No witness has cosigned this head.`,
  name: undefined,
  state: 'nothing to check',
};

/** A step for each witness that has cosigned, and one that says so where none has. */
export function cosignatureItems(checkpoint: string | undefined): readonly Html[] {
  const lines = cosignaturesOn(checkpoint);
  if (lines.length === 0) return [openItem('cosignature', html`Cosignatures`, NO_COSIGNATURE)];
  return lines.map(({ name, time }) =>
    checkItem(
      'cosignature',
      html`Cosigned by ${isolated(name)}`,
      html`Whether the witness has signed that it saw this head at ${moment(time)}.`,
      name,
    ),
  );
}
