import { WireError } from "../../contract/wire-error.ts";
import { messageOf } from "../../errors/thrown-error.ts";
import type { EngineDelta, ReplyDecoder } from "./engine-deltas.ts";

/** This much of a reply is looked at before the rest of what came with it, in bytes: a reader waits for its first piece. */
const FIRST_LOOK_BYTES = 4 * 1024;

const CUT_OFF_HINT =
  "The engine may have ended or been restarted: `stack status` shows whether it runs, and its log why. Then retry.";

/** The bytes of a body as they arrive, the first of them in two parts. */
async function* firstLookFirst(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let isFirst = true;
  for await (const bytes of body) {
    if (!isFirst || bytes.length <= FIRST_LOOK_BYTES) yield bytes;
    else {
      yield bytes.subarray(0, FIRST_LOOK_BYTES);
      yield bytes.subarray(FIRST_LOOK_BYTES);
    }
    isFirst = false;
  }
}

/** The pieces of a reply's body, as they arrive; `wire` names what it should be in the message where it is not. */
export async function* readEngineStream(
  body: AsyncIterable<Uint8Array>,
  decoder: ReplyDecoder,
  wire: string,
): AsyncIterable<readonly EngineDelta[]> {
  try {
    for await (const bytes of firstLookFirst(body)) {
      decoder.push(bytes);
      yield decoder.take();
    }
    decoder.end();
  } catch (error) {
    // A failure costs nothing of what came before it.
    yield decoder.take();
    if (error instanceof WireError || isAbort(error)) throw error;
    const isForeign = error instanceof SyntaxError || error instanceof RangeError;
    const fault = isForeign ? `is not ${wire}` : "was cut off";
    const hint = isForeign ? undefined : CUT_OFF_HINT;
    throw new WireError("engine_error", `The engine's reply ${fault}: ${messageOf(error)}.`, hint, {
      cause: error,
    });
  }
  yield decoder.take();
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
