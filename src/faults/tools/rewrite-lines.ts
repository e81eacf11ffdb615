import { Transform } from "node:stream";
import { engineRoutes } from "../../contract/routes.ts";
import type { Rewrite, TappedAnswer } from "../../tap/tap-rewrite.ts";

/** One line of an engine's reply, parsed. */
export type EngineLine = Readonly<Record<string, unknown>>;

/** Changes the lines of the engine's replies; undefined drops a line, the same object lets it pass as it is. */
export function rewriteLines(change: (line: EngineLine) => EngineLine | undefined): Rewrite {
  return { body: (answer) => (isReply(answer) ? changeLines(change) : undefined) };
}

/** Changes the engine's replies as their bytes arrive, cut wherever they are. */
export function rewriteChunks(change: (bytes: Buffer) => Buffer): Rewrite {
  return {
    body(answer) {
      if (!isReply(answer)) return undefined;
      return new Transform({ transform: (bytes: Buffer, _, done) => done(null, change(bytes)) });
    },
  };
}

const REPLIES: ReadonlySet<string> = new Set([engineRoutes.chat.pattern, engineRoutes.generate.pattern]);

function isReply({ request, status }: TappedAnswer): boolean {
  return status === 200 && REPLIES.has(request.path);
}

function changeLines(change: (line: EngineLine) => EngineLine | undefined): Transform {
  const utf8 = new TextDecoder();
  let rest = "";
  const changed = (text: string): string => {
    const line: EngineLine = JSON.parse(text);
    const instead = change(line);
    if (instead === line) return `${text}\n`;
    return instead === undefined ? "" : `${JSON.stringify(instead)}\n`;
  };
  return new Transform({
    transform(bytes: Buffer, _, done) {
      const lines = (rest + utf8.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      done(null, lines.map(changed).join(""));
    },
    flush: (done) => done(null, rest),
  });
}
