import { tokensOf } from "./engine-tokens.ts";
import type { GenerationOptions } from "./generation-options.ts";

/** One token as it goes out. */
export interface ReplyToken {
  readonly text: string;
  /** Whether it is part of the thoughts, which come before the reply. */
  readonly isThought: boolean;
}

/** What a model has to say. */
export interface ReplyScript {
  /** undefined where it does not think. */
  readonly thought: string | undefined;
  readonly reply: string;
}

/** The tokens of thoughts and reply; `most` is how many may come together. */
export function* thoughtAndReplyTokens(
  { thought, reply }: ReplyScript,
  options: GenerationOptions,
  most: number,
): Generator<ReplyToken> {
  let left = most;
  if (thought !== undefined) {
    for (const text of replyTokens(thought, { replyTokens: options.thoughtTokens, numPredict: left })) {
      left -= 1;
      yield { text, isThought: true };
    }
  }
  const tokens = options.repeats
    ? repeated(reply, left)
    : replyTokens(reply, { ...options, numPredict: left });
  for (const text of tokens) yield { text, isThought: false };
}

/**
 * The tokens that are sent for this text. Where a length is asked for, the text is cut, or goes on with
 * the numbers of the tokens, so that a reader can tell which one is missing; `num_predict` cuts both.
 */
export function* replyTokens(
  text: string,
  {
    replyTokens: length,
    numPredict = Number.POSITIVE_INFINITY,
  }: Pick<GenerationOptions, "replyTokens" | "numPredict">,
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

function* repeated(text: string, most: number): Generator<string> {
  for (let count = 0; ; ) {
    for (const token of tokensOf(`${text} `)) {
      if (count >= most) return;
      count += 1;
      yield token;
    }
  }
}
