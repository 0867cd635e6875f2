/** The code of a system's error, such as `EACCES`; undefined for any other value. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'the user of this process may not do that. Give it the right, or name another path',
  EPERM: 'the user of this process may not do that. Give it the right, or name another path',
  EROFS: 'the file system is read-only. Mount it for writing, or name another path',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is a file, and a folder is needed there',
  EISDIR: 'it is a folder, and a file is needed there',
  EEXIST: 'something stands there already',
  ELOOP: 'symbolic links on the way lead back to themselves',
  ENOSPC: 'the disk is full. Free space on it',
  EDQUOT: 'the quota of the user of this process is used up. Raise it, or free space',
  EIO: 'the disk reports a failure. Look at the messages of the system',
  EMFILE: 'the process has as many files open as it may. Raise the limit (ulimit -n)',
  ENFILE: 'the system has as many files open as it can',
};

/** Why the system refused, with the code, and what to do; the error's own message where its code is none of these. */
export function systemReason(error: Error): string {
  const code = systemCode(error);
  const reason = code === undefined ? undefined : REASONS[code];
  if (reason === undefined) return error.message;
  const call = 'syscall' in error && typeof error.syscall === 'string' ? `, ${error.syscall}` : '';
  return `${reason} (${code}${call})`;
}

/** A system's error as a sentence for an operator: the path, then the reason. */
export function systemSentence(error: Error): string {
  const reason = systemReason(error);
  if (reason === error.message || !('path' in error) || typeof error.path !== 'string') return reason;
  return `${error.path}: ${reason}`;
}
