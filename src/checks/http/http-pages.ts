import { pageRoutes } from "../../contract/routes.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import type { PlainHttpCalls } from "../../targets/plain-http-calls.ts";
import { allButLacking, type Context } from "../contract-conversations.ts";
import { cachingInWords, isRevalidated, isToldToKeep } from "./browser-caching.ts";
import { httpSuiteConversation } from "./http-suite-conversation.ts";
import { askForPage } from "./plain-calls.ts";

/** A page as it was answered. */
export interface SeenPage {
  /** True of a page of another wire than ours, which may say in its own way that it is asked for again. */
  readonly isForeign?: boolean;
  /** 200, or 404 where the address names what is not there. */
  readonly status: number;
  readonly call: SeenCall;
}

/** Every page, and one of a conversation that is not there. */
export async function seenPages(context: Context): Promise<readonly SeenPage[]> {
  return await context.share("pages", async () => {
    const { model_id, session_id } = await httpSuiteConversation(context);
    const get = async (path: string, status = 200): Promise<SeenPage> => {
      return { status, call: await context.target.hmi.call("GET", path, { signal: context.signal }) };
    };
    return await allButLacking([
      get(pageRoutes.llm.path()),
      get(pageRoutes.newConversation.path()),
      get(pageRoutes.conversation.path({ session_id })),
      get(pageRoutes.newProfileConversation.path({ model_id })),
      get(pageRoutes.profileConversation.path({ model_id, session_id })),
      get(pageRoutes.conversation.path({ session_id: "999999999" }), 404),
    ]);
  });
}

async function foreignPage(context: Context, front: PlainHttpCalls): Promise<SeenPage> {
  return { isForeign: true, status: 200, call: await askForPage(context, front) };
}

export const pages = defineCheck<Context["target"], readonly SeenPage[]>({
  id: "http/pages",
  claim: "every address of a page answers with a page, and no browser keeps it",
  why: "Users had to reload hard, or with ?v=123, before they saw a changed page (docs/faults.md, row S13).",
  lookAt: "the routes of the pages, and their Cache-Control: no-store",
  needs: ["show a page"],
  async collect(context) {
    const { plainHttp } = context.target;
    return plainHttp === undefined ? await seenPages(context) : [await foreignPage(context, plainHttp)];
  },
  judge: (seen) =>
    firstBroken(seen, judgeOne) ?? {
      verdict: "holds",
      seen: seen.map(({ call, isForeign }) => `${call.request}${isForeign ? ONE_PAGE : ""}`).join("; "),
    },
});

/** What is said where nobody knows of other pages. */
const ONE_PAGE = " (contract.wire.page; no other address is known)";

function judgeOne({ isForeign = false, status, call }: SeenPage): Broken | undefined {
  const type = call.headers["content-type"] ?? "(no type)";
  if (isForeign) return judgeForeign(call, type);
  const cache = call.headers["cache-control"] ?? "(none)";
  // Where pages are guarded, they must not tell what exists: then there is no 404.
  const isRight = call.status === status || (status === 404 && call.status === 200);
  if (isRight && /^text\/html; *charset=utf-8$/i.test(type) && cache.includes("no-store")) return undefined;
  return {
    verdict: "broken",
    expected: `${status}, text/html; charset=utf-8, Cache-Control: no-store`,
    found: `${call.status}, ${type}, Cache-Control: ${cache}`,
    seen: call.request,
  };
}

/** That it is a page, and that a change of it is seen, by whatever words. */
function judgeForeign({ request, status, headers }: SeenCall, type: string): Broken | undefined {
  const isPage = status === 200 && /^text\/html\b/i.test(type);
  if (isPage && isRevalidated(headers)) return undefined;
  if (isPage && !isToldToKeep(headers)) {
    const words = `${request} answered with ${cachingInWords(headers)}`;
    throw new NotObservable(
      `${words}; whether they do is theirs, and only docs/contract.md promises no-store`,
    );
  }
  return {
    verdict: "broken",
    expected:
      "200, text/html, asked for again at every visit (Cache-Control: no-store, no-cache or max-age=0)",
    found: `${status}, ${type}, ${cachingInWords(headers)}`,
    seen: request,
  };
}
