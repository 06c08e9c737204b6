import { StorageUnusableError } from './driver-errors.js';

/** Why the file system refused, in words that say what to do. */
export function fileFailure(doing: string, path: string, error: unknown): StorageUnusableError {
  const code = errorCode(error);
  const reason = (code !== undefined && REASONS[code]) || (error instanceof Error ? error.message : String(error));
  return new StorageUnusableError(`${doing}: ${reason}`, {
    place: path,
    hint: "see to the folder, or choose another with the driver's folder or PAWL_STORAGE_DIR",
    cause: error,
  });
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than files may be here',
  EROFS: 'the file system is read-only',
  EACCES: 'no permission',
  EPERM: 'no permission',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EMFILE: 'this process has too many files open',
  ENFILE: 'this machine has too many files open',
};
