import { type Broken, defineCheck } from "../../harness/check.ts";
import { firstBroken } from "../../harness/judge.ts";
import type { Context } from "../stage.ts";
import { type Refusal, refusals } from "./refusals.ts";

/** What only a developer has use for, and an attacker too. */
const INTERNALS = [
  /\bat .*:\d+:\d+/,
  /Traceback \(most recent call last\)/,
  /\bFile "[^"]+", line \d+/,
  /\b(?:node_modules|site-packages)\b/,
  /<pre>Error/,
];

export const noInternals = defineCheck<Context["target"], readonly Refusal[]>({
  id: "http/no-internals",
  claim: "no error tells a stack trace or a path of the server",
  why: "A framework's debug page shows the program to everybody, and nothing of use to the user.",
  lookAt: "the framework's debug mode, and what is copied from an exception into an answer",
  needs: ["speak the contract"],
  collect: refusals,
  judge: (seen) => firstBroken(seen, judgeOne) ?? { verdict: "holds", seen: `refused calls: ${seen.length}` },
});

function judgeOne({ what, call }: Refusal): Broken | undefined {
  const body = typeof call.body === "string" ? call.body : unescaped(call.body);
  const found = INTERNALS.map((pattern) => pattern.exec(body)?.[0]).find((match) => match !== undefined);
  if (found === undefined) return undefined;
  return {
    verdict: "broken",
    expected: "what is wrong, and nothing of the program",
    found: found.slice(0, 200),
    seen: `${call.request} with ${what} answered ${call.status}`,
  };
}

/** JSON as text, its line breaks as such: a stack trace is looked for line by line. */
function unescaped(body: unknown): string {
  return JSON.stringify(body).replaceAll("\\n", "\n").replaceAll('\\"', '"');
}
