import type { DatabaseCheck } from "../services/conversations/sql/database-check.ts";

/** What `stack store check` found, for people. */
export function storeCheckLines(check: DatabaseCheck): string[] {
  const { path, schema_version, size_bytes, free_bytes, streaming, problems, notes } = check;
  const room = free_bytes === null ? "" : `, ${megabytes(free_bytes)} free on its disk`;
  const writing = streaming === null || streaming.owned === 0 ? "" : `, ${streaming.owned} being written`;
  return [
    `${path}: schema version ${schema_version}, ${megabytes(size_bytes)}${room}`,
    ...(check.messages === null
      ? []
      : [
          `${check.profiles} profiles, ${check.conversations} conversations, ${check.messages} messages${writing}`,
        ]),
    ...problems.map((problem) => `wrong: ${problem}`),
    ...notes.map((note) => `note: ${note}`),
    check.ok ? "Nothing is wrong with it." : `Wrong: ${problems.length}.`,
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
