import { type Bound, type Comparison, measure } from "./comparison.ts";
import { makePlace, type Place, stackCommand, timeNode } from "./place.ts";

/** From the start of a command to its end, beside a Node that does nothing. */
export async function startUp(): Promise<Comparison[]> {
  const place = await makePlace();
  timeNode(stackCommand("up", "--detach"), place);
  const comparisons = [
    await command(place, ["--version"], atMost(1.3)),
    await command(place, ["--help"], atMost(2.4)),
    await command(place, ["status"], atMost(3)),
    await command(
      place,
      ["verify", "model-conversation", "--in-process"],
      { on: "ours", side: "at most", value: 2_000 },
      10,
    ),
  ];
  place.remove();
  return comparisons;
}

function atMost(value: number): Bound {
  return { on: "ratio", side: "at most", value };
}

async function command(place: Place, args: string[], bound: Bound, rounds = 30): Promise<Comparison> {
  return {
    what: `stack ${args.join(" ")}`,
    peer: "node -e 0",
    unit: "ms",
    bound,
    rounds: await measure({ warmUp: 2, rounds }, async () => ({
      peer: timeNode(["-e", "0"], place),
      ours: timeNode(stackCommand(...args), place),
    })),
  };
}
