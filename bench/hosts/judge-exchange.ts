import type { GenerationRecord } from "../../src/contract/engine-schemas.ts";
import type { Message } from "../../src/contract/hmi-schemas.ts";
import type { ClientEvidence } from "./exchange.ts";
import type { RowWrite } from "./store-audit.ts";

/** All that was seen of one message and its reply, once everything is quiet again. */
export interface ExchangeEvidence {
  readonly client: ClientEvidence;
  /** Its conversation's messages; undefined where it was not acknowledged, or they could not be read. */
  readonly rows:
    | readonly Pick<Message, "message_id" | "parent_id" | "role" | "content" | "status">[]
    | undefined;
  /** What was written to its reply, in order. */
  readonly writes: readonly RowWrite[];
  /** What the engine was asked for it. */
  readonly generations: readonly Pick<GenerationRecord, "started_at" | "ended_at" | "ended">[];
}

/** What must not be, in words; empty where all is well. */
export function judgeExchange(evidence: ExchangeEvidence): string[] {
  const { client, rows } = evidence;
  if (client.acknowledged === undefined) return [`was never acknowledged: ${client.failures.join("; ")}`];
  if (rows === undefined) return ["its conversation cannot be read"];
  return [
    ...client.failures.map((failure) => `a call failed: ${failure}`),
    ...judgeMessage(client, rows),
    ...judgeReply(evidence),
    ...judgeWriters(evidence.writes),
    ...judgeGenerations(evidence.generations),
  ];
}

/** The acknowledged message is there as it was sent, once, and answered once. */
function judgeMessage(
  { content, acknowledged }: ClientEvidence,
  rows: NonNullable<ExchangeEvidence["rows"]>,
): string[] {
  const messages = rows.filter((row) => row.role === "user" && row.content === content);
  if (messages.length === 0) return ["the acknowledged message is lost"];
  const replies = rows.filter(
    ({ role, parent_id }) => role === "assistant" && parent_id === acknowledged?.messageId,
  );
  return [
    ...(messages.length > 1 ? [`the message is there ${messages.length} times`] : []),
    ...(replies.length === 1 ? [] : [`there are ${replies.length} replies`]),
  ];
}

/** What of a reply is saved, and what its reader was told, are the beginning of what the engine says, and the same. */
function judgeReply({ client, rows }: ExchangeEvidence): string[] {
  const { acknowledged, reader, whole, cancel } = client;
  const row = rows?.find(({ message_id }) => message_id === acknowledged?.replyId);
  if (row === undefined) return ["the reply has no row"];
  const { status, content: saved } = row;
  const faults: string[] = [];
  if (status === "streaming") faults.push("the reply was left streaming");
  if (!whole.startsWith(saved))
    faults.push(`the saved reply is no beginning of the right one: "${saved.slice(-60)}"`);
  if (status === "complete" && saved !== whole)
    faults.push(`a complete reply lacks ${whole.length - saved.length} characters`);
  if (status === "cancelled" && cancel === undefined)
    faults.push("it is cancelled, and nobody asked for that");
  if (cancel === "cancelled" && status !== "cancelled") faults.push(`it was cancelled, and is ${status}`);
  if (reader === undefined) return faults;
  faults.push(...reader.faults.map((fault) => `its reader ${fault}`));
  if (reader.finishReason === undefined) faults.push(`its reader was told no end; its row is ${status}`);
  // What had come within the last moments before its writer died may be more than is saved, where nobody else has it.
  const mayHaveSeenMore = status === "interrupted" && reader.text.startsWith(saved);
  if (reader.finishReason !== undefined && reader.text !== saved && !mayHaveSeenMore) {
    faults.push(`its reader got ${reader.text.length} characters, and ${saved.length} are saved`);
  }
  return faults;
}

/** Once a writer is followed by another one it writes no more; nobody writes to what has ended. */
function judgeWriters(writes: readonly RowWrite[]): string[] {
  const faults: string[] = [];
  const followed = new Set<string>();
  const hosts = new Map<string, string>();
  for (const [index, { token, host }] of writes.entries()) {
    const before = writes[index - 1];
    if (before?.hasEnded) faults.push(`${host} has written to the reply after its end`);
    if (before !== undefined && before.token !== token) followed.add(before.token);
    if (followed.has(token))
      faults.push(`writer ${token} of ${host} has written after it was followed by another`);
    const own = hosts.get(token) ?? host;
    if (own !== host) faults.push(`${host} has written with the token of ${own}`);
    hosts.set(token, own);
  }
  return faults;
}

/** None runs still, and no two ran at once. */
function judgeGenerations(generations: ExchangeEvidence["generations"]): string[] {
  const faults: string[] = [];
  for (const [index, { ended, started_at }] of generations.entries()) {
    if (ended === "running") faults.push("a generation of it runs still");
    const before = generations[index - 1];
    if (before !== undefined && (before.ended_at === null || before.ended_at > started_at)) {
      faults.push("two generations of it ran at once");
    }
  }
  return faults;
}
