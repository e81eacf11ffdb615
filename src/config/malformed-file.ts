import { type Document, isNode, isPair, parseDocument, visit, type YAMLError, type YAMLMap } from "yaml";

/** What keeps a file from being read, and where. */
export interface Mistake {
  readonly offset: number;
  readonly message: string;
  /** The other place that it is about. */
  readonly first?: number;
}

/**
 * The mistakes in a file that is no YAML: every name that stands twice, up to the first that breaks the syntax.
 * What the parser says after that one mostly follows from it.
 */
export function mistakesIn(text: string): Mistake[] {
  const document = parseDocument(text, { keepSourceTokens: true, prettyErrors: false });
  const errors = document.errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  const breaking = errors.findIndex(({ code }) => code !== "DUPLICATE_KEY");
  const told = breaking < 0 ? errors : errors.slice(0, breaking + 1);
  return told.map((error) =>
    error.code === "DUPLICATE_KEY" ? duplicate(document, error) : broken(document, error),
  );
}

function duplicate(document: Document, { pos: [offset], message }: YAMLError): Mistake {
  let found: Mistake | undefined;
  visit(document, {
    Pair(_, { key }, ancestors) {
      if (!isNode(key) || key.range?.[0] !== offset) return undefined;
      const [map] = ancestors.slice(-1) as YAMLMap[];
      const first = map?.items.find((item) => String(item.key) === String(key))?.key;
      const path = [...ancestors.flatMap((each) => (isPair(each) ? [String(each.key)] : [])), String(key)];
      found = {
        offset,
        message: `${path.join(".")}: stands here a second time`,
        ...(isNode(first) && first.range && { first: first.range[0] }),
      };
      return visit.BREAK;
    },
  });
  return found ?? { offset, message };
}

/** A bracket without its end is told where it is opened: the parser tells where it gave up. */
function broken(document: Document, { pos: [offset], message }: YAMLError): Mistake {
  if (!/^Flow (?:map|sequence) /.test(message)) return { offset, message };
  let open: Mistake | undefined;
  // The innermost one comes last.
  visit(document, {
    Collection(_, { srcToken, range }) {
      if (srcToken?.type !== "flow-collection" || !range) return;
      const [bracket, end] = srcToken.start.source === "{" ? ["{", "}"] : ["[", "]"];
      // What closes another kind of bracket may stand there too.
      if (srcToken.end.some(({ source }) => source === end)) return;
      open = { offset: range[0], message: `\`${bracket}\` is opened here, and there is no \`${end}\` to it` };
    },
  });
  return open ?? { offset, message };
}
