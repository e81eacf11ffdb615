import { type Bound, type Comparison, measure } from "./comparison.ts";
import { type IsolatedStack, makeIsolatedStack, stackCommand, timeNode } from "./isolated-stack.ts";

/** From the start of a command to its end, beside a Node that does nothing. */
export async function startUp(): Promise<Comparison[]> {
  const stack = await makeIsolatedStack();
  timeNode(stackCommand("up", "--detach"), stack);
  const comparisons = [
    await command(stack, ["--version"], atMost(1.3)),
    await command(stack, ["--help"], atMost(2.4)),
    await command(stack, ["status"], atMost(3)),
    await command(
      stack,
      ["verify", "model-conversation", "--in-process"],
      { on: "ours", side: "at most", value: 2_000 },
      10,
    ),
  ];
  stack.remove();
  return comparisons;
}

function atMost(value: number): Bound {
  return { on: "ratio", side: "at most", value };
}

async function command(stack: IsolatedStack, args: string[], bound: Bound, rounds = 30): Promise<Comparison> {
  return {
    what: `stack ${args.join(" ")}`,
    peer: "node -e 0",
    unit: "ms",
    bound,
    rounds: await measure({ warmUp: 2, rounds }, async () => ({
      peer: timeNode(["-e", "0"], stack),
      ours: timeNode(stackCommand(...args), stack),
    })),
  };
}
