import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { Context } from "../contract-conversations.ts";
import { type SeenPage, seenPages } from "./http-pages.ts";

export const pageSecurity = defineCheck<Context["target"], readonly SeenPage[]>({
  id: "http/page-security",
  claim: "a page runs no script but its own files, and tells no other site where its user came from",
  why: "What a model writes is untrusted: with inline scripts allowed, one slip of the page runs it (contract, section 7).",
  lookAt: "the headers of the pages: Content-Security-Policy, X-Content-Type-Options, Referrer-Policy",
  needs: ["speak the contract"],
  collect: seenPages,
  judge: (seen) =>
    firstBroken(seen, judgeOne) ?? {
      verdict: "holds",
      seen: seen[0]?.call.headers["content-security-policy"] ?? "",
    },
});

function judgeOne({ call }: SeenPage): Broken | undefined {
  const problem = REQUIRED.find(({ header, is }) => !is(call.headers[header] ?? ""));
  if (problem !== undefined) {
    const { header, expected } = problem;
    const found = `${header}: ${call.headers[header] ?? "(none)"}`;
    return { verdict: "broken", expected: `${header}: ${expected}`, found, seen: call.request };
  }
  const inline = /<script(?![^>]*\bsrc=)[^>]*>/.exec(String(call.body))?.[0];
  if (inline === undefined) return undefined;
  return { verdict: "broken", expected: "no script in the page itself", found: inline, seen: call.request };
}

const REQUIRED = [
  {
    header: "content-security-policy",
    expected: "scripts of its own only, nothing inline, in no frame of others",
    is: (policy: string) => isStrict(directivesOf(policy)),
  },
  { header: "x-content-type-options", expected: "nosniff", is: (value: string) => value === "nosniff" },
  {
    header: "referrer-policy",
    expected: "no-referrer or same-origin",
    is: (value: string) => ["no-referrer", "same-origin"].includes(value),
  },
] as const;

type Directives = ReadonlyMap<string, readonly string[]>;

function directivesOf(policy: string): Directives {
  const directives = policy.split(";").map((part) => part.trim().split(/\s+/));
  return new Map(directives.map(([name = "", ...sources]) => [name, sources]));
}

function isStrict(directives: Directives): boolean {
  const sources = (name: string): readonly string[] | undefined =>
    directives.get(name) ?? directives.get("default-src");
  const isClosed = ["script-src", "style-src", "object-src"].every((name) => {
    const allowed = sources(name);
    return allowed !== undefined && !allowed.some((source) => /^'unsafe-|^\*|^https?:|^data:/.test(source));
  });
  return isClosed && directives.has("frame-ancestors") && directives.has("base-uri");
}
