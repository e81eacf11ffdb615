import * as z from "zod";

/** A reply by its two parts. */
export interface SplitReply {
  readonly content: string;
  /** Empty where nothing was thought. */
  readonly thinking: string;
  /** For how long it was thought; null where that is not told. */
  readonly seconds: number | null;
}

const OPEN = '<details type="reasoning"';
const CLOSE = "</details>";

/** More than a day is none that a model has thought. */
const Seconds = z.coerce.number().min(0).max(86_400);

const Reasoning = z.object({
  type: z.literal("reasoning"),
  content: z.array(z.looseObject({ text: z.string() })),
  duration: Seconds.nullish().catch(null),
});

/**
 * Takes the thoughts out of a reply of Open WebUI: they are in its `output`, or as older versions had it, in blocks of
 * markup in its text.
 */
export function splitReasoning(text: string, output: readonly unknown[]): SplitReply {
  const told = output.flatMap((item): Thought[] => {
    const { data } = Reasoning.safeParse(item);
    if (data === undefined) return [];
    return [{ text: data.content.map((part) => part.text).join("\n\n"), seconds: data.duration ?? null }];
  });
  const { content, blocks } = withoutBlocks(text);
  const thoughts = told.some((thought) => thought.text !== "") ? told : blocks;
  const seconds = thoughts.map((thought) => thought.seconds).filter((each) => each !== null);
  return {
    content,
    thinking: thoughts.map((thought) => thought.text).join("\n\n"),
    seconds: seconds.length === 0 ? null : seconds.reduce((sum, each) => sum + each),
  };
}

interface Thought {
  readonly text: string;
  readonly seconds: number | null;
}

/** By searching on from place to place: a pattern would look at a hostile text again and again. */
function withoutBlocks(text: string): { content: string; blocks: readonly Thought[] } {
  const blocks: Thought[] = [];
  let content = "";
  let from = 0;
  for (;;) {
    const open = text.indexOf(OPEN, from);
    const tagEnd = open === -1 ? -1 : text.indexOf(">", open);
    const close = tagEnd === -1 ? -1 : text.indexOf(CLOSE, tagEnd);
    if (close === -1) break;
    content += text.slice(from, open);
    const [, duration] = /\sduration="([\d.]{1,10})"/.exec(text.slice(open, tagEnd)) ?? [];
    const { data: seconds = null } = Seconds.safeParse(duration);
    blocks.push({ text: unquoted(text.slice(tagEnd + 1, close)), seconds });
    from = close + CLOSE.length;
  }
  const rest = text.slice(from);
  return { content: blocks.length === 0 ? rest : `${content}${rest}`.trimStart(), blocks };
}

/** The thoughts of a block: they are quoted line by line, below a summary of their seconds, with some letters escaped. */
function unquoted(block: string): string {
  const end = block.indexOf("</summary>");
  return block
    .slice(end === -1 ? 0 : end + "</summary>".length)
    .trim()
    .split("\n")
    .map((line) => line.replace(/^(> ?|&gt; ?)/, ""))
    .join("\n")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#x27;", "'")
    .replaceAll("&amp;", "&");
}
