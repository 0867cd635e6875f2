import { parseUtf8, toHex } from '../../base/bytes.ts';
import type { PolicyFault } from './failures.ts';

/*
 * A policy file is octets: c2sp.org/tlog-policy, "Character set". Whether two names are one must not depend on Unicode,
 * so that words of other octets are other words here.
 */

/** The words between spaces and tabs of one line. At least one word: empty lines and comments are left out. */
export interface PolicyLine {
  readonly number: number;
  readonly words: readonly [string, ...string[]];
}

interface PolicyLines {
  /** How many there are, with those left out. */
  readonly count: number;
  readonly lines: readonly PolicyLine[];
  readonly faults: readonly PolicyFault[];
}

const [TAB, NEWLINE, SPACE, HASH, TILDE, FIRST_HIGH] = [0x09, 0x0a, 0x20, 0x23, 0x7e, 0x80] as const;

/**
 * Returns the lines of a policy file that are neither empty nor comments, and the faults of all lines as sequences of
 * octets.
 */
export function readLines(file: Uint8Array): PolicyLines {
  const lines: PolicyLine[] = [];
  const faults: PolicyFault[] = [];
  let count = 0;
  for (let from = 0; from < file.length;) {
    const end = file.indexOf(NEWLINE, from);
    const octets = file.subarray(from, end < 0 ? file.length : end);
    count += 1;
    if (end < 0) faults.push({ line: count, message: 'the line does not end in a newline' });
    const bad = octets.find((octet) => !isAllowed(octet));
    if (bad !== undefined)
      faults.push({ line: count, message: `the octet 0x${toHex(Uint8Array.of(bad))} has no place here` });
    const [first, ...rest] = readWords(octets.filter(isAllowed)); // what else is wrong with the line is told at once
    if (first !== undefined) lines.push({ number: count, words: [first, ...rest] });
    from += octets.length + 1;
  }
  return { count, lines, faults };
}

function isAllowed(octet: number): boolean {
  return octet === TAB || (octet >= SPACE && octet <= TILDE) || octet >= FIRST_HIGH;
}

function readWords(octets: Uint8Array): readonly string[] {
  const words: string[] = [];
  for (let at = 0; at < octets.length;) {
    const length = octets.subarray(at).findIndex((octet) => octet === SPACE || octet === TAB);
    const word = octets.subarray(at, length < 0 ? octets.length : at + length);
    if (words.length === 0 && word[0] === HASH) return [];
    if (word.length > 0) words.push(toText(word));
    at += word.length + 1;
  }
  return words;
}

/** One text for each sequence of octets: what is no UTF-8 gets lone surrogates, which no UTF-8 has. */
function toText(word: Uint8Array): string {
  return (
    parseUtf8(word) ??
    Array.from(word, (octet) => String.fromCharCode(octet < FIRST_HIGH ? octet : 0xdc00 + octet)).join('')
  );
}
