import { Failure } from '../../base/failure.ts';

/** One thing that is wrong with the settings. */
export interface Fault {
  /** The name it was given under: `--listen`, `STELE_LISTEN`, `listen in stele.yaml`. */
  readonly name: string;
  /** As given; undefined where there is no value. */
  readonly value: string | undefined;
  readonly reason: string;
}

/** Everything that is wrong with the settings, at once: an operator should not meet the faults one start at a time. */
export class SettingsFault extends Failure<'settings-fault'> {
  readonly code = 'settings-fault';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map(describe).join('\n'));
    this.faults = faults;
  }
}

const LONGEST_SHOWN = 100; // characters of a name or a value

function describe({ name, value, reason }: Fault): string {
  const given = value === undefined ? '' : ` ${JSON.stringify(shorten(value))}`;
  return `${shorten(name)}${given}: ${onOneLine(reason)}`;
}

/** Without the control characters that could repaint a terminal. */
function onOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '\ufffd');
}

function shorten(text: string): string {
  const plain = onOneLine(text);
  return plain.length > LONGEST_SHOWN ? `${plain.slice(0, LONGEST_SHOWN)}...` : plain;
}
