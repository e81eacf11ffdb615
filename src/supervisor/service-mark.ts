import { existsSync, realpathSync } from "node:fs";
import type { Mark } from "../os/process-table.ts";
import { isSameFolder, originalFolder } from "./process-record.ts";
import type { ServiceRecord } from "./service-spec.ts";
import type { StateFolder } from "./state-folder.ts";

/** The path that processes are marked with: without symbolic links, whatever way somebody came. */
export function markedPath({ root }: StateFolder): string {
  try {
    return realpathSync(root);
  } catch {
    return root;
  }
}

/**
 * The mark of a service by all paths that its processes may carry: that of the folder as it is named now, without
 * symbolic links, and as it was when the record was written. Where that last path is another folder by now, what
 * carries it belongs to another stack.
 */
export function serviceMark(service: string, state: StateFolder, record?: ServiceRecord): Mark {
  const original = record && originalFolder(record);
  const isOurs =
    original !== undefined && (!existsSync(original.root) || isSameFolder(original.root, state.root));
  const paths = new Set([markedPath(state), state.root, ...(isOurs ? [original.root] : [])]);
  const [stateDir = state.root, ...formerly] = paths;
  return { service, stateDir, formerly };
}
