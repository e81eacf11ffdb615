import { asSeenPart, type Call, type Generation, type SeenPart, type Stream } from "./evidence-schemas.ts";

/** A stream, and what stands beside it: in the same object, or in the next one around it that has any. */
export interface EvidenceScene {
  /** Where in the evidence the stream is. */
  readonly path: string;
  readonly stream: Stream;
  readonly cancels: readonly Call[];
  readonly generations: readonly Generation[];
}

export interface Found {
  readonly scenes: readonly EvidenceScene[];
  /** Every request, also those of the scenes, in the order of the evidence. */
  readonly calls: readonly (Call | Stream)[];
}

/**
 * Finds in a check's evidence what can be drawn: what says what it is, by its `kind`. Evidence is whatever JSON a check
 * wrote down, possibly long ago: of an earlier version nothing says so, and nothing is found.
 */
export function readEvidence(evidence: unknown): Found {
  return visit(evidence, "", 0);
}

/** Evidence of a check is flatter; a body that a target made may be as deep as it likes. */
const DEEPEST = 24;

/** What a part of the evidence holds; of the last two, what no stream around has claimed so far. */
interface Branch extends Found {
  readonly cancels: readonly Call[];
  readonly generations: readonly Generation[];
}

const NOTHING: Branch = { scenes: [], calls: [], cancels: [], generations: [] };

function visit(value: unknown, path: string, depth: number): Branch {
  if (typeof value !== "object" || value === null || depth > DEEPEST) return NOTHING;
  if (Array.isArray(value))
    return merge(value.map((item, index) => visit(item, `${path}[${index}]`, depth + 1)));
  const part = asSeenPart(value);
  // Nothing is looked for inside: a body is what the target says, and cannot bring streams of its own.
  if (part !== undefined) return branchOf(part, path);
  return claim(
    merge(
      Object.entries(value).map(([name, item]) =>
        visit(item, path === "" ? name : `${path}.${name}`, depth + 1),
      ),
    ),
  );
}

function branchOf(part: SeenPart, path: string): Branch {
  switch (part.kind) {
    case "stream": {
      const scene = { path, stream: part, cancels: [], generations: [] };
      return { ...NOTHING, calls: [part], scenes: isDrawable(part) ? [scene] : [] };
    }
    case "call":
      return { ...NOTHING, calls: [part], cancels: isCancel(part) ? [part] : [] };
    case "generation":
      return { ...NOTHING, generations: [part] };
  }
}

function merge(branches: readonly Branch[]): Branch {
  return {
    scenes: branches.flatMap(({ scenes }) => scenes),
    calls: branches.flatMap(({ calls }) => calls),
    cancels: branches.flatMap(({ cancels }) => cancels),
    generations: branches.flatMap(({ generations }) => generations),
  };
}

/** Gives each scene what stands beside it. */
function claim(branch: Branch): Branch {
  const { scenes, calls, cancels, generations } = branch;
  if (scenes.length === 0) return branch;
  const claimed = scenes.map((scene) => ({
    ...scene,
    cancels: scene.cancels.length > 0 ? scene.cancels : cancels,
    generations: scene.generations.length > 0 ? scene.generations : generations,
  }));
  return { ...NOTHING, calls, scenes: claimed };
}

function isDrawable({ events, comments_ms, end }: Stream): boolean {
  return events.length + comments_ms.length > 0 || end !== "closed";
}

function isCancel({ request }: Call): boolean {
  return /^POST \S*\/cancel\b/.test(request);
}
