import type { ValueType } from './values.ts';

/** Where a list of records is. Its engine reads the rest. */
export const listAddress: ValueType<string> = {
  placeholder: 'URL',
  expects: 's3://BUCKET/PREFIX or postgres://HOST[,HOST]/DATABASE',
  parse: (text) =>
    /^s3:\/\/[^/?#\s]+(\/[^?#\s]*)?$|^postgres(ql)?:\/\/[^/?#\s]+\/[^/?#\s]+(\?\S*)?$/.test(text) ? text : undefined,
};
