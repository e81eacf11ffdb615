import { expect, test } from "vitest";
import { composeServices } from "../../src/init/compose-services.ts";
import { tempFolder } from "../support/temp.ts";

const servicesOf = (text: string) => composeServices(tempFolder({ "compose.yaml": text }), "compose.yaml");

test("a service is told with its image, its folder, its ports and what it runs", () => {
  const text = `services:
  web:
    build: { context: ./web/ }
    command: [npm, run, dev]
    ports: ["3000:3000", "127.0.0.1:9229:9229/tcp", { published: 8080, target: 80 }, "5000"]
  ollama:
    image: ollama/ollama:latest
`;
  expect(servicesOf(text)).toEqual([
    {
      value: { name: "web", image: "", folder: "web", ports: [3000, 9229, 8080], runs: "npm run dev" },
      where: "compose.yaml:2",
    },
    {
      value: { name: "ollama", image: "ollama/ollama:latest", folder: undefined, ports: [], runs: "" },
      where: "compose.yaml:6",
    },
  ]);
});

test.each(["", "services:", "services: [a]", "a: [", "- x"])(
  "nothing is told of %j that is not there",
  (text) => {
    expect(servicesOf(text).filter(({ value }) => value.image !== "")).toEqual([]);
  },
);
