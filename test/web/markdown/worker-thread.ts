import { Worker as Thread } from "node:worker_threads";

/** Gives the page's code a browser's `Worker`: the real worker of the page, in a thread of Node's. */
export function provideWorker(): void {
  const worker = new URL("../../../web/markdown/highlight-worker.ts", import.meta.url);
  Object.assign(globalThis, { Worker: ThreadWorker, HIGHLIGHT_WORKER: worker.href });
}

/** What a worker's script finds in its thread beside what Node has. */
const SCOPE = `
  const { parentPort, workerData } = require("node:worker_threads");
  globalThis.postMessage = (data) => parentPort.postMessage(data);
  import(workerData).then(() => parentPort.on("message", (data) => globalThis.onmessage({ data })));
`;

class ThreadWorker {
  onmessage: (event: { data: unknown }) => void = () => undefined;
  onerror: () => void = () => undefined;
  readonly #thread: Thread;

  constructor(url: string) {
    this.#thread = new Thread(SCOPE, { eval: true, workerData: url });
    this.#thread.unref();
    this.#thread.on("message", (data) => this.onmessage({ data }));
    this.#thread.on("error", () => this.onerror());
  }

  postMessage(data: unknown): void {
    this.#thread.postMessage(data);
  }

  terminate(): void {
    void this.#thread.terminate();
  }
}
