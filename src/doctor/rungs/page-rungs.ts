import { pageRoutes } from "../../contract/routes.ts";
import { answerExcerpt } from "../../targets/answer-excerpt.ts";
import type { Rung } from "../climb-ladder.ts";
import { askService, type ExaminedStack } from "../doctor-context.ts";
import { refusedCall } from "../refused-call.ts";
import { brokenRung } from "../symptom-explanations.ts";

/** The page is asked for again at every visit, so that a change is seen. */
export const hmiPage: Rung<ExaminedStack> = {
  id: "hmi/page",
  service: "hmi",
  name: "page",
  needs: ["hmi/answers"],
  async look(stack) {
    const path = pageRoutes.llm.path();
    const answer = await askService(stack, "hmi", ["GET", path]);
    const { status, headers } = answer;
    if (status !== 200) {
      return refusedCall(stack, "hmi", answer, answerExcerpt(answer));
    }
    const cacheControl = headers["cache-control"];
    if (!isAskedAgain(cacheControl)) return brokenRung("page_cacheable", { path, cacheControl });
    return { status: "holds", text: "its page is never stale" };
  },
};

/** Scripts that browsers keep have a name that changes with their content. */
export const hmiScripts: Rung<ExaminedStack> = {
  id: "hmi/scripts",
  service: "hmi",
  name: "scripts",
  needs: ["hmi/answers"],
  async look(stack) {
    const page = await askService(stack, "hmi", ["GET", pageRoutes.llm.path()]);
    const paths = [...String(page.body).matchAll(SCRIPT)].map(([, path]) => path ?? "");
    const scripts = await Promise.all(
      paths.map(async (path) => {
        const { headers } = await askService(stack, "hmi", ["GET", path]);
        return { path, cacheControl: headers["cache-control"] };
      }),
    );
    const stale = scripts.filter(
      ({ path, cacheControl }) => !isAskedAgain(cacheControl) && !NAMED_BY_CONTENT.test(path),
    );
    if (stale.length > 0) return brokenRung("script_cacheable", { scripts: stale });
    return { status: "holds", text: "its scripts are never stale" };
  },
};

/** Scripts of the page's own server. */
const SCRIPT = /<script\b[^>]*\bsrc="(\/[^"/][^"]*)"/g;

/** A part of eight characters or more that no word is: digits in it, or capitals only; in the name or as a version. */
const NAMED_BY_CONTENT = /[-.=](?=[^./]*\d|[A-Z]+\b)[A-Za-z0-9_-]{8,}(?:\.m?js)?$/;

/** Without a word on caching browsers guess, and keep it. */
function isAskedAgain(cacheControl: string | undefined): boolean {
  return /\b(?:no-store|no-cache|max-age=0)\b/.test(cacheControl ?? "");
}
