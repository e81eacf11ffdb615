import type { Transform } from "node:stream";
import type { Overrides } from "../services/start-services.ts";
import type { Rewrite } from "../tap/tap-rewrite.ts";

/** All of these at once; what a later one wraps has been wrapped by those before it. */
export function composeOverrides(all: readonly Overrides[]): Overrides {
  return {
    store: chain(all.flatMap(({ store }) => store ?? [])),
    engine: chain(all.flatMap(({ engine }) => engine ?? [])),
    gateway: chain(all.flatMap(({ gateway }) => gateway ?? [])),
    bus: chain(all.flatMap(({ bus }) => bus ?? [])),
    stream: chain(all.flatMap(({ stream }) => stream ?? [])),
    wire: composeWires(all),
  };
}

function chain<Part>(wraps: readonly ((part: Part) => Part)[]): (part: Part) => Part {
  return (part) => wraps.reduce((wrapped, wrap) => wrap(wrapped), part);
}

const SERVICES = ["hmi", "gateway", "engine"] as const;

function composeWires(all: readonly Overrides[]): NonNullable<Overrides["wire"]> {
  const wires = SERVICES.map((service) => {
    const rewrites = all.flatMap(({ wire }) => wire?.[service] ?? []);
    return [service, rewrites] as const;
  });
  // Nobody stands in front of a service whose wire nothing changes.
  const changed = wires.filter(([, rewrites]) => rewrites.length > 0);
  return Object.fromEntries(changed.map(([service, rewrites]) => [service, composeRewrites(rewrites)]));
}

function composeRewrites(rewrites: readonly Rewrite[]): Rewrite {
  const [only, ...others] = rewrites;
  if (only !== undefined && others.length === 0) return only;
  return {
    async answer(request) {
      for (const rewrite of rewrites) {
        const own = await rewrite.answer?.(request);
        if (own !== undefined) return own;
      }
      return undefined;
    },
    request: (request) => rewrites.reduce((sent, rewrite) => rewrite.request?.(sent) ?? sent, request),
    async head(answer) {
      let told = answer;
      for (const rewrite of rewrites) told = (await rewrite.head?.(told)) ?? told;
      return told;
    },
    body: (answer): Transform[] => rewrites.flatMap((rewrite) => rewrite.body?.(answer) ?? []),
  };
}
