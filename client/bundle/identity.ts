import { fails, HOLDS, type Verdict } from '../../base/verdict.ts';
import { type Certificate, subjectsOf } from '../../entries/pki/certificate.ts';
import { fulcioValues } from '../../entries/pki/fulcio-extensions.ts';

/** The holder that a certificate has to be of. A text has to be the whole name; an expression has to match a part of it. */
export interface ExpectedIdentity {
  /** Name of the holder: an e-mail address, a URI, … */
  readonly subject: string | RegExp;
  /** Address of the OpenID provider that Fulcio has asked. */
  readonly issuer: string | RegExp;
}

/** The holder that a certificate is of. */
export interface CertificateIdentity {
  /** Subject alternative names. */
  readonly subjects: readonly string[];
  /** Undefined in a certificate that is not by a Fulcio. */
  readonly issuer: string | undefined;
}

export function identityOf(certificate: Certificate): CertificateIdentity {
  return { subjects: subjectsOf(certificate), issuer: fulcioValues(certificate.extensions)['issuer'] };
}

/** Characters of a name that is shown, or compared with an expression. */
export const LONGEST_NAME = 2048;

export function judgeIdentity({ subjects, issuer }: CertificateIdentity, expected: ExpectedIdentity): Verdict {
  if (!subjects.some((subject) => isExpected(subject, expected.subject)))
    return fails(`the certificate is of ${shown(subjects)}, and not of ${String(expected.subject)}`);
  if (issuer === undefined) return fails('the certificate does not say who has vouched for its holder');
  return isExpected(issuer, expected.issuer)
    ? HOLDS
    : fails(
        `the holder of the certificate is vouched for by ${shown([issuer])}, and not by ${String(expected.issuer)}`,
      );
}

function isExpected(name: string, expected: string | RegExp): boolean {
  if (typeof expected === 'string') return name === expected;
  return name.length <= LONGEST_NAME && name.search(expected) >= 0;
}

function shown(names: readonly string[]): string {
  const [first] = names;
  if (first === undefined) return 'nobody';
  return names.length === 1
    ? first.slice(0, LONGEST_NAME)
    : names
        .map((name) => name.slice(0, 100))
        .slice(0, 5)
        .join(', ');
}
