import { ErrorBody } from "../../contract/common-schemas.ts";
import { AgentList, SessionAnswer } from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { answerExcerpt } from "../../targets/answer-excerpt.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import { type Context, expectAnswer } from "../contract-conversations.ts";
import { plainProfile } from "./ask-by-model.ts";

interface Evidence {
  readonly list: AgentList;
  /** A conversation begun with each agent of the list. */
  readonly begun: readonly { readonly agent: string; readonly call: SeenCall }[];
  /** An agent that nobody has, in a new conversation and in a message. */
  readonly refused: readonly SeenCall[];
}

export const agents = defineCheck<Context["target"], Evidence>({
  id: "models/agents",
  claim: "the agents that can be chosen are those that are accepted: the default and every parent among them",
  why: "The selector falls back to a list of its own, which lacks what the server accepts (docs/faults.md, row 53).",
  lookAt: "GET /api/agents: made of the very list by which an agent_id is accepted",
  needs: ["speak the contract"],
  async collect(context) {
    const { hmi } = context.target;
    const { signal } = context;
    const list = expectAnswer(await hmi.call("GET", hmiRoutes.agents.path(), { signal }), AgentList);
    const model_id = await plainProfile(context);
    const post = (path: string, body: object): Promise<SeenCall> => hmi.call("POST", path, { body, signal });
    const begin = (agent_id: string): Promise<SeenCall> =>
      post(hmiRoutes.newSession.path(), { model_id, agent_id });
    const begun: { agent: string; call: SeenCall }[] = [];
    for (const { agent_id } of list.agents) {
      begun.push({ agent: agent_id, call: await begin(agent_id) });
    }
    const nobody = context.canary("nobody");
    const message = { message: nobody, model_id, agent_id: nobody };
    return { list, begun, refused: [await begin(nobody), await post(hmiRoutes.sendMessage.path(), message)] };
  },
  judge({ list, begun, refused }) {
    const broken = judgeList(list) ?? firstBroken(begun, judgeBegun) ?? firstBroken(refused, judgeRefused);
    const ids = list.agents.map(({ agent_id }) => agent_id).join(", ");
    return broken ?? { verdict: "holds", seen: `accepted: ${ids}; another one is refused` };
  },
});

function judgeList({ agents: listed, default: standard }: AgentList): Broken | undefined {
  const ids = listed.map(({ agent_id }) => agent_id);
  const needed = [standard, ...listed.flatMap(({ parent_role }) => parent_role ?? [])];
  const missing = new Set(needed.filter((id) => !ids.includes(id)));
  if (missing.size === 0) return undefined;
  return {
    verdict: "broken",
    expected: `a list with the default, ${standard}, and every parent`,
    found: `${ids.join(", ") || "nobody"}, without ${[...missing].join(", ")}`,
    seen: "GET /api/agents",
    rows: listed,
  };
}

function judgeBegun({ agent, call }: Evidence["begun"][number]): Broken | undefined {
  const given = SessionAnswer.safeParse(call.body).data?.session.agent_id;
  if (call.status === 200 && given === agent) return undefined;
  return {
    verdict: "broken",
    expected: `a conversation with ${agent}`,
    found: `${call.status} ${given ?? answerExcerpt(call)}`,
    seen: call.request,
  };
}

function judgeRefused(call: SeenCall): Broken | undefined {
  const code = ErrorBody.safeParse(call.body).data?.error.code;
  if (call.status === 404 && code === "agent_not_found") return undefined;
  return {
    verdict: "broken",
    expected: "404 agent_not_found for an agent that is not in the list",
    found: `${call.status} ${code ?? "without an error code"}`,
    seen: call.request,
  };
}
