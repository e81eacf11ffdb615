import type { ReplyToken } from "./reply-tokens.ts";

/** A reply that has ended, as the last object of an endpoint tells of it. */
export interface FormattedEnd {
  readonly text: string;
  readonly thought: string;
  readonly doneReason: "stop" | "length";
  /** The ids of all tokens so far, where the endpoint hands them out. */
  readonly context: readonly number[] | undefined;
  readonly promptTokens: number;
  readonly replyTokens: number;
  /** In integer nanoseconds, Ollama's unit. */
  readonly durations: Readonly<Record<"total" | "load" | "prompt" | "reply", number>>;
}

/** How an endpoint puts a reply on the wire: Ollama's own lines, or OpenAI's events. */
export interface ReplyFormat {
  /** Content-Type of a reply that is streamed. */
  readonly streamType: string;
  /** Tokens of a stream. */
  pieces(tokens: readonly ReplyToken[]): string;
  /** What ends a stream. Its text and thoughts were said before. */
  end(reply: FormattedEnd): string;
  /** A reply that is not streamed. */
  whole(reply: FormattedEnd): { readonly type: string; readonly body: string };
  /** The body of a stream that fails before its first token. */
  failure(status: number, message: string): string;
  /** What a stream that fails later ends with. */
  lateFailure(message: string): string;
}
