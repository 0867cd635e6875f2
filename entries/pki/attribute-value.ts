import { type DerReader, TAG } from './der.ts';
import { isUtcTime, isGeneralizedTime } from './validity.ts';

/**
 * Whether Go 1.27 takes a value of a name's attribute that is no character string. It looks into the types that it has
 * values for, and takes every other element as it stands.
 */
export function isValueOfAnotherType(attribute: DerReader): boolean {
  switch (attribute.bytes[0] ?? 0) {
    case TAG.boolean:
      return attribute.boolean() !== undefined;
    case TAG.integer:
      return (attribute.integer()?.length ?? INT64_OCTETS + 1) <= INT64_OCTETS;
    case TAG.bitString:
      return attribute.bitString() !== undefined;
    case TAG.objectIdentifier:
      return attribute.objectIdentifier() !== undefined;
    case TAG.utcTime:
      return isUtcTime(attribute);
    case TAG.generalizedTime:
      return isGeneralizedTime(attribute);
    default:
      return attribute.any() !== undefined;
  }
}

const INT64_OCTETS = 8;
