import { brief } from '../../base/brief.ts';
import { fails, HOLDS, type Verdict } from '../../base/verdict.ts';
import type { AnswerReader } from '../answer-reader.ts';

/** Certificates, timestamps and entries of one bundle at most: each costs a few milliseconds. */
export const MOST_MEMBERS = 32;

const MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle';

type Version = 1 | 2 | 3;

/** Versions of bundles by their media types: those that sigstore-go knows. */
const VERSIONS: ReadonlyMap<string, Version> = new Map([
  [`${MEDIA_TYPE}+json;version=0.1`, 1],
  [`${MEDIA_TYPE}+json;version=0.2`, 2],
  [`${MEDIA_TYPE}+json;version=0.3`, 3],
  [`${MEDIA_TYPE}.v0.3+json`, 3],
]);

/** Members of which a bundle has one at most. */
const CONTENTS = ['messageSignature', 'dsseEnvelope'];
const SIGNERS = ['certificate', 'x509CertificateChain', 'publicKey'];

/**
 * Whether a bundle is of a version that is known here, says everything once, and has what its version asks for: an inclusion promise
 * (0.1) or an inclusion proof (since 0.2) in every entry, and no chain of certificates (since 0.3).
 *
 * @throws MalformedAnswer
 */
export function judgeForm(bundle: AnswerReader): Verdict {
  const version = VERSIONS.get(bundle.text('mediaType'));
  if (version === undefined)
    return fails(
      `it is no Sigstore bundle of version 0.1, 0.2 or 0.3: mediaType is ${brief(bundle.text('mediaType'))}`,
    );
  const material = bundle.object('verificationMaterial');
  const contents = judgeOne(bundle, CONTENTS);
  if (!contents.holds) return contents;
  const signers = judgeOne(material, SIGNERS);
  if (!signers.holds) return signers;
  if (version === 3 && material.has('x509CertificateChain'))
    return fails('a bundle of version 0.3 has one certificate, and no x509CertificateChain');
  return material.has('tlogEntries') ? judgeEntries(material.objects('tlogEntries', MOST_MEMBERS), version) : HOLDS;
}

function judgeOne(object: AnswerReader, names: readonly string[]): Verdict {
  const found = names.filter((name) => object.has(name));
  return found.length > 1 ? fails(`it has both ${found.join(' and ')}, and may have one of them`) : HOLDS;
}

function judgeEntries(entries: readonly AnswerReader[], version: Version): Verdict {
  const needed = version === 1 ? 'inclusionPromise' : 'inclusionProof';
  const bare = entries.findIndex((entry) => !entry.has(needed));
  if (bare >= 0)
    return fails(`tlogEntries.${bare} has no ${needed}, which a bundle of version 0.${version} has to have`);
  const twice = entries.findIndex((entry, i) => entries.slice(0, i).some((other) => isSame(entry, other)));
  return twice < 0 ? HOLDS : fails(`tlogEntries.${twice} is there twice`);
}

/** By its body: an entry that is in two logs has two log ids. */
function isSame(one: AnswerReader, other: AnswerReader): boolean {
  const [a, b] = [one, other].map((entry) => [entry.text('canonicalizedBody'), entry.object('logId').text('keyId')]);
  return a?.join() === b?.join();
}
