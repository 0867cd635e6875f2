import type { EntryInput } from '../../entry/read-entry.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import type { Values } from '../../frame/options.ts';
import type { upload } from './about.ts';

/** Input of one entry, with the name that it is reported under. */
export interface UploadInput extends EntryInput {
  readonly name: string;
}

type Options = Values<typeof upload.options>;

/** Returns what each entry is made of. @throws UsageFault for options that do not go together */
export function inputsOf(files: readonly string[], options: Options): readonly UploadInput[] {
  const { signature, bundle, digest, key, certificate, kind } = options;
  const common = { key, certificate, kind };
  if (signature.length > 0 && bundle.length > 0) throw new UsageFault('give --signature or --bundle, and not both');
  if (digest !== undefined) {
    if (files.length > 0) throw new UsageFault('give FILE or --digest, and not both');
    return [{ ...common, name: digest, digest, ...single('signature', signature), ...single('bundle', bundle) }];
  }
  if (files.length === 0) {
    if (bundle.length === 0) throw new UsageFault('nothing to upload: give FILE, --digest or --bundle');
    return bundle.map((one) => ({ ...common, name: one, bundle: one }));
  }
  return files.map((file, i) => ({
    ...common,
    name: file,
    file,
    ...ofFile('signature', signature, files, i),
    ...ofFile('bundle', bundle, files, i),
  }));
}

type Beside = 'signature' | 'bundle';

/** @throws UsageFault */
function single(name: Beside, values: readonly string[]): EntryInput {
  if (values.length > 1) throw new UsageFault(`--${name} is given more than once, for one artifact`);
  return values[0] === undefined ? {} : { [name]: values[0] };
}

/** `{}` stands for the file; otherwise there is one value for each file. @throws UsageFault */
function ofFile(name: Beside, values: readonly string[], files: readonly string[], at: number): EntryInput {
  const [first] = values;
  if (first === undefined) return {};
  if (values.length === 1 && first.includes('{}')) return { [name]: first.replaceAll('{}', files[at] ?? '') };
  const value = values[at];
  if (values.length === files.length && value !== undefined) return { [name]: value };
  throw new UsageFault(
    `${files.length} files have ${values.length} of --${name}: give one each, or one with {} for the name of the file`,
  );
}
