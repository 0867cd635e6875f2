import { type CelInput, celEnv, parse, plan } from '@bufbuild/cel';

/** A condition in CEL, ready to be asked. */
export interface Condition {
  /** As it stands in the file. */
  readonly text: string;
  /** Returns the answer for these values; undefined where there is none, for want of a member that the condition names. */
  ask(variables: Readonly<Record<string, unknown>>): boolean | undefined;
}

/** Characters that a condition may have. */
const MAX_CONDITION_CHARACTERS = 4096;

/** Values in all variables together, with the members of lists and maps, of which a condition with a loop is asked. */
const MAX_LOOP_VALUES = 500;

/** Names of types, which stand where variables do. */
const TYPES: ReadonlySet<string> = new Set([
  'bool',
  'bytes',
  'double',
  'int',
  'list',
  'map',
  'null_type',
  'string',
  'uint',
]);

/**
 * Compiles a condition. Its cost is bounded by its length and by the size of its variables, whoever chose these: regular
 * expressions are RE2 and stand in the condition, a loop (`all`, `exists`, `filter`, `map`) stands in no other, and a
 * condition with a loop has no answer for more than `MAX_LOOP_VALUES` values. `x in list` in a loop over 4000 took 800 ms.
 *
 * @param variables - names that it may use
 * @returns a text that says why it cannot be taken
 */
export function compileCondition(text: string, variables: readonly string[]): Condition | string {
  if (text.length > MAX_CONDITION_CHARACTERS) return `is longer than ${MAX_CONDITION_CHARACTERS} characters`;
  try {
    const parsed = parse(text);
    if (hasLoopInLoop(parsed.expr, false)) return 'has a loop in a loop, whose cost has no bound: write it without';
    if (hasForeignPattern(parsed.expr))
      return 'has a pattern of matches that is no text in quotes: its cost has no bound';
    if (isNoBoolean(parsed.expr)) return 'is a constant, and has to be true or false';
    const strange = namesIn(parsed.expr, new Set([...variables, ...TYPES])).next().value;
    if (strange !== undefined) return `has a name ${strange} that is none: there are ${variables.join(', ')}`;
    const ask = plan(celEnv(), parsed) as (values: Readonly<Record<string, CelInput>>) => unknown;
    const loops = hasLoop(parsed.expr);
    return {
      text,
      ask: (values) =>
        loops && hasTooManyValues(values) ? undefined : booleanOr(ask(values as Readonly<Record<string, CelInput>>)),
    };
  } catch (error) {
    return `is no CEL: ${error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : 'it cannot be read'}`;
  }
}

/** Whether an expression, of whatever shape, has a comprehension that is run for each step of another. */
function hasLoopInLoop(part: unknown, isInLoop: boolean): boolean {
  if (Array.isArray(part)) return part.some((one) => hasLoopInLoop(one, isInLoop));
  if (typeof part !== 'object' || part === null) return false;
  const { case: kind, value } = part as { readonly case?: unknown; readonly value?: unknown };
  if (kind !== 'comprehensionExpr') return Object.values(part).some((one) => hasLoopInLoop(one, isInLoop));
  if (isInLoop) return true;
  const { iterRange, ...steps } = value as { readonly iterRange?: unknown };
  return hasLoopInLoop(iterRange, false) || Object.values(steps).some((one) => hasLoopInLoop(one, true));
}

/** Whether an expression, of whatever shape, has a comprehension. */
function hasLoop(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false;
  return ('case' in part && part.case === 'comprehensionExpr') || Object.values(part).some(hasLoop);
}

/** Whether a pattern of `matches` is anything but a text that stands in the condition. */
function hasForeignPattern(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false;
  if ('function' in part && part.function === 'matches' && 'args' in part && Array.isArray(part.args)) {
    const pattern: unknown = part.args.at(-1);
    const { exprKind } = pattern as { readonly exprKind?: { readonly case?: unknown } };
    if (exprKind?.case !== 'constExpr') return true;
  }
  return Object.values(part).some(hasForeignPattern);
}

function hasTooManyValues(values: Readonly<Record<string, unknown>>): boolean {
  const left: unknown[] = [values];
  let count = 0;
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    const members: readonly unknown[] = Object.values(value).filter((member) => member !== undefined);
    count += members.length;
    if (count > MAX_LOOP_VALUES) return true;
    left.push(...members);
  }
  return false;
}

const booleanOr = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

/** Whether an expression is a constant that is neither true nor false. */
function isNoBoolean({ exprKind }: ReturnType<typeof parse>['expr']): boolean {
  return exprKind.case === 'constExpr' && exprKind.value.constantKind.case !== 'boolValue';
}

/** Names in an expression that are not known where they stand. */
function* namesIn(part: unknown, known: ReadonlySet<string>): Generator<string, undefined> {
  if (typeof part !== 'object' || part === null) return undefined;
  const { case: kind, value } = part as { readonly case?: unknown; readonly value?: Readonly<Record<string, unknown>> };
  const { name, iterVar, iterVar2, accuVar } = value ?? {};
  if (kind === 'identExpr' && typeof name === 'string' && !known.has(name)) yield name;
  const loop = kind === 'comprehensionExpr' ? [iterVar, iterVar2, accuVar].map(String) : [];
  const inside = loop.length === 0 ? known : new Set([...known, ...loop]);
  for (const below of Object.values(part)) yield* namesIn(below, inside);
  return undefined;
}
