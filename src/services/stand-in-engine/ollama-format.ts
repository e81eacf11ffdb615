import { encodeGoJson } from "./go/go-json.ts";
import { goUtcTime } from "./go/go-time.ts";
import type { FormattedEnd, ReplyFormat } from "./reply-format.ts";
import type { ReplyToken } from "./reply-tokens.ts";
import { JSON_TYPE } from "./send-answer.ts";

/** The fields in which an endpoint carries what is said; thoughts are left out where there are none. */
export type OllamaFrame = (text: string, thought: string) => object;

/** `message` of `/api/chat`. */
export const chatFrame: OllamaFrame = (content, thinking) => ({
  message: { role: "assistant", content, ...thoughts(thinking) },
});

/** `response` of `/api/generate`. */
export const generateFrame: OllamaFrame = (response, thinking) => ({ response, ...thoughts(thinking) });

function thoughts(thinking: string): object {
  return thinking === "" ? {} : { thinking };
}

/** Lines of JSON, as `/api/chat` and `/api/generate` stream them. */
export function ollamaFormat(model: string, frame: OllamaFrame): ReplyFormat {
  const final = (reply: FormattedEnd): object => ({
    model,
    created_at: goUtcTime(new Date()),
    ...frame(reply.text, reply.thought),
    done: true,
    done_reason: reply.doneReason,
    ...(reply.context === undefined ? {} : { context: reply.context }),
    ...figures(reply),
  });
  return {
    streamType: "application/x-ndjson",
    pieces(tokens) {
      const created_at = goUtcTime(new Date());
      const piece = ({ text, isThought }: ReplyToken): object => ({
        model,
        created_at,
        ...(isThought ? frame("", text) : frame(text, "")),
        done: false,
      });
      return tokens.map((token) => line(piece(token))).join("");
    },
    end: (reply) => line(final({ ...reply, text: "", thought: "" })),
    whole: (reply) => ({ type: JSON_TYPE, body: encodeGoJson(final(reply)) }),
    failure: (_, error) => encodeGoJson({ error }),
    lateFailure: (error) => line({ error }),
  };
}

/** Ollama leaves out figures that are zero. */
function figures({ durations, promptTokens, replyTokens }: FormattedEnd): object {
  const all = {
    total_duration: durations.total,
    load_duration: durations.load,
    prompt_eval_count: promptTokens,
    prompt_eval_duration: durations.prompt,
    eval_count: replyTokens,
    eval_duration: durations.reply,
  };
  return Object.fromEntries(Object.entries(all).filter(([, figure]) => figure !== 0));
}

function line(value: object): string {
  return `${encodeGoJson(value)}\n`;
}
