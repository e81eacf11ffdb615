import { userInfo } from "node:os";

let known: string | undefined;

/** Name of the user that this process runs as; `uid 1000` where the machine has no name for it, as in a container. */
export function ownUser(): string {
  known ??= nameOfUser();
  return known;
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}
