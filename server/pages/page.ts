import type { LogShards } from '../../log/shards.ts';
import type { Family } from '../../metrics/family.ts';
import type { WitnessKey } from '../../web/claims.ts';
import type { EntryReads } from '../access/entry-reads.ts';
import type { Access, Principal } from '../access/principal.ts';
import type { Admission } from '../admission/pool.ts';
import type { Answer } from '../http/answer.ts';
import type { OpenApiDocument } from '../operations/document.ts';
import type { Coding } from './as-sent.ts';
import type { ConsoleFiles } from './console-files.ts';
import type { Offer } from './first-entry.ts';
import type { Frame } from './layout.ts';
import type { PageFiles } from './page-files.ts';

/** Parts of the server that pages are made of. */
export interface PageParts {
  readonly shards: LogShards;
  readonly admission: Admission;
  /** Of what the log offers. */
  readonly document: OpenApiDocument;
  readonly consoleFiles: ConsoleFiles;
  /** Reads scripts and styles; absent where there are none, and pages do without. */
  readonly pageFiles?: () => Promise<PageFiles>;
  /** Reads what is measured of the server; absent where nothing is. */
  readonly figures?: () => Promise<readonly Family[]>;
  /** Witnesses of the log's policy; none if absent. */
  readonly witnesses?: readonly WitnessKey[];
  readonly settings: {
    readonly publicUrl: string | undefined;
    /** Ids on a page of the API, and so hits on a page at most. */
    readonly searchPage: number;
    /** Whether there are pages beside the one at the root and the console; if absent, there are. */
    readonly pages?: boolean;
  };
  readonly offer: Offer;
  readonly dev: boolean;
  /** Judges what a principal may read whose reads have conditions; absent where nobody's have. */
  readonly mayRead?: EntryReads;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** A request for a page, whose sender may have it. */
export interface PageRequest {
  /** The front of links to the root of the server. */
  readonly root: string;
  /** Parameters in the path, by name. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: ReadonlyMap<string, string>;
  readonly principal: Principal;
  /** The address of the sender, or its name. */
  readonly from: string;
  /** Where the reader finds the server, without a final slash. */
  readonly base: string;
  readonly frame: Frame;
  /** The best coding that the sender takes; undefined for none. */
  readonly coding: Coding | undefined;
  /** Aborted once the sender goes away. */
  readonly gone: () => AbortSignal;
}

/** A page for people: no operation of an API, and asked for by its path. */
export interface Page {
  /** With parameters in braces. */
  readonly path: string;
  readonly access: Access;
  /** Methods that it answers: reading ones, or `any` alike, as Rekor's home page does. */
  readonly methods: 'any' | readonly string[];
  /** Whether it is there for those alone who take HTML: to all others the path is nothing, as without pages. */
  readonly isForReaders: boolean;
  readonly answer: (asked: PageRequest) => Answer | Promise<Answer>;
}
