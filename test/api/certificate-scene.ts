import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BundleOptions, verifyBundle } from '../../api/verify.ts';
import { ARTIFACT, openWorld, type World } from '../clients/sigstore-js.ts';
import { reasonOf } from '../support/verdicts.ts';
import type { LeafWords } from './authority.ts';
import {
  type BundleJson,
  bundleOf,
  IDENTITY,
  type Realm,
  realmOf,
  signerOf,
  stamped,
  type TrustedRootJson,
} from './certificate-bundle.ts';

/* A log and its authorities, and bundles that are judged by `verifyBundle` and by sigstore-js. */

/** A bundle, and how it is verified: with all that is right if nothing is said. */
export interface Case {
  readonly bundle: unknown;
  readonly options?: Partial<BundleOptions>;
}

/** A way to be wrong. */
export interface Wrong {
  readonly wrong: string;
  readonly says: RegExp;
  readonly make: () => Case | Promise<Case>;
  /** Taken by sigstore-js all the same, and why; or why it is not asked. */
  readonly theirs?: string;
}

export type Scene = ReturnType<typeof useScene>;

/** Opens the log before the tests of a file. */
export function useScene() {
  let opened: { readonly world: World; readonly realm: Realm } | undefined;
  beforeAll(async () => {
    const world = await openWorld();
    opened = { world, realm: realmOf(world) };
  });
  afterAll(() => opened?.world[Symbol.asyncDispose]());
  const held = () => {
    if (opened === undefined) throw new Error('the log is opened before the tests');
    return opened;
  };
  const judge = ({ bundle, options }: Case) =>
    verifyBundle(bundle, { artifact: ARTIFACT, trustedRoot: held().realm.trustedRoot, identity: IDENTITY, ...options });
  const version1 = async (words?: LeafWords): Promise<BundleJson> =>
    bundleOf(held().world, 1, signerOf(held().realm, words));
  const version2 = async (stamp: (bundle: BundleJson) => readonly Buffer[]): Promise<BundleJson> => {
    const bundle = await bundleOf(held().world, 2, signerOf(held().realm));
    return stamped(bundle, ...stamp(bundle));
  };
  return {
    get world() {
      return held().world;
    },
    get realm() {
      return held().realm;
    },
    judge,
    version1,
    version2,
    trusting: (change: Partial<TrustedRootJson>) => ({ trustedRoot: { ...held().realm.trustedRoot, ...change } }),
    elsewhere: async (other: Realm): Promise<Case> => ({
      bundle: await bundleOf(held().world, 1, signerOf(other)),
      options: { trustedRoot: other.trustedRoot },
    }),
    /** Identities are not asked. */
    isTakenByTheirs: (made: Case) => isTakenByTheirs(made, held().realm.trustedRoot),
  };
}

function isTakenByTheirs({ bundle, options = {} }: Case, root: TrustedRootJson): boolean {
  try {
    const material = toTrustMaterial(TrustedRoot.fromJSON(options.trustedRoot ?? root));
    const verifier = new Verifier(material, { ctlogThreshold: options.ctLogThreshold ?? 1, tlogThreshold: 1 });
    const artifact = Buffer.from(options.artifact ?? ARTIFACT);
    verifier.verify(toSignedEntity(bundleFromJSON(bundle), artifact));
    return true;
  } catch {
    return false;
  }
}

/** A test for each way: refused here by name, and by sigstore-js as well unless it is said why not. */
export function refuses({ judge, isTakenByTheirs: isTaken }: Scene, cases: readonly Wrong[]): void {
  it.each(cases)('$wrong', async ({ says, make, theirs }) => {
    const made = await make();
    expect(reasonOf(judge(made))).toMatch(says);
    expect(theirs === UNASKED || isTaken(made) === (theirs !== undefined)).toBe(true);
  });
}

export const UNASKED = 'not asked';

export function withMaterial(bundle: BundleJson, change: object): Case {
  return { bundle: { ...bundle, verificationMaterial: { ...bundle.verificationMaterial, ...change } } };
}

export function withEntry(bundle: BundleJson, change: (entry: Readonly<Record<string, unknown>>) => object): Case {
  return withMaterial(bundle, { tlogEntries: bundle.verificationMaterial.tlogEntries.map(change) });
}
