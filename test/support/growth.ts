/** Milliseconds of processor time that `work` takes, user and system: other processes do not count. */
export async function cpuMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const ROUNDS = 3;
/** Below this a clock of the system cannot tell costs apart, in milliseconds. */
const FLOOR_MS = 2;

/** How many times as much processor time eight times the input takes: 8 where it grows with the length, 64 where with its square. */
export async function growth(work: (scale: 1 | 8) => unknown): Promise<number> {
  const costOf = async (scale: 1 | 8): Promise<number> => {
    const costs: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) costs.push(await cpuMs(() => work(scale)));
    return Math.max(FLOOR_MS, Math.min(...costs));
  };
  const [once, eightfold] = [await costOf(1), await costOf(8)];
  return eightfold / once;
}

/** Between 8 and 64: a growth below it is no square. */
export const LINEAR_GROWTH = 30;
