import { gatewayRoutes } from "../contract/routes.ts";
import type { ChatClient } from "../targets/drivers/chat-client.ts";
import { idAt, listAt } from "../targets/drivers/json-place.ts";
import { listEngineModels } from "./ask-engine-hop.ts";
import type { AskedModel, HopClients } from "./askable-hops.ts";
import type { HopName } from "./hop-names.ts";
import { chooseModels, type HopModels, type WishedModel } from "./match-listed-models.ts";

/** How long a hop may take to list its models, in milliseconds: some ask every provider for theirs. */
const LIST_WITHIN_MS = 10_000;

type ListingClients = Pick<HopClients, "engine" | "engineApi" | "gateway" | "front" | "signal">;

/** Asks each hop which models it has, and chooses for each the one that it is asked for. Throws only the signal's reason. */
export async function chooseHopModels(
  clients: ListingClients,
  wish: WishedModel,
): Promise<Partial<Record<HopName, AskedModel>>> {
  const hops = await Promise.all(listings(clients));
  const chosen = chooseModels(hops, wish);
  return Object.fromEntries(
    hops.map(({ hop, listed, isNamed }, index) => [
      hop,
      { model: chosen[index] ?? null, names_model: isNamed, models: listed },
    ]),
  );
}

type Listing = Promise<HopModels & { readonly hop: HopName; readonly isEngine: boolean }>;

/** From the engine outwards. */
function* listings({ engine, engineApi, gateway, front, signal }: ListingClients): Generator<Listing> {
  const soon = AbortSignal.any([signal, AbortSignal.timeout(LIST_WITHIN_MS)]);
  const listing = async (hop: HopName, isNamed: boolean, list: () => Promise<readonly string[]>) => {
    const listed = await list().catch(() => []);
    signal.throwIfAborted();
    return { hop, isEngine: hop === "engine", isNamed, listed };
  };
  if (engine !== undefined) {
    yield listing("engine", true, () => listEngineModels(engine, engineApi, soon));
  }
  if (gateway !== undefined) {
    yield listing("gateway", true, async () => {
      const { body } = await gateway.call("GET", gatewayRoutes.models.path(), { signal: soon });
      return (listAt(body, "models") ?? []).flatMap((model) => idAt(model, "model_id") ?? []);
    });
  }
  const { chat } = front;
  yield listing(front.hop, isAble(chat, "choose a model"), async () =>
    isAble(chat, "list models") ? await chat.models(soon) : [],
  );
}

function isAble(chat: ChatClient, ability: "choose a model" | "list models"): boolean {
  return chat.missingAbilities[ability] === undefined;
}
