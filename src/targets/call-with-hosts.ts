import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { SeenCall } from "./http-client.ts";

/** What can be seen of a call that no ordinary client makes. */
export type BareCall = Pick<SeenCall, "request" | "status">;

/** A GET with these values of `Host`, each as a header of its own. Rejects where there is no answer. */
export async function callWithHosts(
  base: string,
  path: string,
  { hosts, signal }: { hosts: readonly string[]; signal: AbortSignal },
): Promise<BareCall> {
  const url = new URL(base);
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  return await new Promise((resolve, reject) => {
    const outgoing = send(
      url,
      { path, signal, agent: false, headers: hosts.flatMap((host) => ["Host", host]) },
      (answer) => {
        answer.resume();
        resolve({ request: `GET ${path}`, status: answer.statusCode ?? 0 });
      },
    );
    outgoing.once("error", reject).end();
  });
}
