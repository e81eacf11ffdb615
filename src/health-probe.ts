/**
 * Asks a service of ours how it is, for whoever runs containers: `health-probe.js gateway /health/ready` ends with 0 where the
 * answer is 200. It asks where the environment says that the service listens, and shows the configured token, which a
 * probe of another kind would have to be told. Without words it asks whether the HMI lives, which the image runs where nothing
 * else is said.
 */
import { get } from "node:http";
import { isRecord } from "./config/config-layer.ts";
import { environmentLayer } from "./config/environment-layer.ts";
import { hostFromHere, urlOf } from "./contract/address.ts";
import { bearerHeader } from "./contract/caller-headers.ts";
import { DEFAULTS } from "./contract/contract-defaults.ts";
import { hmiRoutes } from "./contract/routes.ts";

const TIMEOUT_MS = 4_000;

const { values } = environmentLayer(process.env);
const settings = (section: string): Readonly<Record<string, unknown>> => {
  const found = values[section];
  return isRecord(found) ? found : {};
};
const [, , name = "hmi", path = hmiRoutes.live.path()] = process.argv;
const { token } = settings("auth");
const usualPort = name === "gateway" ? DEFAULTS.gatewayPort : DEFAULTS.hmiPort;
const { host = DEFAULTS.host, port = usualPort } = settings(name);
const at = { host: hostFromHere(String(host)), port: Number(port) };
const url = `${urlOf(at)}${path}`;

const fail = (why: string): void => {
  process.exitCode = 1;
  process.stderr.write(`${url}: ${why}\n`);
};
const headers = bearerHeader(typeof token === "string" ? token : undefined);
const request = get(url, { headers, timeout: TIMEOUT_MS, agent: false }, (response) => {
  response.resume();
  if (response.statusCode !== 200) fail(`${response.statusCode}`);
});
request.on("timeout", () => request.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)));
request.on("error", (error) => fail(error.message));
