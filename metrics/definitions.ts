import type { Definition } from './definitions/definition.ts';
import { PROCESS } from './definitions/process.ts';

/** Every metric of the server's own, by its name. */
export const definitions = { ...PROCESS } satisfies Readonly<Record<string, Definition>>;

export type MetricName = keyof typeof definitions;
