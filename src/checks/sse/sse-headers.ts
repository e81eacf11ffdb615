import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import type { Context } from "../contract-conversations.ts";
import { followStream } from "../follow-stream.ts";
import { prepare } from "../seen-reply.ts";
import { plainReplies } from "./plain-replies.ts";

type Head = Pick<SeenStream, "request" | "headers"> & {
  /** How many moments the reply's text came at; left out where none was written meanwhile. */
  readonly moments?: number;
};

export const headers = defineCheck<Context["target"], readonly Head[]>({
  id: "sse/headers",
  claim: "no proxy or browser may store, change, compress or hold back a stream",
  why: "Compression buffers the stream, and the reply arrives in one piece (docs/faults.md, row 32).",
  lookAt: "the headers of the stream's response; a compression middleware must leave event streams alone",
  needs: ["speak the contract"],
  async collect(context) {
    const plain = await plainReplies(context);
    const compressible = await acceptingGzip(
      context,
      plain.find(({ door }) => door === "message")?.sessionId ?? "",
    );
    return [
      ...plain.map(({ stream }) => ({ ...headOf(stream), moments: momentsIn(stream) })),
      ...compressible.map(headOf),
    ];
  },
  judge(heads) {
    const isPaced = heads.some(({ moments = 0 }) => moments >= LEAST_MOMENTS);
    return (
      firstBroken(heads, (head) => judgeOne(head, isPaced)) ?? {
        verdict: "holds",
        seen: heads.map(({ request }) => request).join("; "),
      }
    );
  },
});

/** Text that comes at fewer moments may have been held back. */
const LEAST_MOMENTS = 3;

function headOf({ request, headers }: SeenStream): Head {
  return { request, headers };
}

/** What came within this many milliseconds came together. */
const TOGETHER_MS = 5;

function momentsIn({ facts }: SeenStream): number {
  const times = facts.flatMap(({ kind, at_ms }) => (kind === "text" ? [at_ms] : []));
  return times.filter((at, index) => at - (times[index - 1] ?? Number.NEGATIVE_INFINITY) >= TOGETHER_MS)
    .length;
}

/** Streams for a client that says it takes them compressed: a finished reply at the HMI, a new one at the gateway. */
async function acceptingGzip(context: Context, session_id: string): Promise<readonly SeenStream[]> {
  const { hmi } = context.target;
  const headers = { "accept-encoding": "gzip, deflate, br" };
  const prepared = await prepare(context, { door: "gateway", name: "gzip", options: { num_predict: 4 } });
  const streams = await Promise.all([
    followStream(context, {
      client: hmi,
      method: "GET",
      path: hmiRoutes.stream.path({ session_id }),
      headers,
    }),
    followStream(context, { ...(await prepared.open()), headers }),
  ]);
  const refused = streams.find(({ status }) => status !== 200);
  if (refused !== undefined) throw new CouldNotRun(`${refused.request} answered ${refused.status}`);
  return streams;
}

/** nginx takes this header for itself and away: where it lets the text through, it has done what it was told. */
function isTakenAway(name: string, headers: Head["headers"]): boolean {
  return (
    name === "x-accel-buffering" && headers[name] === undefined && /^nginx/i.test(headers["server"] ?? "")
  );
}

function judgeOne({ request, headers }: Head, isPaced: boolean): Broken | undefined {
  const problem = REQUIRED.find(
    ({ name, is }) => !is(headers[name] ?? "") && !(isPaced && isTakenAway(name, headers)),
  );
  if (problem === undefined) return undefined;
  return {
    verdict: "broken",
    expected: `${problem.name}: ${problem.expected}`,
    found: `${problem.name}: ${headers[problem.name] ?? "(none)"}`,
    seen: request,
  };
}

const REQUIRED = [
  {
    name: "content-type",
    expected: "text/event-stream; charset=utf-8",
    is: (value: string) => /^text\/event-stream; *charset="?utf-8"?$/i.test(value),
  },
  {
    name: "cache-control",
    expected: "no-cache, no-transform",
    is: (value: string) => ["no-cache", "no-transform"].every((word) => value.split(/, */).includes(word)),
  },
  { name: "x-accel-buffering", expected: "no", is: (value: string) => value === "no" },
  {
    name: "content-encoding",
    expected: "(none)",
    is: (value: string) => value === "" || value === "identity",
  },
] as const;
