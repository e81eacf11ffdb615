import { hash } from "node:crypto";
import type { ServiceSpec } from "./service-spec.ts";

/**
 * SHA-256, in hex, of what makes a running service another one: its command with its environment, its address, and
 * how it is stopped. A changed probe, restart policy, log limit or label takes effect without a restart, and so
 * does not count.
 *
 * The environment may hold secrets. They do not come out of a digest; yet one that is easily guessed can be
 * confirmed by it, so that a digest belongs where only the owner reads.
 */
export function digestOf({ command, color, address, stopSignal, stopTimeoutMs }: ServiceSpec): string {
  // Where compiled code is kept changes with the caller's environment, and nothing but how quickly Node starts.
  const env = { ...command.env, NODE_COMPILE_CACHE: undefined };
  return digestOfJson({ command: { ...command, env }, color, address, stopSignal, stopTimeoutMs });
}

/** SHA-256, in hex, of plain data; the order of names in its objects does not count, nor does what is undefined. */
export function digestOfJson(value: unknown): string {
  return hash("sha256", JSON.stringify(value, sorted));
}

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
