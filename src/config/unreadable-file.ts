import { messageOf, nodeErrorCode } from "../errors/thrown-error.ts";

/** Why a file that was named cannot be read, as a sentence without its end, with what to do where that is known. */
export function whyUnreadable(path: string, error: unknown): string {
  switch (nodeErrorCode(error)) {
    case "ENOENT":
      return `there is no file ${path}`;
    case "EISDIR":
      return `${path} is a folder, and a file was expected`;
    case "EACCES":
      return `${path} may not be read by this user (see \`ls -l\`; \`chmod u+r\` allows it to the owner)`;
    case "ENOTDIR":
      return `there is no file ${path}: a part of its path is a file, and no folder`;
    default:
      return `${path} cannot be read: ${messageOf(error)}`;
  }
}
