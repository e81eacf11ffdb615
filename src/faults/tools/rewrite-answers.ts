import { Transform } from "node:stream";
import type { Rewrite, TappedAnswer, TappedHead, TappedRequest } from "../../tap/tap-rewrite.ts";

/** What is different in one answer; what is left out stays as it is. */
export interface AnswerChange {
  readonly status?: number;
  /** Headers with their new values; an undefined one is taken out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** The new body, where it is a short text. */
  readonly text?: (text: string) => string;
}

/** Changes some answers of a service; undefined lets one pass as it is. */
export function rewriteAnswers(choose: (answer: TappedAnswer) => AnswerChange | undefined): Rewrite {
  const chosen = new WeakMap<TappedRequest, AnswerChange>();
  return {
    head(answer) {
      const change = choose(answer);
      if (change === undefined) return answer;
      chosen.set(answer.request, change);
      // A body that changes has another length.
      const length = change.text === undefined ? {} : { "content-length": undefined };
      return {
        ...answer,
        status: change.status ?? answer.status,
        headers: withChanges(answer.headers, { ...length, ...change.headers }),
      };
    },
    body(answer) {
      const change = chosen.get(answer.request)?.text;
      return change && changeText(change);
    },
  };
}

/** True for a page of the HMI. */
export function isPage({ headers }: TappedAnswer): boolean {
  return String(headers["content-type"]).startsWith("text/html");
}

function withChanges(headers: TappedHead, changes: Readonly<Record<string, string | undefined>>): TappedHead {
  const changed = Object.entries({ ...headers, ...changes });
  return Object.fromEntries(changed.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function changeText(change: (text: string) => string): Transform {
  const chunks: Buffer[] = [];
  return new Transform({
    transform(bytes: Buffer, _, done) {
      chunks.push(bytes);
      done();
    },
    flush: (done) => done(null, change(Buffer.concat(chunks).toString("utf8"))),
  });
}
