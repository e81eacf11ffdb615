import type { Fault } from "../fault.ts";
import { isPage, rewriteAnswers } from "../tools/rewrite-answers.ts";

/** A name as the build gives it: `app-KG6GVLNW.js`. */
const HASHED = /\/assets\/([a-z]+)-[A-Z0-9]{8}\.(js|css)/g;

/** S13, second form. */
export const scriptNameFixed: Fault = {
  name: "script-name-fixed",
  story: "Scripts and styles have the same name after every change, and browsers keep them for ever.",
  seenIn: 'the seeds, known gaps: "Add cache-control headers to HMI static assets"',
  caughtBy: ["http/assets"],
  actsIn: ["http"],
  overrides: (onApplied) => {
    const nameOf = new Map<string, string>();
    return {
      wire: {
        hmi: {
          ...rewriteAnswers((answer) => {
            if (!isPage(answer)) return undefined;
            onApplied();
            return {
              text: (html) =>
                html.replace(HASHED, (hashed, name: string, type: string) => {
                  nameOf.set(`/assets/${name}.${type}`, hashed);
                  return `/assets/${name}.${type}`;
                }),
            };
          }),
          request: (request) => ({ ...request, path: nameOf.get(request.path) ?? request.path }),
        },
      },
    };
  },
};
