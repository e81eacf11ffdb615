import { pageRoutes } from "../../contract/routes.ts";
import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import type { PlainHttpCalls } from "../../targets/plain-http-calls.ts";
import type { Context } from "../contract-conversations.ts";
import { cachingInWords, isRevalidated } from "./browser-caching.ts";
import { askForPage } from "./plain-calls.ts";

/** A script or style that the page names, without its body. */
interface SeenAsset extends Pick<SeenCall, "request" | "status" | "headers"> {
  /** True of a page of another wire than ours, whose scripts may be asked for again instead of having new names. */
  readonly isForeign?: boolean;
}

export const assets = defineCheck<Context["target"], readonly SeenAsset[]>({
  id: "http/assets",
  claim: "the page's scripts and styles are there, and no browser keeps one past its change",
  why: "Users saw old scripts after every change: a fixed name that browsers keep (docs/faults.md, row S13).",
  lookAt: "the names that the build gives to scripts and styles, and their Cache-Control",
  needs: ["show a page"],
  async collect(context) {
    const { hmi, plainHttp } = context.target;
    const { signal } = context;
    if (plainHttp !== undefined) return await foreignAssets(context, plainHttp);
    const page = await hmi.call("GET", pageRoutes.llm.path(), { signal });
    return await Promise.all(
      pathsIn(String(page.body), pageRoutes.llm.path()).map(async (path) => {
        const { request, status, headers } = await hmi.call("GET", path, { signal });
        return { request, status, headers };
      }),
    );
  },
  judge(seen) {
    if (!seen.some(({ request, isForeign }) => isForeign || request.endsWith(".js")))
      throw new CouldNotRun("the page names no script");
    return (
      firstBroken(seen, judgeOne) ?? { verdict: "holds", seen: seen.map(({ request }) => request).join("; ") }
    );
  },
});

async function foreignAssets(context: Context, front: PlainHttpCalls): Promise<readonly SeenAsset[]> {
  const page = await askForPage(context, front);
  const paths = pathsIn(String(page.body), front.page ?? "/");
  if (paths.length === 0) throw new NotObservable("the page names no script and no style of its own server");
  return await Promise.all(
    paths.map(async (path) => {
      const { request, status, headers } = await front.call({ method: "GET", path }, context);
      return { isForeign: true, request, status, headers };
    }),
  );
}

/** The paths of the scripts and styles that are the server's own, as the page at this path names them. */
function pathsIn(html: string, page: string): string[] {
  const scripts = [...html.matchAll(/<script\b[^>]*\bsrc=["']?([^"'\s>]+)/g)].map(([, url]) => url);
  const links = [...html.matchAll(/<link\b[^>]*\brel=["']?stylesheet\b[^>]*>/g)];
  const styles = links.map(([link]) => /\bhref=["']?([^"'\s>]+)/.exec(link)?.[1]);
  return [...scripts, ...styles].flatMap((url = "") => {
    const { origin, pathname, search } = new URL(url.replaceAll("&amp;", "&"), `${NOWHERE}${page}`);
    return url !== "" && origin === NOWHERE ? [`${pathname}${search}`] : [];
  });
}

/** Stands for the page's own server. */
const NOWHERE = "http://page.invalid";

function judgeOne({ request, status, headers, isForeign = false }: SeenAsset): Broken | undefined {
  const type = headers["content-type"] ?? "(no type)";
  const cache = headers["cache-control"] ?? "(none)";
  const problem = [
    { is: status === 200, expected: "200", found: String(status) },
    { is: TYPE.test(type), expected: "the type of a script or a style", found: type },
    {
      is: HASHED.test(request) || (isForeign && (isRevalidated(headers) || isPerhapsHashed(request, cache))),
      expected: "a name with a hash of the content, where browsers may keep it",
      found: `${request}, ${isForeign ? cachingInWords(headers) : `Cache-Control: ${cache}`}`,
    },
    {
      is: isForeign || isForEver(cache),
      expected: "Cache-Control: public, max-age=31536000, immutable",
      found: cache,
    },
  ].find(({ is }) => !is);
  return problem && { verdict: "broken", expected: problem.expected, found: problem.found, seen: request };
}

const TYPE = /^(?:text|application)\/(?:x-)?(?:javascript|css)\b/;

/** Eight characters or more that no word has: digits in them, or capitals only. */
const HASHED = /[-.](?=[^./]*\d|[A-Z]+\.)[A-Za-z0-9_-]{8,}\.(?:js|css)$/;

/** By its server's word; or eight characters or more with capitals among them, which may be letters of a hash. */
function isPerhapsHashed(request: string, cache: string): boolean {
  return /\bimmutable\b/.test(cache) || MIXED.test(request);
}

const MIXED = /[-.](?=[^./]*[a-z][^./]*[A-Z])[A-Za-z0-9_-]{8,}\.(?:js|css)$/;

const YEAR_S = 31_536_000;

function isForEver(cache: string): boolean {
  return cache.includes("immutable") && Number(/max-age=(\d+)/.exec(cache)?.[1] ?? 0) >= YEAR_S;
}
