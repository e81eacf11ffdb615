import type { GenerationOptions } from "./options.ts";
import { tokensOf } from "./tokens.ts";

/**
 * The tokens that are sent for this text. Where a length is asked for, the text is cut, or goes on with
 * the numbers of the tokens, so that a reader can tell which one is missing; `num_predict` cuts both.
 */
export function* replyTokens(
  text: string,
  { replyTokens: length, numPredict = Number.POSITIVE_INFINITY }: GenerationOptions,
): Generator<string> {
  const most = Math.min(length ?? Number.POSITIVE_INFINITY, numPredict);
  let count = 0;
  for (const token of tokensOf(text)) {
    if (count >= most) return;
    count += 1;
    yield token;
  }
  const filledTo = Math.min(length ?? 0, most);
  while (count < filledTo) {
    count += 1;
    yield ` ${count}`;
  }
}
