import type { Readers } from '../../metrics/registry.ts';

/** The server as a program. @param dropped - lines of its own log that could not be written */
export function programReaders(
  version: string,
  dropped: () => number,
): Readers<'stele_build_info' | 'stele_eventloop_active_seconds_total' | 'stele_log_lines_dropped_total'> {
  return {
    stele_build_info: () => [{ labels: { version, node_version: process.version }, value: 1 }],
    stele_eventloop_active_seconds_total: () => performance.eventLoopUtilization().active / 1000,
    stele_log_lines_dropped_total: dropped,
  };
}
