import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { type Context, makeProfile, makeSession } from "../contract-conversations.ts";
import { readSettledRows, sendAndReadReply } from "../contract-replies.ts";
import { lookSomewhere } from "./call-any-replica.ts";
import { LOOKS, notAtTwo, requireWell, SEVERAL_HMIS, shortReplicaName } from "./met-replicas.ts";

/** What a copy showed of a conversation. */
interface Shown {
  readonly copy: string;
  readonly status: number;
  readonly texts: readonly string[];
}

interface Evidence {
  readonly sessionId: string;
  /** Looks at the conversation before anything was said. */
  readonly before: readonly Shown[];
  /** Looks after a message and its reply. */
  readonly after: readonly Shown[];
  /** What was said, as the store has it. */
  readonly said: readonly string[];
  /** Looks after it was deleted. */
  readonly gone: readonly Shown[];
}

export const shownEverywhere = defineCheck<Context["target"], Evidence>({
  id: "replicas/shown-everywhere",
  claim: "what was said or deleted at one copy is so at every copy at once",
  why: "A copy that answers from its own memory shows an old conversation, or none, to whoever is led to it.",
  lookAt: "GET /api/chat/messages: what is read from the database, and what is kept in the process",
  needs: [...SEVERAL_HMIS, "show rows", "delete conversations"],
  async collect(context) {
    const options = { num_predict: 16, stand_in_token_ms: 0 };
    const sessionId = await makeSession(context, await makeProfile(context, { name: "shown", options }));
    const before = await lookAround(context, sessionId);
    await sendAndReadReply(context, sessionId, `Say hello, ${context.canary("shown")}.`);
    const said = (await readSettledRows(context, sessionId)).map(({ content }) => content);
    const after = await lookAround(context, sessionId);
    const path = hmiRoutes.deleteSession.path({ session_id: sessionId });
    await context.target.hmi.call("DELETE", path, { signal: context.signal });
    return { sessionId, before, after, said, gone: await lookAround(context, sessionId) };
  },
  judge({ sessionId, before, after, said, gone }) {
    const copies = new Set(after.map(({ copy }) => copy));
    if (copies.size < 2) throw notAtTwo(`${after.length} calls`);
    requireWell([...before, ...after, ...gone].map(({ status }) => status));
    if (said.length < 2) throw new CouldNotRun(`conversation ${sessionId} has no reply that could be shown`);
    const seen = `conversation ${sessionId} at ${copies.size} copies: before, after a message, and deleted`;
    const wrong =
      firstBroken(before, (look) => judgeLook(look, [], "before anything was said", seen)) ??
      firstBroken(after, (look) => judgeLook(look, said, "after a reply", seen)) ??
      firstBroken(gone, (look) => judgeGone(look, seen));
    return wrong ?? { verdict: "holds", seen };
  },
});

async function lookAround(context: Context, session_id: string): Promise<Shown[]> {
  const looks: Shown[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    const { copy, status, messages } = await lookSomewhere(context, session_id);
    const said = messages.filter((row) => row.message_type === "chat");
    looks.push({ copy, status, texts: said.map(({ content }) => content) });
  }
  return looks;
}

function judgeLook(
  { copy, status, texts }: Shown,
  expected: readonly string[],
  when: string,
  seen: string,
): Broken | undefined {
  if (status === 200 && texts.join("\n") === expected.join("\n")) return undefined;
  const rows = (many: readonly string[]): string =>
    many.map((text) => JSON.stringify(text)).join(", ") || "no rows";
  return {
    verdict: "broken",
    expected: `${when}: 200, ${rows(expected)}`,
    found: `${status}, ${rows(texts)} at copy ${shortReplicaName(copy)}`,
    seen,
  };
}

function judgeGone({ copy, status }: Shown, seen: string): Broken | undefined {
  if (status === 404) return undefined;
  return {
    verdict: "broken",
    expected: "404 once the conversation is deleted",
    found: `${status} at copy ${shortReplicaName(copy)}`,
    seen,
  };
}
