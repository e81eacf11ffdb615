import { pageRoutes } from "../../contract/routes.ts";
import { type Broken, CouldNotRun, defineCheck } from "../../harness/check.ts";
import { firstBroken } from "../../harness/judge.ts";
import type { SeenCall } from "../../target/http.ts";
import type { Context } from "../stage.ts";

/** A script or style that the page names, without its body. */
type SeenAsset = Pick<SeenCall, "request" | "status" | "headers">;

export const assets = defineCheck<Context["target"], readonly SeenAsset[]>({
  id: "http/assets",
  claim:
    "the page's scripts and styles are there, under names that change with them, and may be kept for ever",
  why: "The seeds' users saw old scripts after every change: a fixed name that browsers keep (row S13).",
  lookAt: "the names that the build gives to scripts and styles, and their Cache-Control",
  needs: [],
  async collect(context) {
    const { hmi } = context.target;
    const page = await hmi.call("GET", pageRoutes.llm.path(), { signal: context.signal });
    return await Promise.all(
      pathsIn(String(page.body)).map(async (path) => {
        const { request, status, headers } = await hmi.call("GET", path, { signal: context.signal });
        return { request, status, headers };
      }),
    );
  },
  judge(seen) {
    if (!seen.some(({ request }) => request.endsWith(".js")))
      throw new CouldNotRun("the page names no script");
    return (
      firstBroken(seen, judgeOne) ?? { verdict: "holds", seen: seen.map(({ request }) => request).join("; ") }
    );
  },
});

/** The paths of the scripts and styles that are the server's own. */
function pathsIn(html: string): string[] {
  const scripts = html.matchAll(/<script\b[^>]*\bsrc="(\/[^"]+)"/g);
  const styles = html.matchAll(/<link\b[^>]*\brel="stylesheet"[^>]*\bhref="(\/[^"]+)"/g);
  return [...scripts, ...styles].map(([, path]) => path ?? "");
}

function judgeOne({ request, status, headers }: SeenAsset): Broken | undefined {
  const type = headers["content-type"] ?? "(no type)";
  const cache = headers["cache-control"] ?? "(none)";
  const problem = [
    { is: status === 200, expected: "200", found: String(status) },
    { is: TYPE.test(type), expected: "the type of a script or a style", found: type },
    {
      is: HASHED.test(request),
      expected: "a name with a hash of the content, where browsers may keep it",
      found: `${request}, Cache-Control: ${cache}`,
    },
    { is: isForEver(cache), expected: "Cache-Control: public, max-age=31536000, immutable", found: cache },
  ].find(({ is }) => !is);
  return problem && { verdict: "broken", expected: problem.expected, found: problem.found, seen: request };
}

const TYPE = /^text\/(?:javascript|css)\b/;

/** Eight characters or more that no word has: digits in them, or capitals only. */
const HASHED = /[-.](?=[^./]*\d|[A-Z]+\.)[A-Za-z0-9_-]{8,}\.(?:js|css)$/;

const YEAR_S = 31_536_000;

function isForEver(cache: string): boolean {
  return cache.includes("immutable") && Number(/max-age=(\d+)/.exec(cache)?.[1] ?? 0) >= YEAR_S;
}
