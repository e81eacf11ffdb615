import { Transform } from "node:stream";
import type { Rewrite, TappedAnswer } from "../../tap/tap-rewrite.ts";

/** What is no reply, whatever wire it is of: pages, what belongs to them, and answers in one piece. */
const NO_STREAM = /^(?:application\/(?:json|javascript)|text\/(?:css|javascript)|image\/|font\/)/;

/** Whether an answer is written piece by piece, and may be a reply; by its head alone, as no wire of others is known. */
export function isStreamed({ request, headers }: TappedAnswer): boolean {
  const type = String(headers["content-type"] ?? "");
  if (headers["content-length"] !== undefined || headers["content-encoding"] !== undefined) return false;
  // Flask calls whatever it writes a page.
  return !NO_STREAM.test(type) && !(type.startsWith("text/html") && request.method !== "POST");
}

/** Changes the streams of any wire, whose pieces are what came at once. */
export function rewritePieces(change: () => Transform): Rewrite {
  return { body: (answer) => (isStreamed(answer) ? change() : undefined) };
}

/** Collects `most` pieces before it passes them on together. */
export function holdPieces(most: number, onHeld: () => void): Transform {
  let held: Buffer[] = [];
  const burst = (): Buffer => {
    if (held.length > 1) onHeld();
    const bytes = Buffer.concat(held);
    held = [];
    return bytes;
  };
  return new Transform({
    transform(bytes: Buffer, _, done) {
      held.push(bytes);
      done(null, held.length < most ? undefined : burst());
    },
    flush(done) {
      done(null, burst());
    },
  });
}

/** Closes the connection after so many pieces. */
export function cutAfterPieces(most: number, onCut: () => void): Transform {
  let passed = 0;
  return new Transform({
    transform(bytes: Buffer, _, done) {
      passed += 1;
      if (passed <= most) return done(null, bytes);
      onCut();
      done(new Error("Cut on purpose."));
    },
  });
}

/** Loses the last of several pieces. */
export function loseLastPiece(onLost: () => void): Transform {
  let last: Buffer | undefined;
  let isFirst = true;
  return new Transform({
    transform(bytes: Buffer, _, done) {
      const before = last;
      if (before !== undefined) isFirst = false;
      last = bytes;
      done(null, before);
    },
    flush(done) {
      if (isFirst) return done(null, last);
      onLost();
      done();
    },
  });
}
