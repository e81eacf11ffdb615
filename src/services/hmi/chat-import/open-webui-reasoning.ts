import * as z from "zod";

/** A reply by its two parts. */
export interface SplitReply {
  readonly content: string;
  /** Empty where nothing was thought. */
  readonly thinking: string;
}

const OPEN = '<details type="reasoning"';
const CLOSE = "</details>";

const Reasoning = z.object({
  type: z.literal("reasoning"),
  content: z.array(z.looseObject({ text: z.string() })),
});

/**
 * Takes the thoughts out of a reply of Open WebUI: they are in its `output`, or as older versions had it, in blocks of
 * markup in its text.
 */
export function splitReasoning(text: string, output: readonly unknown[]): SplitReply {
  const thoughts = output.flatMap((item) => {
    const { data } = Reasoning.safeParse(item);
    return data === undefined ? [] : data.content.map((part) => part.text);
  });
  const { content, blocks } = withoutBlocks(text);
  return { content, thinking: (thoughts.length > 0 ? thoughts : blocks).join("\n\n") };
}

/** By searching on from place to place: a pattern would look at a hostile text again and again. */
function withoutBlocks(text: string): { content: string; blocks: readonly string[] } {
  const blocks: string[] = [];
  let content = "";
  let from = 0;
  for (;;) {
    const open = text.indexOf(OPEN, from);
    const tagEnd = open === -1 ? -1 : text.indexOf(">", open);
    const close = tagEnd === -1 ? -1 : text.indexOf(CLOSE, tagEnd);
    if (close === -1) break;
    content += text.slice(from, open);
    blocks.push(unquoted(text.slice(tagEnd + 1, close)));
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
