import type { ConsistencyClaims, EntryClaims, HeadClaims, WitnessKey } from './claims.ts';

/* The page as the parts of the script see it: they read its data, and write verdicts and texts. None makes HTML of a text. */

/** Whether a step holds. */
export type PageVerdict = 'holds' | 'fails' | 'unknown';

/** Names of the steps, as `data-check` has them. */
export type CheckName = 'inclusion' | 'set' | 'checkpoint' | 'cosignature' | 'consistency' | 'signature';

const SAYINGS: Readonly<Record<PageVerdict, string>> = {
  holds: 'holds',
  fails: 'does not hold',
  unknown: 'cannot be checked here',
};

/** Front of links to the root of the server, as an address. */
export function rootUrl(): string {
  const brand = document.querySelector<HTMLAnchorElement>('a.brand');
  return brand?.href ?? new URL('./', location.href).href;
}

/** Data that the server puts into pages, by the element that they stand in. */
interface PageClaims {
  readonly 'entry-claims': EntryClaims;
  readonly 'head-claims': HeadClaims;
  readonly 'witness-claims': readonly WitnessKey[];
  readonly 'consistency-claims': ConsistencyClaims;
}

/** Data that the server put into the page; undefined where there is none. What a lying log makes of it fails where it is used. */
export function readClaims<Id extends keyof PageClaims>(id: Id): PageClaims[Id] | undefined {
  const text = document.querySelector(`#${id}`)?.textContent;
  return text === undefined || text === null ? undefined : (JSON.parse(text) as PageClaims[Id]);
}

/** Elements of a step: of several witnesses there are several. */
export function stepsOf(check: CheckName): readonly HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(`[data-check="${check}"]`)];
}

/** Writes a verdict at a step, and why. */
export function setVerdict(step: HTMLElement | undefined, verdict: PageVerdict, why: string): void {
  if (step === undefined) return;
  step.dataset['verdict'] = verdict;
  const [says, reason] = [step.querySelector('.verdict'), step.querySelector('.why')];
  if (says !== null) says.textContent = SAYINGS[verdict];
  if (reason !== null) reason.textContent = why.slice(0, 1).toUpperCase() + why.slice(1);
}

/** A new element with a text. */
export function made<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text: string,
  attributes: Readonly<Record<string, string>> = {},
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  element.textContent = text;
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  return element;
}

/** Runs a check whose bugs must not pass for a verdict. */
export function guarded(check: () => void | Promise<void>, failed: (reason: string) => void): void {
  const told = (error: unknown): void => failed(error instanceof Error ? error.message : String(error));
  try {
    void Promise.resolve(check()).catch(told);
  } catch (error) {
    told(error);
  }
}
